"""Charts as SVG, drawn by hand: no library, the same bytes for the same figures."""

import math
from html import escape

INK, FAINT, GRID = "#24292f", "#57606a", "#d0d7de"
OURS, OTHERS, THIRD = "#0969da", "#8c959f", "#bf8700"
FONT = "font-family='Helvetica, Arial, sans-serif'"


def bars(title, groups, unit):
    """Horizontal bars on a logarithmic scale: groups of a heading and (label, value, ours)."""
    width, left, bar, gap = 860, 300, 18, 8
    values = [value for _, rows in groups for _, value, _ in rows]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    scale = lambda value: left + (width - left - 90) * (math.log10(value) - low) / (high - low)  # noqa: E731
    height = 84 + sum(32 + len(rows) * (bar + gap) for _, rows in groups)
    parts, y = [text(20, 30, title, 17, INK, weight="bold")], 44
    for power in range(low, high + 1):
        x = scale(10**power)
        parts.append(line(x, 48, x, height - 28))
        parts.append(text(x, height - 12, f"{short(10**power)}{unit}", 11, FAINT, anchor="middle"))
    for heading, rows in groups:
        y += 26
        parts.append(text(20, y, heading, 13, INK, weight="bold"))
        y += 8
        for label, value, ours in rows:
            end = max(scale(value), left + 1)
            parts.append(text(left - 8, y + 13, label, 12, INK, anchor="end"))
            parts.append(rectangle(left, y, end - left, bar, OURS if ours else OTHERS))
            parts.append(text(end + 5, y + 13, f"{short(value)}{unit}", 12, INK))
            y += bar + gap
    return document(width, height, title, parts)


def lines(title, panels):
    """Panels side by side: a heading, the label of the x axis, points of x, and series of (name, unit, values)."""
    panel, height, top, bottom = 400, 330, 84, 262
    width = 20 + panel * len(panels)
    parts = [text(20, 30, title, 17, INK, weight="bold")]
    for number, (heading, label, points, series) in enumerate(panels):
        left = 70 + panel * number
        right = left + panel - 110
        parts.append(text(left, 58, heading, 13, INK, weight="bold"))
        low, high = math.log10(points[0]), math.log10(points[-1])
        across = lambda value: left + (right - left) * (math.log10(value) - low) / (high - low)  # noqa: B023,E731
        largest = nice(max(value for _, _, values in series for value in values) * 1.1)
        up = lambda value: bottom - (bottom - top) * value / largest  # noqa: B023,E731
        for part in range(5):
            value = largest * part / 4
            parts.append(line(left, up(value), right, up(value)))
            parts.append(text(left - 6, up(value) + 4, f"{value:g}", 11, FAINT, anchor="end"))
        for point in points:
            parts.append(text(across(point), bottom + 18, short(point), 11, FAINT, anchor="middle"))
        parts.append(text((left + right) / 2, bottom + 36, label, 12, FAINT, anchor="middle"))
        for (name, unit, values), color in zip(series, (OURS, THIRD)):
            places = [(across(point), up(value)) for point, value in zip(points, values)]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            parts.append(f"<polyline points='{path}' fill='none' stroke='{color}' stroke-width='2'/>")
            for (x, y), value in zip(places, values):
                parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{color}'/>")
                parts.append(text(x, y - 8, f"{value:.0f}", 11, color, anchor="middle"))
            parts.append(text(places[-1][0] + 8, places[-1][1] + 4, f"{name}", 12, color))
            parts.append(text(places[-1][0] + 8, places[-1][1] + 18, unit, 11, color))
    return document(width, height, title, parts)


def nice(value):
    """The next number of 1, 2, 4, 8 times a power of ten."""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 8, 10) if step * power >= value)


def short(value):
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " K")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g} "


def text(x, y, words, size, color, anchor="start", weight="normal"):
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' {FONT} font-size='{size}' font-weight='{weight}' fill='{color}' "
        f"text-anchor='{anchor}'>{escape(words)}</text>"
    )


def line(x, y, to_x, to_y):
    return f"<line x1='{x:.1f}' y1='{y:.1f}' x2='{to_x:.1f}' y2='{to_y:.1f}' stroke='{GRID}'/>"


def rectangle(x, y, width, height, color):
    return f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' rx='2' fill='{color}'/>"


def document(width, height, title, parts):
    body = "\n".join(parts)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' "
        f"role='img' aria-label='{escape(title)}'>\n<rect width='100%' height='100%' fill='white'/>\n{body}\n</svg>\n"
    )
