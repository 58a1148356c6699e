"""What it costs that nothing is lost: the epoch log beside `--no-log`, and how long it takes to restore a large state.

`hourly_premium`, changes to `blackhole`, epochs of a second.
"""

import shutil
import statistics

from .jobs import HOURLY_PREMIUM
from .measure import measure
from .peers.millstream import blackhole_command

KEYS = 12_000_000
"""Users whose state takes about a gigabyte on disk."""


def measure_durability(setup):
    return {
        "log": {workers: log_cost(setup, workers) for workers in dict.fromkeys((1, setup.cores))},
        "restore": restore(setup),
    }


def log_cost(setup, workers):
    """Runs with and without the log take turns, so that what disturbs the machine disturbs both."""
    command = blackhole_command(setup, HOURLY_PREMIUM, workers, setup.data.file(HOURLY_PREMIUM.records))
    runs = {"log": [], "no_log": []}
    for _ in range(1 if setup.quick else 5):
        for name, more in (("log", []), ("no_log", ["--no-log"])):
            runs[name].append(measure([*command, *more], setup.paths.output / "log"))
    return {
        name: {figure: statistics.median(getattr(run, figure) for run in done) for figure in ("wall", "cpu")}
        for name, done in runs.items()
    }


def restore(setup):
    """The job is started again with nothing new to read: what it does is restore."""
    keys = KEYS // (1000 if setup.quick else 1)
    known = set(setup.data.paths.data.glob("*"))
    records = setup.data.file("orders", keys, keys, "even")
    command = blackhole_command(setup, HOURLY_PREMIUM, setup.cores, records)
    state = next(word.split("=", 1)[1] for word in command if str(word).startswith("--state="))
    measure(command, setup.paths.output / "log")
    folder = setup.paths.output / state
    size = sum(file.stat().st_size for file in folder.iterdir())
    snapshot = sum(file.stat().st_size for file in folder.glob("*.snapshot"))
    again = [word for word in command if word != "--fresh"]
    runs = [measure(again, setup.paths.output / "log") for _ in range(1 if setup.quick else 3)]
    shutil.rmtree(folder)
    if records not in known:
        records.unlink()
    return {
        "keys": keys, "bytes": size, "snapshot": snapshot, "wall": statistics.median(run.wall for run in runs),
        "cpu": statistics.median(run.cpu for run in runs), "peak": max(run.peak for run in runs),
    }
