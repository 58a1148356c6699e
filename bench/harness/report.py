"""Writes RESULTS.md and its charts."""

from . import charts
from .goals import goals

TITLES = {
    "hourly_premium": "hourly_premium: each user's latest order of today, then totals of each hour",
    "last_page": "last_page: the last page of each account",
    "premium_drop_alert": "premium_drop_alert: look up, compare, store",
    "decode orders": "Decoding orders and nothing else",
    "decode views": "Decoding page views and nothing else",
}

SETTINGS = """\
## How each was run

All read the same files from the page cache. What comes out is dropped, unless "into SQLite" is said. Each run is a
process of its own; the time is that from its start to its end, processor time and memory those of all its processes
(memory: of the largest).

- **Millstream**: the binary that `millstream build` makes of `pipelines/`, with a profile that sends the changes to
  `blackhole`. The look-up table of `premium_drop_alert` is then a `file`, which the job holds in memory; "into SQLite"
  is the pipeline as it is. Epochs end after a second, as by default.
- **Apache Flink**: SQL on its local cluster, streaming mode, state on the heap and without a time to live, objects used
  again, no checkpoints, parallel garbage collector, half of the machine's memory up to 12 GB; changes to `blackhole`.
  The time is that of the job alone: the start of the JVM and the planning are not counted. Mini-batches are off: they
  made `hourly_premium` slower.
- **DuckDB**: one query over the file, one answer at the end, all cores; columns declared, so that nothing is guessed.
- **Pathway**: the file is read as a whole (`mode="static"`), one answer at the end, all cores.
- **Plain Rust by hand**: `bench/workloads/src/by_hand.rs`: sonic-rs, hashbrown's maps, doubles that drift; compiled
  for this processor with link-time optimisation.
- **Decoding only**: each record into a struct that borrows from the line, with the columns that the job needs; sonic-rs
  compiled for this processor with link-time optimisation, Millstream's decoder as jobs are compiled.
- **DBSP** (`bench/run --peers dbsp`): `bench/dbsp`, batches of 10,000 and of 100,000.

Every table is compared with that of Millstream with one worker, which the tests compare with what Apache Flink and
PostgreSQL made of the same records; doubles may differ by 1e-9 of their value.
"""


def write_report(results, folder):
    (folder / "throughput.svg").write_text(throughput_chart(results), encoding="utf-8")
    if "scaling" in results:
        (folder / "scaling.svg").write_text(scaling_chart(results["scaling"]), encoding="utf-8")
    (folder / "RESULTS.md").write_text("\n".join(report(results)), encoding="utf-8")


def report(results):
    yield from heading(results)
    yield from goal_table(results)
    yield "## Throughput"
    yield ""
    yield "![Throughput](throughput.svg)"
    yield ""
    for job, title in TITLES.items():
        yield from job_table(results, job, title)
    yield SETTINGS
    for name, section in (
        ("latency", latency_section), ("durability", durability_section), ("growth", growth_section), ("scaling", scaling_section),
        ("builds", builds_section), ("micro", micro_section),
    ):
        if name in results:
            yield from section(results[name])


def heading(results):
    machine = results["machine"]
    yield "# Benchmarks"
    yield ""
    yield "Written by `bench/run`, all in one run on one machine; do not edit. Compare only figures of one run: from run"
    yield "to run they move by some tens of percent."
    yield ""
    if results["quick"]:
        yield "**A smoke test (`--quick`): the figures say nothing.**"
        yield ""
    cores = f"{machine['cores']} core{'s' * (machine['cores'] > 1)}"
    yield f"{machine['date']} · {machine['processor']}, {cores}, {machine['memory'] / 2**30:.0f} GiB · {machine['system']}"
    yield ""
    yield " · ".join(f"{name} {version}" for name, version in machine["versions"].items())
    yield ""
    yield f"{results['lines']:,} lines of each data set unless said otherwise; medians of {results['repeat']} runs, Flink,"
    yield "Pathway and DBSP one each."
    yield ""


