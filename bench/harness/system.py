"""The machine and the versions that the figures are of."""

import datetime
import platform
import re
from importlib.metadata import PackageNotFoundError, version

from .measure import run
from .paths import ROOT


def machine(setup):
    info = open("/proc/cpuinfo", encoding="utf-8").read()
    model = re.search(r"^model name\s*: (.+)$", info, re.MULTILINE)
    memory = re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo", encoding="ascii").read())
    return {
        "date": datetime.date.today().isoformat(),
        "processor": model.group(1).strip() if model else platform.machine(),
        "cores": setup.cores,
        "memory": int(memory.group(1)) * 1024,
        "system": f"{platform.system()} {platform.release()}",
        "versions": versions(),
    }


def versions():
    found = {
        "Millstream": run(["git", "-C", ROOT, "describe", "--always", "--dirty"]).strip(),
        "rustc": run(["rustc", "--version"]).split()[1],
    }
    for name, package in (("Apache Flink", "apache-flink"), ("DuckDB", "duckdb"), ("Pathway", "pathway")):
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    found["sonic-rs"] = re.search(r'name = "sonic-rs"\nversion = "(.+)"', lock).group(1)
    dbsp = ROOT / "bench" / "dbsp" / "Cargo.lock"
    if dbsp.exists():
        found["DBSP"] = re.search(r'name = "dbsp"\nversion = "(.+)"', dbsp.read_text(encoding="utf-8")).group(1)
    return found
