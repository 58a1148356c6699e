"""The goals, and whether they are met: ratios within one run, so that the machine does not matter."""


def goals(results):
    """Rows of what is asked for, the goal, what was measured, and whether that is enough; None where not measured."""
    rates = Rates(results)
    yield from speeds(rates)
    yield from durability(results.get("durability"))
    growth = results.get("growth")
    if growth:
        times = growth["bytes_per_key"] / growth["payload"]
        yield row("memory for a key, against its payload", "≤ 1.25 ×", times, times <= 1.25, "{:.2f} ×")
        # In milliseconds; the time for a batch includes what growth costs it.
        longest = growth["batch_us"]["max"] / 1000
        yield row("longest pause while growing to 10 M keys", "≤ 50 ms", longest, longest <= 50, "{:.1f} ms")
        swept = max(growth["sweep"][name]["max_us"] for name in ("young", "old")) / 1000
        yield row("longest pause of a sweep of 10 M keys", "≤ 50 ms", swept, swept <= 50, "{:.1f} ms")
    for name, limits in (("hourly_premium", (3, 0.02)), ("200 columns, 50 views", (10, 0.1))):
        built = results.get("builds", {}).get(name)
        if built:
            build, check = limits
            yield row(f"edit → optimised binary, {name}", f"≤ {build} s", built["build"], built["build"] <= build,
                      "{:.1f} s")
            yield row(f"check, {name}", f"≤ {check * 1000:.0f} ms", built["check"] * 1000, built["check"] <= check,
                      "{:.0f} ms")


def durability(measured):
    if not measured:
        return
    more = measured["log"][1]["wall"]["more"] * 100
    yield row("hourly_premium with its epoch log against --no-log, 1 worker", "≤ 5 % more time", more, more <= 5, "{:.1f} %")
    for name, words in (("stop", "a stop"), ("kill", "a kill")):
        after = measured["restore"]["after"][name]
        seconds = after["wall"] / (after["peak"] / 1e9)
        yield row(f"restoring after {words}, for each GB of state in memory", "≤ 2 s", seconds, seconds <= 2, "{:.2f} s")


def speeds(rates):
    cores = rates.cores
    all_workers = f"Millstream, {cores} workers" if cores > 1 else "Millstream, 1 worker"
    flink, duckdb = f"Apache Flink, {cores} task", f"DuckDB, {cores} threads"
    yield against(rates, "hourly_premium", all_workers, flink, 60, f"against Flink with {cores} tasks")
    decoding = rates.of("decode orders", "sonic-rs")
    one = rates.of("hourly_premium", "Millstream, 1 worker")
    yield ratio("hourly_premium, 1 core, against decoding only with sonic-rs", one, decoding, 0.7)
    yield against(rates, "last_page", all_workers, flink, 50, f"against Flink with {cores} tasks")
    yield against(rates, "last_page", all_workers, duckdb, 1.5, "against DuckDB")
    yield ratio(
        "decoding orders, 1 core, against sonic-rs into borrowed structs",
        rates.of("decode orders", "Millstream"), decoding, 3,
    )
    workers = rates.of("hourly_premium", all_workers)
    if cores > 1:
        yield ratio(f"hourly_premium, {cores} workers against one", workers, one, 0.8 * cores)
    alerts = rates.of("premium_drop_alert", "Millstream, 1 worker")
    yield row(
        "premium_drop_alert, look-ups in the embedded table, 1 core", "≥ 2 M/s", alerts and alerts / 1e6,
        alerts and alerts >= 2e6, "{:.2f} M/s",
    )


def against(rates, job, one, other, goal, words):
    return ratio(f"{job}, {rates.cores} cores, {words}", rates.of(job, one), rates.of(job, other), goal)


def ratio(what, one, other, goal):
    times = one / other if one and other else None
    return row(what, f"≥ {goal:g} ×", times, times and times >= goal, "{:.2f} ×")


def row(what, goal, value, met, form):
    return {"what": what, "goal": goal, "measured": None if value is None else form.format(value), "met": met}


class Rates:
    """Records a second by job and label."""

    def __init__(self, results):
        self.runs = results["runs"]
        self.cores = results["machine"]["cores"]

    def of(self, job, label):
        """Of the first run whose label begins so."""
        return next((run["rate"] for run in self.runs if run["job"] == job and run["label"].startswith(label)), None)