def goal_table(results):
    yield "## Goals"
    yield ""
    yield "| | goal | measured | |"
    yield "|---|---|---|---|"
    for goal in goals(results):
        told = "not measured" if goal["measured"] is None else "met" if goal["met"] else "**not met**"
        yield f"| {goal['what']} | {goal['goal']} | {goal['measured'] or ''} | {told} |"
    yield ""
    yield "Heap allocations for an event of known keys are counted by a test, not here."
    yield ""


def job_table(results, job, title):
    runs = [run for run in results["runs"] if run["job"] == job]
    if not runs:
        return
    ours = max((run["rate"] for run in runs if run["label"].startswith("Millstream")), default=None)
    best = next((run["label"] for run in runs if run["rate"] == ours), "")
    yield f"### {title}"
    yield ""
    yield "| | time | records a second | processor time | memory | Millstream is faster by | table |"
    yield "|---|---:|---:|---:|---:|---:|---|"
    for run in sorted(runs, key=lambda run: -run["rate"]):
        label = run["label"] + ("" if run["lines"] == results["lines"] else f" ({run['lines']:,} lines)")
        times = f"{ours / run['rate']:.2f} ×" if ours else ""
        yield (
            f"| {label} | {run['seconds']:.2f} s | {charts.short(run['rate']).strip()} | {run['cpu']:.2f} s | "
            f"{run['peak'] / 1e6:,.0f} MB | {times} | {checked(run, results)} |"
        )
    yield ""
    yield f"Ratios are to \"{best}\"."
    yield ""


def checked(run, results):
    if run["job"].startswith("decode"):
        return "–"
    if run["label"].startswith("Millstream, 1 worker"):
        return "what others are compared with"
    lines = run["checked_lines"]
    if not lines:
        return "as the run into SQLite" if run["peer"] == "millstream" else "not compared"
    return "equal" if max(lines) == results["lines"] else f"equal ({max(lines):,} lines)"


def throughput_chart(results):
    groups = []
    for job in TITLES:
        runs = sorted((run for run in results["runs"] if run["job"] == job), key=lambda run: -run["rate"])
        if runs:
            rows = [(run["label"], run["rate"], run["label"].startswith("Millstream")) for run in runs]
            groups.append((TITLES[job], rows))
    return charts.bars("Records a second (logarithmic)", groups, "/s")


def latency_section(latency):
    yield "## Latency"
    yield ""
    yield f"`last_page`, {latency['rate']:,} events a second through a pipe for {latency['seconds']} s, changes into"
    yield "SQLite: from when an event was due until its change could be read by others. An epoch collects changes for as"
    yield "long as it is set to; half of that is waiting on average."
    yield ""
    yield "| epoch | median | 99 % | most | commits |"
    yield "|---|---:|---:|---:|---:|"
    for epoch, times in latency["epochs"].items():
        figures = " | ".join(f"{times[name] * 1000:.1f} ms" for name in ("p50", "p99", "max"))
        yield f"| {epoch} | {figures} | {times['commits']} |"
    yield ""


def durability_section(durability):
    yield "## What it costs that nothing is lost"
    yield ""
    yield "`hourly_premium` over 20,000,000 orders with its epoch log and with `--no-log`, taking turns; epochs of a second. What"
    yield "the log adds is the median of the pairs, the times are medians of their own."
    yield ""
    yield "| | time with the log | without | more | processor time with the log | without | more |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for workers, runs in durability["log"].items():
        cells = []
        for figure in ("wall", "cpu"):
            cells += [f"{runs[figure]['log']:.2f} s", f"{runs[figure]['no_log']:.2f} s", f"{runs[figure]['more'] * 100:.1f} %"]
        yield f"| {workers} worker{'s' * (int(workers) > 1)} | {' | '.join(cells)} |"
    yield ""
    restore = durability["restore"]
    yield f"Restoring {restore['keys']:,} users. The job has committed all records, is ended by a signal, and started again with"
    yield "nothing new to read: from its start to its end."
    yield ""
    yield "| ended by | state in memory | snapshot | epochs after it | time | processor time |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, signal in (("stop", "SIGTERM"), ("kill", "SIGKILL")):
        after = restore["after"][name]
        sizes = [after["peak"], after["snapshot"], after["bytes"] - after["snapshot"]]
        cells = [f"{size / 1e9:.2f} GB" for size in sizes]
        yield f"| {signal} | {' | '.join(cells)} | {after['wall']:.2f} s | {after['cpu']:.2f} s |"
    yield ""


