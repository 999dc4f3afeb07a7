"""Charts as pictures of their own: titles, axes, values, and questions about them. Knows what charts are asked."""

from __future__ import annotations

import random

from bayou.data.synthetic.documents.countries import MONTHS
from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.painting import Desk, Made, title
from bayou.data.synthetic.documents.plots import Frame, Series, axis_top, columns, legend, lines, palette, pie
from bayou.data.synthetic.documents.prose import subject
from bayou.data.synthetic.documents.sheet import Sheet
from bayou.data.synthetic.documents.theme import Theme

_UNITS = ("%", "kt", "million", "GWh", "mm", "points", "1,000 units", "EUR m", "")
_GROUPS = (
    "Group A",
    "Group B",
    "Urban",
    "Rural",
    "Men",
    "Women",
    "North",
    "South",
    "Plan",
    "Actual",
    "Retail",
    "Online",
)


def chart(desk: Desk, rng: random.Random) -> Made:
    """A chart with its title, in English; names are of any country."""
    locale = Locale.draw(rng, "en")
    theme = Theme.draw(rng, desk.wardrobe, "en", rng.choice((8.5, 9, 10, 11)))
    width, height = rng.uniform(330, 520), rng.uniform(220, 360)
    sheet = desk.sheet(rng, width, height, 0.0, rng.choice(((255, 255, 255), (255, 255, 255), (250, 250, 248))))
    made = Made(sheet, "en")
    series = draw_series(rng, locale)
    y = 28.0
    with sheet.block("heading", 1):
        text = f"{title(subject(rng))}, {locale.day(2004).year}"
        style = theme.strong(theme.size * rng.uniform(1.2, 1.6))
        if rng.random() < 0.6:
            sheet.write(width / 2, y, text, style, align="m")
        else:
            sheet.write(14, y, text, style)
    draw_chart(sheet, rng, theme, locale, series, (10, y + 8, width - 10, height - 10), made)
    return made


def draw_series(rng: random.Random, locale: Locale) -> Series:
    """Made-up figures by month, year, quarter or place."""
    start = rng.randint(2000, 2017)
    names = rng.choice(
        (
            tuple(str(start + k) for k in range(rng.randint(4, 9))),
            tuple(m[:3] for m in MONTHS["en"][: rng.choice((6, 12))]),
            ("Q1", "Q2", "Q3", "Q4"),
            tuple(rng.sample([c.split(",")[0] for c in locale.country.cities], rng.randint(4, 7))),
        )
    )
    places = rng.choice((0, 0, 1))
    largest = 10 ** rng.uniform(1, 3.5)
    count = rng.choice((1, 1, 2, 3))
    groups = rng.sample(_GROUPS, count)
    values = {}
    for group in groups:
        level = rng.uniform(0.3, 0.8)
        walk = []
        for _ in names:
            level = min(1.0, max(0.06, level + rng.gauss(0, 0.18)))
            walk.append(round(largest * level, places))
        values[group] = tuple(walk)
    return Series(names, values, places, rng.choice(_UNITS))


def draw_chart(
    sheet: Sheet,
    rng: random.Random,
    theme: Theme,
    locale: Locale,
    series: Series,
    place: tuple[float, float, float, float],
    made: Made | None = None,
) -> None:
    """A chart in a place (left, upper, right, lower); its questions go to ``made``."""
    left, upper, right, lower = place
    colours = palette(rng, theme)
    form = (
        rng.choice(("columns", "columns", "lines", "pie"))
        if len(series.values) == 1
        else rng.choice(("columns", "lines"))
    )
    if form == "pie" and len(series.names) > 6:
        form = "columns"
    if form == "pie":
        series = _shares(series)
        pie(sheet, rng, theme, locale, series, Frame(left, upper, right, lower, 1, 1), colours)
        if made is not None:
            _ask(made, rng, locale, series, True, form)
        return
    if len(series.values) > 1:
        legend(sheet, theme, list(series.values), colours, left + 40, upper + 10)
        upper += 16
    top, step = axis_top(max(v for values in series.values.values() for v in values))
    widest = max(sheet.text_width(n, theme.text(theme.size * 0.85)) for n in series.names)
    below = 26 if widest < (right - left - 50) / len(series.names) * 0.95 else 22 + widest * 0.75
    frame = Frame(left + 42, upper + 24, right - 8, lower - below, top, step)
    slot = (frame.right - frame.left) / len(series.names) / len(series.values)
    printed = form == "columns" and rng.random() < 0.6 and slot > theme.size * 3
    if form == "columns":
        columns(sheet, rng, theme, locale, series, frame, colours, printed)
    else:
        lines(sheet, rng, theme, locale, series, frame, colours)
    if made is not None:
        _ask(made, rng, locale, series, printed, form)


def _shares(series: Series) -> Series:
    """As whole per cent that add up to 100."""
    values = next(iter(series.values.values()))
    shares = [max(1, round(100 * v / sum(values))) for v in values]
    shares[shares.index(max(shares))] += 100 - sum(shares)
    return Series(series.names, {next(iter(series.values)): tuple(float(s) for s in shares)}, 0)


def _ask(made: Made, rng: random.Random, locale: Locale, series: Series, printed: bool, form: str) -> None:
    """What can be told by looking; values only where they are printed, comparisons only where they are clear."""
    kind = {"columns": "bar chart", "lines": "line chart", "pie": "pie chart"}[form]
    made.ask("What kind of chart is this?", f"A {kind}.", "chart")
    group, values = rng.choice(list(series.values.items()))
    of = f" for {group}" if len(series.values) > 1 else ""
    order = sorted(values)
    if order[-1] - order[-2] > 0.04 * order[-1]:
        made.ask(f"Which entry has the highest value{of}?", series.names[values.index(order[-1])], "compare")
    if order[1] - order[0] > 0.04 * order[-1]:
        made.ask(f"Which entry has the lowest value{of}?", series.names[values.index(order[0])], "compare")
    first, last = values[0], values[-1]
    if form != "pie" and abs(first - last) > 0.06 * order[-1]:
        word = "higher" if last > first else "lower"
        made.ask(f"Is the last value{of} higher or lower than the first?", word.capitalize() + ".", "compare")
    if printed:
        n = rng.randrange(len(values))
        value = locale.number(values[n], series.places)
        made.ask(f"What is the value of {series.names[n]}{of}?", f"{value}%" if form == "pie" else value, "cell")
    if len(series.values) > 1:
        made.ask("How many series does the chart show?", str(len(series.values)), "count")
