"""The peers: one module each, with a function `runs(setup)` that gives what is to be measured."""

from dataclasses import dataclass, field
from typing import Callable, Optional


@dataclass
class Run:
    """Something that is measured."""

    peer: str
    """The peer's name as an option knows it."""
    label: str
    """What is run, as the tables call it."""
    job: str
    """The job, or `decode orders`, `decode views` where records are decoded and nothing else is done."""
    cores: int
    lines: int
    command: list
    repeat: int = 1
    env: dict = field(default_factory=dict)
    cwd: Optional[str] = None
    work: Optional[Callable[[str], float]] = None
    """Takes from what the run says the seconds of the work alone, where a peer takes long to start."""
    before: Optional[Callable[[], None]] = None
    """Done before each run, outside of the time."""
    checks: list = field(default_factory=list)


@dataclass
class Check:
    """A run whose table is compared with that of Millstream over the same lines."""

    lines: int
    command: list
    table: Callable[[], dict]
    env: dict = field(default_factory=dict)
    cwd: Optional[str] = None
    before: Optional[Callable[[], None]] = None
