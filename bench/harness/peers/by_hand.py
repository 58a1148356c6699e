"""Plain Rust by hand: `sonic-rs`, structs, hash maps, one thread; compiled for this processor with LTO."""

from ..jobs import HOURLY_PREMIUM, LAST_PAGE
from ..tables import from_json_lines
from . import Check, Run


def runs(setup):
    for job in (HOURLY_PREMIUM, LAST_PAGE):
        output = setup.paths.output / f"by-hand-{job.name}.jsonl"
        command = [
            setup.workload("by_hand"), "--job", job.name, "--input", setup.data.file(job.records), "--output",
        ]
        table = lambda job=job, output=output: from_json_lines(output, job.columns)  # noqa: E731
        yield Run(
            "by_hand", "plain Rust by hand, 1 thread", job.name, 1, setup.lines, [*command, "/dev/null"], setup.repeat,
            checks=[Check(setup.lines, [*command, output], table)],
        )
