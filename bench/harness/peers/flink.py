"""Apache Flink: SQL on a local cluster inside of one JVM, state on the heap, objects used again.

The changes go to `blackhole`. What is compared is a second run over fewer lines whose changes are printed: printing
five million of them would take longer than the job. The time is that of the job alone, without the start of the JVM
and the planning, which take some seconds more.
"""

import re

from ..jobs import HOURLY_PREMIUM, LAST_PAGE
from ..paths import HARNESS
from ..tables import from_changelog
from . import Check, Run

CONFIG = """\
execution.target: local
execution.runtime-mode: STREAMING
taskmanager.numberOfTaskSlots: 2
state.backend.type: hashmap
pipeline.object-reuse: true
rest.bind-port: 0
env.java.opts.all: -Xms{heap}g -Xmx{heap}g -XX:+UseParallelGC
"""

KINDS = {
    "hourly_premium": (str, float, int, int),
    "last_page": (str, str, str, str),
}

CHECKED_LINES = 200_000


def runs(setup):
    for job, tasks in ((HOURLY_PREMIUM, 1), (HOURLY_PREMIUM, setup.cores), (LAST_PAGE, setup.cores)):
        lines = min(CHECKED_LINES, setup.lines)
        printed = setup.paths.output / f"flink-{job.name}-{tasks}.txt"
        # Two tasks read two halves of the file at once, so that which page of an account is the last depends on them:
        # the query is compared with one.
        compared = 1 if job is LAST_PAGE else tasks
        check = Check(
            lines, command(setup, job, setup.data.first(job.records, lines), compared, "print", printed),
            lambda job=job, printed=printed: from_changelog(printed, job.columns, KINDS[job.name]), environment(setup),
        )
        yield Run(
            "flink", f"Apache Flink, {tasks} task{'s' * (tasks > 1)}", job.name, tasks, setup.lines,
            command(setup, job, setup.data.file(job.records), tasks, "blackhole", "/dev/null"),
            env=environment(setup), work=seconds, checks=[check],
        )


def command(setup, job, records, tasks, sink, printed):
    return [setup.python, HARNESS / "peers" / "flink_job.py", job.name, records, tasks, sink, printed]


def environment(setup):
    folder = setup.paths.made("flink")
    memory = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo", encoding="ascii").read()).group(1)) >> 20
    (folder / "config.yaml").write_text(CONFIG.format(heap=max(2, min(12, memory // 2))), encoding="ascii")
    (folder / "log4j-cli.properties").write_text("rootLogger.level = OFF\n", encoding="ascii")
    return {"FLINK_CONF_DIR": str(folder), "FLINK_LOG_DIR": str(folder), "PYTHONWARNINGS": "ignore"}


def seconds(output):
    return float(re.search(r"^job: ([0-9.]+) s$", output, re.MULTILINE).group(1))
