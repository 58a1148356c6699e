"""What every part of the benchmark needs: programs that were built, data, and the options."""

import os
from dataclasses import dataclass

from .data import DataSets
from .measure import run
from .paths import ROOT, TARGET, Paths

NATIVE = {
    "RUSTFLAGS": "-C target-cpu=native",
    "CARGO_PROFILE_RELEASE_LTO": "fat",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "1",
    "CARGO_PROFILE_RELEASE_PANIC": "abort",
}
"""How programs written by hand are compiled: for this processor, as a whole."""


@dataclass
class Setup:
    paths: Paths
    python: str
    lines: int
    repeat: int
    cores: int
    quick: bool = False
    data: DataSets = None

    @property
    def millstream(self):
        return TARGET / "release" / "millstream"

    def workload(self, name):
        """A program of `bench/workloads`, compiled for this processor."""
        return self.paths.work / "native" / "release" / name

    def micro(self, name):
        """A program of `bench/micro`, compiled as jobs are."""
        return TARGET / "release" / name

    def build(self):
        """Builds what is called from here."""
        run(["cargo", "build", "--release", "--locked", "-p", "millstream-compiler"], cwd=ROOT)
        run(
            ["cargo", "build", "--release", "--locked", "-p", "millstream-bench-workloads",
             "--target-dir", self.paths.work / "native"],
            env=NATIVE, cwd=ROOT,
        )
        run(["cargo", "build", "--release", "--locked", "-p", "millstream-bench-micro"], cwd=ROOT)
        self.data = DataSets(self.paths, self.workload("generate"), self.lines)


def cores():
    return len(os.sched_getaffinity(0))
