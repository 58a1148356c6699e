"""How long after an event its change is committed: events come through a pipe at an even pace, changes go to SQLite.

Each event has its number in the row that it changes. A reader asks the database, again and again, for the largest
number that is committed; every event up to it has its change committed by then. The time of an event is when it was
due, so that a job that falls behind is charged with it.
"""

import sqlite3
import subprocess
import time

from .jobs import NOW
from .peers.millstream import binary, fresh

RATE = 100_000
ACCOUNTS = 1000
EPOCHS = ("1s", "100ms", "10ms")
ASK = 0.0005


def measure_latency(setup):
    seconds = 2 if setup.quick else 10
    return {
        "rate": RATE, "seconds": seconds,
        "epochs": {epoch: latency(setup, epoch, seconds) for epoch in (EPOCHS[-1:] if setup.quick else EPOCHS)},
    }


def latency(setup, epoch, seconds):
    """Seconds: median, 99 % and most."""
    fresh(setup, "latency")
    database = setup.paths.output / "latency.db"
    pace = subprocess.Popen(
        [setup.workload("pace"), "--rate", str(RATE), "--seconds", str(seconds), "--accounts", str(ACCOUNTS)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    job = subprocess.Popen(
        [
            binary(setup, "last_page", None), "--quiet", "--set=tables.user_log.file.path=-", f"--now={NOW}",
            "--fresh", f"--state={setup.paths.output / 'latency.state'}", f"--epoch={epoch}",
            f"--set=tables.user_last_log.sqlite.path={database}", f"--workers={setup.cores}",
        ],
        stdin=pace.stdout,
    )
    pace.stdout.close()
    started = int(pace.stderr.readline()) / 1e9
    committed = commits(database, job, RATE * seconds - 1)
    if job.wait() != 0 or pace.wait() != 0:
        raise SystemExit("error: the job that latency is measured of has failed")
    return distribution(committed, started, RATE * seconds)


def commits(database, job, last):
    """Pairs of a time and the number of the last event that was committed by then."""
    found, connection, version, number = [], None, None, -1
    while number < last:
        ended = job.poll() is not None
        if connection is None and database.exists():
            connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, isolation_level=None)
        now, newest = asked(connection, version) if connection else (0.0, None)
        if newest is not None:
            version, largest = newest
            if largest is not None and largest > number:
                number = largest
                found.append((now, number))
        elif ended:
            break
        time.sleep(ASK)
    return found


def asked(connection, version):
    """When the database was asked, and its version with the largest number in it if it has changed."""
    try:
        newest = connection.execute("pragma data_version").fetchone()[0]
        now = time.time()
        if newest == version:
            return now, None
        row = connection.execute("select max(page_name) from user_last_log").fetchone()
    except sqlite3.OperationalError:
        # The table is not made yet.
        return 0.0, None
    return now, (newest, None if row[0] is None else int(row[0]))


def distribution(committed, started, events):
    """The events between two commits were due one after the other: all their latencies, in order."""
    latencies, first = [], 0
    for now, last in committed:
        latencies += [now - (started + number / RATE) for number in range(first, last + 1)]
        first = last + 1
    if first < events:
        raise SystemExit(f"error: {events - first} of {events} events were never committed")
    latencies.sort()
    at = lambda share: latencies[min(len(latencies) - 1, int(len(latencies) * share))]  # noqa: E731
    return {"p50": at(0.5), "p99": at(0.99), "max": latencies[-1], "commits": len(committed)}
