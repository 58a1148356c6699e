"""DuckDB: one SQL query over the file, one answer at the end."""

from ..jobs import HOURLY_PREMIUM, LAST_PAGE, PREMIUM_DROP_ALERT
from ..paths import HARNESS
from ..tables import from_json_lines
from . import Check, Run


def runs(setup):
    for job in (HOURLY_PREMIUM, LAST_PAGE, PREMIUM_DROP_ALERT):
        output = setup.paths.output / f"duckdb-{job.name}.jsonl"
        command = [
            setup.python, HARNESS / "peers" / "duckdb_job.py", job.name, setup.data.file(job.records),
            setup.data.customers(), setup.cores,
        ]
        table = lambda job=job, output=output: from_json_lines(output, job.columns)  # noqa: E731
        yield Run(
            "duckdb", f"DuckDB, {setup.cores} threads, one answer at the end", job.name, setup.cores, setup.lines,
            command, setup.repeat, checks=[Check(setup.lines, [*command, output], table)],
        )
