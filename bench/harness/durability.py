"""What it costs that nothing is lost: the epoch log beside `--no-log`, and how long it takes to restore a large state.

`hourly_premium`, changes to `blackhole`, epochs of a second.
"""

import shutil
import signal
import statistics
import subprocess

from .jobs import HOURLY_PREMIUM
from .measure import Failed, measure, median
from .peers.millstream import blackhole_command

KEYS = 12_000_000
"""Users whose state takes about a gigabyte on disk, and some in memory."""


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
    after = {
        name: restored_after(setup, command, keys, end) for name, end in (("stop", signal.SIGTERM), ("kill", signal.SIGKILL))
    }
    if records not in known:
        records.unlink()
    return {"keys": keys, "after": after}


def restored_after(setup, command, keys, end):
    """A job that has committed all records is ended by a signal, and started again a few times."""
    log = setup.paths.output / "log"
    follow = f"--set=tables.{HOURLY_PREMIUM.source}.file.follow=true"
    end_after([*command, follow], f"{keys} records so far", end)
    state = next(word.split("=", 1)[1] for word in command if str(word).startswith("--state="))
    folder = setup.paths.output / state
    size = sum(file.stat().st_size for file in folder.iterdir())
    snapshot = sum(file.stat().st_size for file in folder.glob("*.snapshot"))
    again = [word for word in command if word != "--fresh"]
    done = median([measure(again, log) for _ in range(1 if setup.quick else 3)])
    shutil.rmtree(folder)
    return {"bytes": size, "snapshot": snapshot, "wall": done.wall, "cpu": done.cpu, "peak": done.peak}


def end_after(command, words, end):
    """Starts a job that does not end by itself, and sends it a signal when it has said these words."""
    with subprocess.Popen(
        [*(str(part) for part in command), "-v"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, errors="replace",
    ) as job:
        said = []
        for line in job.stderr:
            said.append(line)
            if words in line:
                job.send_signal(end)
                break
        job.communicate()
    if job.returncode not in (0, -signal.SIGKILL):
        raise Failed(f"exit code {job.returncode}: {' '.join(str(part) for part in command)}\n{''.join(said[-20:])}")
