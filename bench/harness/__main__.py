"""`bench/run`: measures Millstream and its peers in one run and writes `bench/RESULTS.md`."""

import argparse
import json
import sys
from pathlib import Path

from . import builds, durability, growth, latency, micro, scaling
from .paths import BENCH, TARGET, Paths
from .peers import by_hand, dbsp, decoding, duckdb_peer, flink, millstream, pathway_peer
from .report import write_report
from .runs import measure_all
from .setup import Setup, cores
from .system import machine

PEERS = {
    "millstream": millstream,
    "by_hand": by_hand,
    "decoding": decoding,
    "duckdb": duckdb_peer,
    "pathway": pathway_peer,
    "flink": flink,
    "dbsp": dbsp,
}

DEFAULT_PEERS = [name for name in PEERS if name != "dbsp"]

PARTS = {
    "builds": builds.measure_builds,
    "latency": latency.measure_latency,
    "durability": durability.measure_durability,
    "growth": growth.measure_growth,
    "scaling": scaling.measure_scaling,
    "micro": micro.measure_micro,
}


def main():
    arguments = parse()
    paths = Paths(Path(arguments.work).resolve())
    setup = Setup(paths, sys.executable, arguments.lines, arguments.repeat, cores(), quick=arguments.quick)
    say("building")
    setup.build()
    results = {"machine": machine(setup), "lines": setup.lines, "repeat": setup.repeat, "quick": setup.quick}
    say("building the pipelines")
    millstream.build(setup)
    results["runs"] = measure_all(setup, [PEERS[name] for name in arguments.peers], say)
    keep(paths, results)
    for name in arguments.parts:
        say(name)
        results[name] = PARTS[name](setup)
        keep(paths, results)
    output = Path(arguments.output).resolve() if arguments.output else paths.made("results")
    output.mkdir(parents=True, exist_ok=True)
    write_report(results, output)
    say(f"written: {output / 'RESULTS.md'}")


def keep(paths, results):
    """What was measured so far, lest a part that fails take the others with it."""
    (paths.work / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")


def parse():
    parser = argparse.ArgumentParser(prog="bench/run", description=__doc__)
    parser.add_argument("--lines", type=int, help="lines of each data set (default 5,000,000)")
    parser.add_argument("--repeat", type=int, help="runs of each fast peer, of which the median counts (default 3)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: 50,000 lines, each once, without Flink")
    parser.add_argument("--peers", type=names(PEERS), help=f"which of {', '.join(PEERS)} (default: all but dbsp)")
    parser.add_argument("--parts", type=names(PARTS), help=f"which of {', '.join(PARTS)}, or none (default: all)")
    parser.add_argument("--work", default=TARGET / "bench", help="folder for data and programs (default target/bench)")
    parser.add_argument("--output", help="folder of RESULTS.md and its charts (default bench; with --quick, or with "
                        "other peers, parts or sizes than those by default, the folder of --work)")
    arguments = parser.parse_args()
    complete = not (arguments.quick or arguments.peers or arguments.parts is not None or arguments.lines)
    if arguments.output is None and complete:
        arguments.output = BENCH
    quick = arguments.quick
    arguments.lines = arguments.lines or (50_000 if quick else 5_000_000)
    arguments.repeat = arguments.repeat or (1 if quick else 3)
    if arguments.peers is None:
        arguments.peers = [name for name in DEFAULT_PEERS if not (quick and name == "flink")]
    if arguments.parts is None:
        arguments.parts = list(PARTS)
    # All others are compared with Millstream.
    arguments.peers = list(dict.fromkeys(["millstream", *arguments.peers]))
    return arguments


def names(known):
    def read(text):
        found = [name for name in text.split(",") if name and name != "none"]
        unknown = [name for name in found if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(known)}")
        return found

    return read


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