def growth_section(growth):
    batch = growth["batch_us"]
    yield "## Growth and memory"
    yield ""
    yield f"`hourly_premium` fed with {growth['keys']:,} new users, in batches of 256 rows, with all that it keeps:"
    yield ""
    yield "| time for a batch | median | 99 % | 99.9 % | most |"
    yield "|---|---:|---:|---:|---:|"
    yield f"| | {batch['p50']:,} µs | {batch['p99']:,} µs | {batch['p999']:,} µs | {batch['max']:,} µs |"
    yield ""
    yield f"The view `last_order` alone takes {growth['bytes_per_key']:.0f} bytes of resident memory for a user, key,"
    yield f"index and all. The values themselves are {growth['payload']} bytes (three numbers of 8, texts of 10 and 11, a key"
    yield f"of 8): {growth['bytes_per_key'] / growth['payload']:.2f} ×."
    yield ""
    yield from sweep_section(growth)


def sweep_section(growth):
    sweep, keys = growth["sweep"], growth["keys"]
    yield f"A time to live: the same {keys:,} keys are looked at once in an eighth of it, in steps between which the job"
    yield f"goes on. Afterwards, with all of them forgotten, {sweep['bytes_per_key']:.0f} bytes a key are still resident."
    yield ""
    yield "| sweep of all keys | steps | longest step | for a key |"
    yield "|---|---:|---:|---:|"
    for title, name in (("none is over", "young"), ("all are over", "old")):
        took = sweep[name]
        yield (
            f"| {title} | {took['steps']:,} | {took['max_us'] / 1000:.1f} ms | "
            f"{took['total_us'] * 1000 / keys:.0f} ns |"
        )
    yield ""


def scaling_section(scaling):
    yield "## Scaling"
    yield ""
    yield "![Scaling](scaling.svg)"
    yield ""
    yield "`hourly_premium`, one worker. First more lines over the same users (skewed); then more users, all equally often."
    yield ""
    yield "| lines | users | time | for an event | memory | for a user |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for point in [*scaling["lines"], *scaling["keys"]]:
        each, memory = point["wall"] / point["lines"] * 1e9, point["peak"] / point["keys"]
        yield (
            f"| {point['lines']:,} | {point['keys']:,} | {point['wall']:.2f} s | {each:.0f} ns | "
            f"{point['peak'] / 1e6:,.0f} MB | {memory:.0f} bytes |"
        )
    yield ""


def scaling_chart(scaling):
    panels = []
    for name, label, key in (("more lines", "lines", "lines"), ("more users", "users", "keys")):
        points = scaling[key]
        times = [point["wall"] / point["lines"] * 1e9 for point in points]
        memory = [point["peak"] / 1e6 / 10 for point in points] if key == "lines" else [
            point["peak"] / point["keys"] for point in points
        ]
        unit = "10 MB" if key == "lines" else "bytes a user"
        panels.append((name, label, [point[key] for point in points], [("time", "ns an event", times),
                       ("memory", unit, memory)]))
    return charts.lines("hourly_premium, one worker", panels)


def builds_section(builds):
    yield "## Building"
    yield ""
    yield "Medians; the runtime is built once before. A one-screen DBSP program takes 27 s to rebuild optimised."
    yield ""
    yield "| pipeline | edit → optimised binary | `check` |"
    yield "|---|---:|---:|"
    for name, times in builds.items():
        yield f"| {name} | {times['build']:.2f} s | {times['check'] * 1000:.1f} ms |"
    yield ""


def micro_section(micro):
    yield "## Micro-benchmarks"
    yield ""
    yield "`cargo bench -p millstream-bench-micro`; medians."
    yield ""
    yield "| | time | |"
    yield "|---|---:|---|"
    for bench in micro:
        yield f"| `{bench['name']}` | {bench['median']} | {', '.join(bench['rates'])} |"
    yield ""
