"""Resulting tables: read from what each peer writes, and compared."""

import json
import math
import re
import sqlite3

TOLERANCE = 1e-9
"""Doubles may differ by so much of their value: sums that rows are taken back from drift where they are not exact."""


class Different(Exception):
    """Two tables that should be equal are not."""


def from_sqlite(path, table, columns):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute(f"select {', '.join(columns)} from {table}").fetchall()
    return keyed(rows)


def from_json_lines(path, columns):
    """Rows as JSON objects or as arrays in the order of the columns."""
    rows = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            rows.append(tuple(row) if isinstance(row, list) else tuple(row.get(column) for column in columns))
    return keyed(rows)


PRINTED = re.compile(r"^(?:\d+> )?([+-][IUD])\[(.*)\]$")


def from_changelog(path, columns, kinds):
    """The table that changes make which Flink's `print` connector wrote."""
    table = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            found = PRINTED.match(line.rstrip("\n"))
            if found is None:
                continue
            values = found.group(2).split(", ")
            if len(values) != len(columns):
                raise Different(f"{path}: not a row of {len(columns)} columns: {line}")
            row = tuple(None if value == "null" else kind(value) for value, kind in zip(values, kinds))
            if found.group(1) in ("+I", "+U"):
                table[row[0]] = row
            elif found.group(1) == "-D":
                table.pop(row[0], None)
    return table


def keyed(rows):
    table = {}
    for row in rows:
        key = str(row[0])
        if key in table:
            raise Different(f"two rows with the key {key}")
        table[key] = (key, *row[1:])
    return table


def compare(expected, found, whose):
    """Raises `Different` unless both tables have the same rows."""
    if not expected:
        raise Different(f"{whose}: the table to compare with is empty")
    missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    if missing or extra:
        some = sorted(missing)[:3], sorted(extra)[:3]
        raise Different(f"{whose}: {len(missing)} rows are missing, {len(extra)} too many: {some[0]} {some[1]}")
    wrong = [key for key, row in expected.items() if not same_row(row, found[key])]
    if wrong:
        key = min(wrong)
        raise Different(f"{whose}: {len(wrong)} rows differ, such as {found[key]} for {expected[key]}")


def same_row(one, other):
    return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other))


def same(one, other):
    if isinstance(one, float) or isinstance(other, float):
        return None not in (one, other) and math.isclose(one, other, rel_tol=TOLERANCE)
    return one == other
