"""Charts drawn on a sheet: bars, lines, pies, with axes, legends and values. Knows figures; not what they stand for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bayou.data.synthetic.documents.decor import lighter
from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.sheet import Colour, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme

_PALETTES: tuple[tuple[Colour, ...], ...] = (
    ((31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189), (140, 86, 75)),
    ((68, 114, 196), (237, 125, 49), (165, 165, 165), (255, 192, 0), (91, 155, 213), (112, 173, 71)),
    ((38, 70, 83), (42, 157, 143), (233, 196, 106), (244, 162, 97), (231, 111, 81), (120, 120, 130)),
    ((60, 60, 60), (130, 130, 130), (190, 190, 190), (95, 95, 95), (160, 160, 160), (215, 215, 215)),
    ((94, 60, 153), (230, 97, 1), (178, 171, 210), (253, 184, 99), (53, 151, 143), (140, 81, 10)),
)


@dataclass(frozen=True, slots=True)
class Series:
    """What a chart shows: names along the axis, series by name, and the places after the point."""

    names: tuple[str, ...]
    values: dict[str, tuple[float, ...]]
    places: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a chart is drawn, in points, and its axis: from 0 to ``top`` in steps of ``step``."""

    left: float
    upper: float
    right: float
    lower: float
    top: float
    step: float

    def height_of(self, value: float) -> float:
        return self.lower - (self.lower - self.upper) * value / self.top


def axis_top(largest: float) -> tuple[float, float]:
    """A round number above the largest value, and steps to it."""
    raw = largest * 1.12 / 5
    size = 10 ** np.floor(np.log10(raw))
    step = float(next(f for f in (1, 2, 2.5, 5, 10) if f * size >= raw) * size)
    return step * float(np.ceil(largest * 1.05 / step)), step


def palette(rng: random.Random, theme: Theme) -> tuple[Colour, ...]:
    if rng.random() < 0.25 and not theme.plain:
        return (theme.accent, *(lighter(theme.accent, s) for s in (0.35, 0.6, 0.2, 0.5, 0.75)))
    return rng.choice(_PALETTES)


def columns(
    sheet: Sheet,
    rng: random.Random,
    theme: Theme,
    locale: Locale,
    series: Series,
    frame: Frame,
    colours: Sequence[Colour],
    printed: bool,
) -> None:
    """Upright bars, side by side for several series, with their values above where ``printed``."""
    style = theme.text(theme.size * 0.85)
    _axes(sheet, rng, theme, locale, series, frame)
    slot = (frame.right - frame.left) / len(series.names)
    count = len(series.values)
    bar = slot * rng.uniform(0.55, 0.78) / count
    for k, (_, values) in enumerate(series.values.items()):
        for n, value in enumerate(values):
            x = frame.left + slot * (n + 0.5) + bar * (k - count / 2)
            y = frame.height_of(value)
            sheet.box(x, y, x + bar * 0.94, frame.lower, fill=colours[k % len(colours)])
    if printed:
        with sheet.block():
            for k, (_, values) in enumerate(series.values.items()):
                for n, value in enumerate(values):
                    x = frame.left + slot * (n + 0.5) + bar * (k - count / 2 + 0.47)
                    text = locale.number(value, series.places)
                    sheet.write(x, frame.height_of(value) - 3, text, style, align="m", same_row=n > 0)
    _names(sheet, theme, series, frame, slot)


def lines(
    sheet: Sheet,
    rng: random.Random,
    theme: Theme,
    locale: Locale,
    series: Series,
    frame: Frame,
    colours: Sequence[Colour],
) -> None:
    """Lines with or without marks."""
    _axes(sheet, rng, theme, locale, series, frame)
    slot = (frame.right - frame.left) / len(series.names)
    marked = rng.random() < 0.6
    for k, (_, values) in enumerate(series.values.items()):
        points = [(frame.left + slot * (n + 0.5), frame.height_of(v)) for n, v in enumerate(values)]
        sheet.curve(points, colours[k % len(colours)], 1.6)
        if marked:
            for x, y in points:
                sheet.disc(x, y, 2.4, colours[k % len(colours)])
    _names(sheet, theme, series, frame, slot)


