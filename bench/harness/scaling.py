"""Whether the cost of an event, and the memory of a key, stay the same as both become many.

`hourly_premium`, one worker, changes to `blackhole`. More lines over the same users; then more users, each of whom
comes at least once and all equally often.
"""

from .jobs import HOURLY_PREMIUM
from .measure import measure
from .peers.millstream import blackhole_command

LINES = (1_000_000, 5_000_000, 20_000_000)
KEYS = (100_000, 1_000_000, 10_000_000)


def measure_scaling(setup):
    scale = 1000 if setup.quick else 1
    lines = [size // scale for size in LINES]
    by_lines = [point(setup, size, 1_000_000 // scale, "skewed") for size in lines]
    by_keys = [point(setup, max(lines), keys // scale, "even") for keys in KEYS]
    return {"lines": by_lines, "keys": by_keys}


def point(setup, lines, keys, spread):
    known = setup.data.paths.data.glob("*")
    before = set(known)
    records = setup.data.file("orders", lines, keys, spread)
    done = measure(blackhole_command(setup, HOURLY_PREMIUM, 1, records), setup.paths.output / "log")
    if records not in before:
        # Files of several gigabytes that nothing else reads.
        records.unlink()
    return {"lines": lines, "keys": keys, "wall": done.wall, "cpu": done.cpu, "peak": done.peak}
