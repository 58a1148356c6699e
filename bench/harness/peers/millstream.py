"""Millstream: the binaries that `millstream build` makes of `pipelines/`, as a user gets them.

A profile `bench` is added to each pipeline file, as a user would: it sends what comes out to `blackhole`, so that what
is measured is the job and not a sink, as for the peers. The runs named after SQLite use the pipeline file as it is.
"""

import re
import shutil

from ..jobs import HOURLY_PREMIUM, JOBS, LAST_PAGE, NOW, PREMIUM_DROP_ALERT
from ..measure import run
from ..paths import ROOT
from ..tables import from_sqlite
from . import Check, Run

PROFILES = {
    "hourly_premium": ["hs_order: {blackhole: {}}"],
    "last_page": ["user_last_log: {blackhole: {}}"],
    "premium_drop_alert": [
        "raw_info: {file: {path: raw_info.jsonl, format: json}}",
        "wechat_activity_user: {blackhole: {}}",
    ],
}

CACHE = re.compile(r"cache: \{mode: lru[^}]*\}")
"""The look-up table's cache in the pipeline file: 10,000 rows. With `bench` it is kept whole: what is measured are look-ups
in the job's own memory, as its goal says."""

SINKS = {"hourly_premium": "adm_pfm_zy_order_gmv_msx_hs"}
"""Tables in the database that are not called as in the pipeline."""


def runs(setup):
    for job in (HOURLY_PREMIUM, LAST_PAGE, PREMIUM_DROP_ALERT):
        for workers in dict.fromkeys((1, setup.cores)):
            yield from variants(setup, job, workers)


def variants(setup, job, workers):
    lines, records = setup.lines, setup.data.file(job.records)
    threads = f"{workers} worker{'s' * (workers > 1)}"
    sqlite = sqlite_command(setup, job, workers, records, f"{job.name}-{workers}")
    checks = []
    if workers > 1:
        # What the runs of peers are compared with has one worker; more must give the same.
        table = lambda: sqlite_table(setup, job, f"{job.name}-{workers}")  # noqa: E731
        checks = [Check(lines, sqlite, table, before=lambda: fresh(setup, f"{job.name}-{workers}"))]
    yield Run(
        "millstream", f"Millstream, {threads}", job.name, workers, lines,
        blackhole_command(setup, job, workers, records), setup.repeat,
        before=lambda: fresh_customers(setup), checks=checks,
    )
    yield Run(
        "millstream", f"Millstream, {threads}, into SQLite", job.name, workers, lines, sqlite, setup.repeat,
        before=lambda: fresh(setup, f"{job.name}-{workers}"),
    )


def build(setup):
    """The binaries, and where the pipeline files are."""
    folder = setup.paths.made("pipelines")
    shutil.copytree(ROOT / "pipelines" / "data", folder / "data", dirs_exist_ok=True)
    for name, tables in PROFILES.items():
        text = (ROOT / "pipelines" / f"{name}.yaml").read_text(encoding="utf-8")
        last = re.findall(r"^(\w+):", text, re.MULTILINE)[-1]
        if last != "profiles":
            text += "\nprofiles:\n"
        text += "  bench:\n    tables:\n" + "".join(f"      {table}\n" for table in tables)
        file = folder / f"{name}.yaml"
        for profile in ("bench", None):
            file.write_text(CACHE.sub("cache: {mode: all}", text) if profile else text, encoding="utf-8")
            run([
                setup.millstream, "build", file, "-o", binary(setup, name, profile),
                *(["--profile", profile] if profile else []),
            ])


def binary(setup, name, profile):
    return setup.paths.binaries / (f"{name}-{profile}" if profile else name)


def common(setup, job, workers, records, state):
    return [
        f"--set=tables.{job.source}.file.path={records}", f"--now={NOW}", "--fresh", f"--workers={workers}",
        f"--state={setup.paths.output / state}.state",
    ]


def blackhole_command(setup, job, workers, records):
    command = [binary(setup, job.name, "bench"), *common(setup, job, workers, records, f"{job.name}-bench")]
    if job is PREMIUM_DROP_ALERT:
        command.append(f"--set=tables.raw_info.file.path={setup.paths.output / 'raw_info.jsonl'}")
    return command


def sqlite_command(setup, job, workers, records, name):
    database = setup.paths.output / f"{name}.db"
    command = [binary(setup, job.name, None), *common(setup, job, workers, records, name)]
    command.append(f"--set=tables.{job.table}.sqlite.path={database}")
    if job is PREMIUM_DROP_ALERT:
        command.append(f"--set=tables.raw_info.sqlite.path={database}")
        command.append(f"--set=tables.raw_info.sqlite.initial={setup.data.customers()}")
    return command


def fresh_customers(setup):
    shutil.copyfile(setup.data.customers(), setup.paths.output / "raw_info.jsonl")


def fresh(setup, name):
    for file in setup.paths.output.glob(f"{name}.db*"):
        file.unlink()


def sqlite_table(setup, job, name):
    return from_sqlite(setup.paths.output / f"{name}.db", SINKS.get(job.name, job.table), job.columns)


def reference(setup, job_name, lines, known={}):  # noqa: B006 (kept for the whole run on purpose)
    """The table of one worker over the first so many lines."""
    if (job_name, lines) not in known:
        job, name = JOBS[job_name], f"{job_name}-first-{lines}"
        fresh(setup, name)
        run(sqlite_command(setup, job, 1, setup.data.first(job.records, lines), name))
        known[job_name, lines] = sqlite_table(setup, job, name)
    return known[job_name, lines]
