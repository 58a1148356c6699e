"""Runs a command and measures it as a whole process, with every process that it starts."""

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).with_name("launch.py")


class Failed(Exception):
    """A command ended with an error."""


@dataclass
class Measured:
    """What one run, or the median of several, took."""

    wall: float
    cpu: float
    peak: int
    """Bytes of memory that were resident at most, of the largest process."""
    output: str = ""


def measure(command, log, env=None, cwd=None):
    """Runs a command to its end. Its standard output is returned; standard error goes to the file `log`."""
    report = f"{log}.usage"
    with open(log, "wb") as errors, open(f"{log}.out", "wb") as output:
        launched = subprocess.run(
            [sys.executable, "-S", LAUNCH, report, *(str(part) for part in command)], stdout=output, stderr=errors,
            stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})}, cwd=cwd, check=False,
        )
    status = launched.returncode
    if status == 0:
        with open(report, encoding="utf-8") as file:
            usage = json.load(file)
        status, wall, cpu, peak = usage["status"], usage["wall"], usage["cpu"], usage["peak"]
    if status != 0:
        with open(log, encoding="utf-8", errors="replace") as errors:
            told = errors.read()[-2000:]
        raise Failed(f"exit code {status}: {' '.join(str(part) for part in command)}\n{told}")
    with open(f"{log}.out", encoding="utf-8", errors="replace") as output:
        return Measured(wall, cpu, peak, output.read(1 << 20))


def median(runs):
    """The median of each figure."""
    return Measured(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        int(statistics.median(run.peak for run in runs)),
        runs[-1].output,
    )


def run(command, env=None, cwd=None):
    """Runs a command whose time does not matter; what it says is shown if it fails."""
    told = subprocess.run(
        [str(part) for part in command], env={**os.environ, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True, errors="replace",
    )
    if told.returncode != 0:
        raise Failed(f"exit code {told.returncode}: {' '.join(str(part) for part in command)}\n{told.stdout[-4000:]}")
    return told.stdout
