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

LINES = 20_000_000
"""Lines of the runs with and without the log: a dozen epochs, so that the last one, which nothing goes on beside, counts as
it does in a job that goes on."""

KEYS = 12_000_000
"""Users whose state takes about a gigabyte on disk, and some in memory."""


def measure_durability(setup):
    return {
        "log": log_cost(setup),
        "restore": restore(setup),
    }


def log_cost(setup):
    """Runs with and without the log take turns, each first as often as the other, and are compared in pairs: what
    disturbs the machine, which may last for minutes, disturbs both."""
    known = set(setup.data.paths.data.glob("*"))
    records = setup.data.file("orders", LINES // (1000 if setup.quick else 1), None, "skewed")
    costs = {workers: log_cost_of(setup, workers, records) for workers in dict.fromkeys((1, setup.cores))}
    if records not in known:
        records.unlink()
    return costs


def log_cost_of(setup, workers, records):
    command = blackhole_command(setup, HOURLY_PREMIUM, workers, records)
    more = {"log": [], "no_log": ["--no-log"]}
    runs = {name: [] for name in more}
    for turn in range(1 if setup.quick else 6):
        for name in list(more)[:: 1 if turn % 2 == 0 else -1]:
            runs[name].append(measure([*command, *more[name]], setup.paths.output / "log"))
    return {figure: compared(runs, figure) for figure in ("wall", "cpu")}


def compared(runs, figure):
    """The medians of both, and the median of what the log adds in each pair."""
    log, without = ([getattr(run, figure) for run in runs[name]] for name in ("log", "no_log"))
    more = statistics.median(one / other - 1 for one, other in zip(log, without, strict=True))
    return {"log": statistics.median(log), "no_log": statistics.median(without), "more": more}


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
