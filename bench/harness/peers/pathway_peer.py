"""Pathway: `last_page` over the first lines of the file, read as a whole; the job that it is quick enough for."""

from ..jobs import LAST_PAGE
from ..paths import HARNESS
from ..tables import from_json_lines
from . import Check, Run

LINES = 1_000_000


def runs(setup):
    lines = min(LINES, setup.lines)
    output = setup.paths.output / "pathway-last_page.jsonl"
    records = setup.data.first("views", lines)
    command = [setup.python, HARNESS / "peers" / "pathway_job.py", records]
    environment = {"PATHWAY_THREADS": str(setup.cores), "PYTHONWARNINGS": "ignore"}
    table = lambda: from_json_lines(output, LAST_PAGE.columns)  # noqa: E731
    yield Run(
        "pathway", f"Pathway, {setup.cores} threads", "last_page", setup.cores, lines, command, env=environment,
        checks=[Check(lines, [*command, output], table, environment)],
    )
