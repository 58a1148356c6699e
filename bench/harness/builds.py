"""How long it takes from an edit of a pipeline to an optimised binary, and to be told what is wrong."""

import re
import shutil
import statistics
import time

from .measure import run
from .paths import ROOT

COLUMNS = 200
VIEWS = 50


def measure_builds(setup):
    folder = setup.paths.made("builds")
    shutil.copytree(ROOT / "pipelines" / "data", folder / "data", dirs_exist_ok=True)
    hourly = folder / "hourly_premium.yaml"
    shutil.copyfile(ROOT / "pipelines" / "hourly_premium.yaml", hourly)
    wide = folder / "wide.yaml"
    wide.write_text(wide_pipeline(), encoding="utf-8")
    edits = 1 if setup.quick else 5
    return {
        "hourly_premium": times(setup, hourly, "coalesce(account_payble, {})", edits),
        f"{COLUMNS} columns, {VIEWS} views": times(setup, wide, "where: c1 > {}", 1 if setup.quick else 3),
    }


def times(setup, file, edited, edits):
    """Medians in seconds; `edited` is what an edit changes, with a number for `{}`."""
    text = file.read_text(encoding="utf-8")
    place = re.compile(re.escape(edited).replace(re.escape("{}"), r"\d+"))
    if not place.search(text):
        raise SystemExit(f"error: there is no {edited} in {file}")
    binary = file.with_suffix(".bin")
    timed(setup, "build", file, "-o", binary)
    built = []
    for number in range(edits):
        # A number that no build before had: what was built once is not built again.
        fresh = edited.format(time.time_ns() % 1_000_000_000 + number)
        file.write_text(place.sub(lambda _: fresh, text, count=1), encoding="utf-8")
        built.append(timed(setup, "build", file, "-o", binary))
    checked = [timed(setup, "check", file) for _ in range(20)]
    return {"build": statistics.median(built), "check": statistics.median(checked)}


def timed(setup, *arguments):
    started = time.perf_counter()
    run([setup.millstream, "--quiet", *arguments])
    return time.perf_counter() - started


def wide_pipeline():
    """A table of 200 columns and 50 views that group, filter and compute; each goes to a table of its own."""
    kinds = ["bigint", "varchar", "decimal(18, 2)", "double"]
    columns = [f"      c{number}: {kinds[number % 4]}" for number in range(1, COLUMNS + 1)]
    # c4, c8, … are bigint; c1, c5, … varchar: see `kinds`.
    columns[0] = "      c1: bigint"
    tables, views, inserts = [], [], []
    for number in range(1, VIEWS + 1):
        text, amount, double = (f"c{4 * number - 3 + offset}" for offset in (4 if number < VIEWS else 0, 1, 2))
        key = text if number < VIEWS else "c5"
        tables += [
            f"  t{number}:", "    columns:", "      k: varchar not null", "      rows: bigint",
            "      amount: decimal(38, 2)", "      largest: double", "    primary_key: [k]", "    blackhole: {}",
        ]
        views += [
            f"  v{number}:", "    from: wide", f"    where: c1 > {number}",
            f"    group_by: {{k: \"coalesce(upper({key}), 'none')\"}}",
            f"    select: {{rows: count(*), amount: sum({amount}), largest: max({double})}}", "    state: {ttl: 1d}",
        ]
        inserts.append(f"  - {{into: t{number}, from: v{number}}}")
    return "\n".join([
        "version: 1", "pipeline: wide", "tables:", "  wide:", "    columns:", *columns,
        "    file: {path: wide.jsonl, format: json}", *tables, "views:", *views, "inserts:", *inserts, "",
    ])
