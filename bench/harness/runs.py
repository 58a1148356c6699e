"""Measures the runs of the peers, and checks that their tables are those of Millstream."""

from .measure import Failed, measure, median, run
from .peers.millstream import reference
from .tables import Different, compare


def measure_all(setup, peers, say):
    """A record for each run; raises `Different` when a table is not as it must be."""
    all_runs = [planned for peer in peers for planned in peer.runs(setup)]
    records = []
    for number, planned in enumerate(all_runs, 1):
        say(f"{number} of {len(all_runs)}: {planned.job}: {planned.label}")
        checked = [check(setup, planned, wanted) for wanted in planned.checks]
        records.append(measured(setup, planned, checked))
    return records


def measured(setup, planned, checked):
    runs, work = [], []
    for _ in range(planned.repeat):
        if planned.before:
            planned.before()
        done = measure(planned.command, setup.paths.output / "log", planned.env, planned.cwd)
        runs.append(done)
        work.append(planned.work(done.output) if planned.work else done.wall)
    middle = median(runs)
    seconds = sorted(work)[len(work) // 2]
    return {
        "peer": planned.peer, "label": planned.label, "job": planned.job, "cores": planned.cores,
        "lines": planned.lines, "repeat": planned.repeat, "seconds": seconds, "wall": middle.wall, "cpu": middle.cpu,
        "peak": middle.peak, "rate": planned.lines / seconds, "checked_lines": checked,
    }


def check(setup, planned, wanted):
    """Compares a table; tells over how many lines."""
    if wanted.before:
        wanted.before()
    try:
        run(wanted.command, wanted.env, wanted.cwd)
    except Failed as failed:
        raise Failed(f"{planned.label}: {failed}") from failed
    expected = reference(setup, planned.job, wanted.lines)
    try:
        compare(expected, wanted.table(), f"{planned.job}: {planned.label}")
    except Different as different:
        raise SystemExit(f"error: {different}") from different
    return wanted.lines
