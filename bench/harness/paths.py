"""Where things are."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
HARNESS = BENCH / "harness"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")


@dataclass(frozen=True)
class Paths:
    """The folders of one run."""

    work: Path

    @property
    def data(self):
        return self.made("data")

    @property
    def output(self):
        """Tables that the runs write, and what they say."""
        return self.made("output")

    @property
    def binaries(self):
        return self.made("binaries")

    def made(self, name):
        folder = self.work / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
