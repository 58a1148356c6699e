"""The micro-benchmarks of `bench/micro`."""

import re

from .measure import run
from .paths import ROOT

LINE = re.compile(r"^[│ ]*[├╰]─ (\S+) +([0-9.]+ \S+) +│ ([0-9.]+ \S+) +│ ([0-9.]+ \S+) +│ ([0-9.]+ \S+)")
RATE = re.compile(r"([0-9.]+ \S*(?:item|B)/s)")


def measure_micro(setup):
    """A record for each: its name, the median time, and the rates of the median."""
    options = ["--sample-count", "5", "--max-time", "0.2"] if setup.quick else ["--max-time", "0.5"]
    told = run(
        ["cargo", "bench", "--quiet", "--locked", "-p", "millstream-bench-micro",
         *(f"--bench={name}" for name in ("decoding", "state", "operators")), "--", *options],
        cwd=ROOT,
    )
    return read(told)


def read(text):
    found, group = [], ""
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            name = match.group(1)
            nested = line.startswith(("│  │", "│     ", "   │", "   ├", "   ╰", "│  ├", "│  ╰"))
            found.append({"name": f"{group} {name}" if nested else name, "median": match.group(4), "rates": []})
        elif re.match(r"^[├╰]─ \S+", line):
            group = line.split()[1]
        elif found and "/s" in line:
            columns = line.split("│")
            rates = [RATE.findall(column) for column in columns]
            medians = [rate[0] for rate in rates if rate]
            if len(medians) >= 3:
                found[-1]["rates"].append(medians[2])
    return found
