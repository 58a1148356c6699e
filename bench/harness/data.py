"""The data sets: made once for each size, by the generator in `bench/workloads`."""

from itertools import islice

from .measure import run

KEYS = {"orders": 1_000_000, "views": 500_000, "updates": 500_000}
SEED = 1


class DataSets:
    """Files of records in the run's folder."""

    def __init__(self, paths, generator, lines):
        self.paths = paths
        self.generator = generator
        self.lines = lines

    def file(self, records, lines=None, keys=None, spread="skewed"):
        """A data set of so many lines; made if it is not there."""
        lines, keys = lines or self.lines, keys or KEYS[records]
        name = f"{records}-{lines}-{keys}-{spread}-{SEED}.jsonl"
        return self.made(name, records, lines, keys, spread)

    def customers(self):
        """The key customers before the first update: half of those that updates are of."""
        count = KEYS["updates"] // 2
        return self.made(f"customers-{count}-{SEED}.jsonl", "customers", count, count, "even")

    def made(self, name, records, lines, keys, spread):
        path = self.paths.data / name
        if not path.exists():
            unfinished = path.with_suffix(".part")
            run([
                self.generator, "--kind", records, "--lines", lines, "--keys", keys, "--spread", spread,
                "--seed", SEED, "--output", unfinished,
            ])
            unfinished.rename(path)
        return path

    def first(self, records, lines):
        """The first so many lines of the data set, for runs that are too slow for all of them."""
        whole = self.file(records)
        if lines >= self.lines:
            return whole
        path = self.paths.data / f"{whole.stem}-first-{lines}.jsonl"
        if not path.exists():
            unfinished = path.with_suffix(".part")
            with open(whole, "rb") as source, open(unfinished, "wb") as part:
                part.writelines(islice(source, lines))
            unfinished.rename(path)
        return path