def pie(
    sheet: Sheet,
    rng: random.Random,
    theme: Theme,
    locale: Locale,
    series: Series,
    frame: Frame,
    colours: Sequence[Colour],
) -> None:
    """A pie with names and shares beside its pieces."""
    values = next(iter(series.values.values()))
    x, y = (frame.left + frame.right) / 2, (frame.upper + frame.lower) / 2
    radius = min(frame.right - frame.left, frame.lower - frame.upper) * 0.36
    start = rng.uniform(0, 6.28)
    style = theme.text(theme.size * 0.9)
    labels: list[tuple[float, str]] = []
    for k, value in enumerate(values):
        end = start + 2 * np.pi * value / sum(values)
        arc = np.linspace(start, end, max(3, int((end - start) * 12)))
        ring = [(x + radius * np.cos(a), y + radius * np.sin(a)) for a in arc]
        sheet.polygon([(x, y), *ring], colours[k % len(colours)])
        sheet.curve([(x, y), ring[0]], (255, 255, 255), 1.0)
        labels.append(((start + end) / 2, f"{series.names[k]} {locale.number(value, series.places)}%"))
        start = end
    if rng.random() < 0.3:
        sheet.disc(x, y, radius * 0.5, (255, 255, 255))
    with sheet.block():
        for angle, text in labels:
            c, s = np.cos(angle), np.sin(angle)
            align = "l" if c > 0.25 else "r" if c < -0.25 else "m"
            sheet.write(x + (radius + 8) * c, y + (radius + 12) * s + 3, text, style, align=align)


def legend(sheet: Sheet, theme: Theme, names: Sequence[str], colours: Sequence[Colour], x: float, y: float) -> None:
    """The series' names beside their colours, in a row."""
    style = theme.text(theme.size * 0.9)
    with sheet.block():
        for k, name in enumerate(names):
            sheet.box(x, y - 6, x + 8, y + 1, fill=colours[k % len(colours)])
            x = sheet.write(x + 12, y, name, style, same_row=k > 0) + 16


def _axes(sheet: Sheet, rng: random.Random, theme: Theme, locale: Locale, series: Series, frame: Frame) -> None:
    style = Style(theme.body.regular, theme.size * 0.85, theme.grey if not theme.plain else theme.ink)
    meshed = rng.random() < 0.7
    ticks = np.arange(0, frame.top + frame.step / 2, frame.step)
    places = 0 if frame.step == int(frame.step) else 1 if frame.step * 10 == int(frame.step * 10) else 2
    with sheet.block():
        for value in reversed(ticks.tolist()):
            y = frame.height_of(value)
            if meshed:
                sheet.rule(frame.left, y, frame.right, y, (214, 214, 214), 0.4)
            sheet.write(frame.left - 5, y + style.size * 0.34, locale.number(value, places), style, align="r")
    sheet.rule(frame.left, frame.lower, frame.right, frame.lower, (60, 60, 60), 0.7)
    if rng.random() < 0.5:
        sheet.rule(frame.left, frame.upper, frame.left, frame.lower, (60, 60, 60), 0.7)
    if series.unit and rng.random() < 0.7:
        with sheet.block():
            sheet.write(frame.left - 4, frame.upper - 12, series.unit, style)


def _names(sheet: Sheet, theme: Theme, series: Series, frame: Frame, slot: float) -> None:
    style = theme.text(theme.size * 0.85)
    widest = max(sheet.text_width(n, style) for n in series.names)
    turned = widest > slot * 0.95
    with sheet.block():
        for n, name in enumerate(series.names):
            x = frame.left + slot * (n + 0.5)
            if turned:
                drop = sheet.text_width(name, style) / 2 * 0.71
                sheet.write_turned(x - drop + 4, frame.lower + drop + 9, name, style, -45)
            else:
                sheet.write(x, frame.lower + style.size * 1.4, name, style, align="m", same_row=n > 0)
