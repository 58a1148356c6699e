"""DBSP: `hourly_premium` by hand over its Rust API, two batch sizes. It is a workspace of its own: it builds for minutes."""

from ..jobs import HOURLY_PREMIUM
from ..measure import run
from ..paths import BENCH
from ..setup import NATIVE
from ..tables import from_json_lines
from . import Check, Run

BATCHES = (10_000, 100_000)


def runs(setup):
    target = setup.paths.work / "dbsp-target"
    run(["cargo", "build", "--release", "--locked", "--target-dir", target], env=NATIVE, cwd=BENCH / "dbsp")
    for batch in BATCHES:
        output = setup.paths.output / f"dbsp-{batch}.jsonl"
        command = [
            target / "release" / "millstream-bench-dbsp", setup.data.file("orders"), setup.cores, batch,
        ]
        table = lambda output=output: from_json_lines(output, HOURLY_PREMIUM.columns)  # noqa: E731
        checks = [Check(setup.lines, [*command, output], table)] if batch == BATCHES[-1] else []
        yield Run(
            "dbsp", f"DBSP, {setup.cores} workers, batches of {batch:,}", "hourly_premium", setup.cores, setup.lines,
            command, checks=checks,
        )
