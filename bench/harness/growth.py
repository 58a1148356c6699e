"""How long batches take while the state grows, what a key takes of memory, and what it costs to forget it."""

import json

from .measure import measure


def measure_growth(setup):
    keys = 100_000 if setup.quick else 10_000_000
    return json.loads(measure([setup.micro("growth"), "--keys", keys], setup.paths.output / "log").output)
