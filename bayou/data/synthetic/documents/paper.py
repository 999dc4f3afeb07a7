"""Papers and reports: one or two columns, headings, tables, charts, notes, references. Knows their parts and places."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bayou.data.synthetic.documents.chart import draw_chart, draw_series
from bayou.data.synthetic.documents.flow import Column, TableLook, TablePlan, paragraph, stacked, table, wrap
from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.painting import A4, LETTER, Desk, Made, title
from bayou.data.synthetic.documents.prose import paper_title, subject
from bayou.data.synthetic.documents.sheet import Part, Sheet
from bayou.data.synthetic.documents.table_page import ask_cells, figures_grid
from bayou.data.synthetic.documents.theme import Theme

_SECTIONS = ("Introduction", "Background", "Related work", "Methods", "Data", "Results", "Discussion", "Limitations",
             "Conclusion", "Sampling", "Model", "Study area", "Findings", "Recommendations")  # fmt: skip


@dataclass(slots=True)
class _Text:
    """Where the text is at: columns still to be filled, and the next baseline in the present one."""

    desk: Desk
    rng: random.Random
    theme: Theme
    locale: Locale
    sheet: Sheet
    columns: list[Column]
    tops: list[float]
    lowest: float
    numbered: bool
    at: int = 0
    y: float = 0.0
    section: int = 0
    tables: int = 0
    figures: int = 0

    @property
    def column(self) -> Column:
        return self.columns[self.at]

    @property
    def room(self) -> float:
        return self.lowest - self.y

    def next_column(self) -> bool:
        if self.at + 1 >= len(self.columns):
            return False
        self.at += 1
        self.y = self.tops[self.at]
        return True


def paper(desk: Desk, rng: random.Random) -> Made:
    """A first or a later page of a paper or report, in English."""
    locale = Locale.draw(rng, "en")
    width, height = rng.choice((A4, LETTER))
    double = rng.random() < 0.5
    size = rng.choice((8.5, 9, 9.5, 10)) if double else rng.choice((9.5, 10, 10.5, 11))
    theme = Theme.draw(rng, desk.wardrobe, "en", size)
    sheet = desk.sheet(rng, width, height)
    margin = rng.uniform(44, 62) if double else rng.uniform(60, 95)
    made = Made(sheet, "en")
    leading, justified = rng.uniform(1.16, 1.38), rng.random() < (0.8 if double else 0.55)
    first = rng.random() < 0.55
    y = _running_head(sheet, rng, theme, margin) if not first or rng.random() < 0.3 else margin
    if first:
        y = _title(desk, sheet, rng, theme, locale, margin, y + 20)
    indent = theme.size * 1.4 if rng.random() < 0.4 else 0.0
    gutter = 18.0
    if double:
        wide = (width - 2 * margin - gutter) / 2
        columns = [Column(margin + k * (wide + gutter), wide, leading, justified, indent) for k in range(2)]
    else:
        columns = [Column(margin, width - 2 * margin, leading, justified, indent)]
    y += theme.size * 1.8
    text = _Text(
        desk, rng, theme, locale, sheet, columns, [y] * len(columns), height - margin - 16, rng.random() < 0.6, y=y,
        section=0 if first else rng.randint(1, 4),
    )  # fmt: skip
    _fill(text, made, first)
    number = str(rng.randint(1, 240))
    with sheet.block():
        sheet.write(width / 2, height - margin * 0.5, number, theme.small(0.95), align="m")
    made.ask("What is the page number?", number, "text")
    return made


def _running_head(sheet: Sheet, rng: random.Random, theme: Theme, margin: float) -> float:
    small = theme.small(0.85)
    with sheet.block():
        sheet.write(margin, margin * 0.62, title(subject(rng)), small)
        volume = f"Vol. {rng.randint(2, 60)}, No. {rng.randint(1, 12)}, {rng.randint(1995, 2024)}"
        sheet.write(sheet.width - margin, margin * 0.62, volume, small, align="r", same_row=True)
    if rng.random() < 0.6:
        sheet.rule(margin, margin * 0.72, sheet.width - margin, margin * 0.72, theme.grey, 0.5)
    return margin


def _title(
    desk: Desk, sheet: Sheet, rng: random.Random, theme: Theme, locale: Locale, margin: float, y: float
) -> float:
    """Title, authors, where they work, and an abstract."""
    wide, middle = sheet.width - 2 * margin, sheet.width / 2
    centred = rng.random() < 0.7
    style = theme.heading(rng.uniform(15, 21)).but(colour=theme.ink if rng.random() < 0.6 else theme.accent)
    x, align = (middle, "m") if centred else (margin, "l")
    with sheet.block("heading", 1) as block:
        block.flowing = True
        for line in wrap(sheet, paper_title(rng), style, wide * 0.92):
            sheet.write(x, y, line, style, align=align)
            y += style.size * 1.2
    authors = ", ".join(locale.person().full for _ in range(rng.randint(1, 4)))
    y = stacked(sheet, x, y + 6, [(Part(authors, theme.text(theme.size * 1.1), "authors"), theme.text())], align=align)
    place = f"{locale.firm().name}, {locale.town()[0]}"
    y = stacked(sheet, x, y, [(place, theme.slanted())], align=align)
    inset = wide * rng.choice((0.0, 0.08))
    column = Column(margin + inset, wide - 2 * inset, 1.22, True)
    y += theme.size * 1.2
    with sheet.block("heading", 2):
        sheet.write(margin + inset, y, "Abstract" if rng.random() < 0.7 else "Summary", theme.strong())
    y += theme.size * 1.4
    y, _ = paragraph(sheet, y, desk.text(rng, rng.randint(300, 700), 0.7), theme.text(theme.size * 0.94), column)
    return y


def _fill(text: _Text, made: Made, first: bool) -> None:
    """Sections, tables and figures until the last column is full."""
    rng = text.rng
    if first or rng.random() < 0.5:
        _heading(text)
    since, objects = 0, 0
    while True:
        if text.room < text.theme.size * 3:
            if not text.next_column():
                return
            continue
        roll = rng.random()
        if since > 0 and roll < 0.22 and objects < 3 and text.room > 190:
            (_table if rng.random() < 0.6 else _figure)(text, made)
            objects, since = objects + 1, 0
        elif since > 1 and roll < 0.5 and text.room > text.theme.size * 7:
            _heading(text)
            since = 0
        elif roll > 0.93 and text.room > text.theme.size * 9:
            _items(text)
            since += 1
        else:
            _paragraph(text)
            since += 1


def _paragraph(text: _Text) -> None:
    rest = text.desk.text(text.rng, text.rng.randint(180, 620))
    style = text.theme.text()
    while rest:
        text.y, rest = paragraph(text.sheet, text.y, rest, style, text.column, text.lowest)
        if rest and not text.next_column():
            return
    text.y += style.size * (0.1 if text.column.indent else 0.7)


def _heading(text: _Text) -> None:
    text.section += 1
    words = _SECTIONS[(text.section + text.rng.randrange(3)) % len(_SECTIONS)]
    label = f"{text.section}. {words}" if text.numbered else words
    style = text.theme.heading(text.theme.size * 1.2)
    text.y += style.size * 0.7
    with text.sheet.block("heading", 2):
        text.sheet.write(text.column.x, text.y, label, style)
    text.y += style.size * 1.45


def _items(text: _Text) -> None:
    """A list with bullets or numbers."""
    numbered = text.rng.random() < 0.4
    style = text.theme.text()
    for number in range(text.rng.randint(2, 4)):
        marker = f"{number + 1}." if numbered else "•"
        lines = wrap(text.sheet, text.desk.text(text.rng, 40), style, text.column.width - 16)
        if text.y + len(lines) * style.size * text.column.leading > text.lowest:
            break
        with text.sheet.block("list_item", 1, marker):
            for n, line in enumerate(lines):
                if n == 0:
                    text.sheet.write(text.column.x + 2, text.y, marker, style)
                text.sheet.write(text.column.x + 16, text.y, line, style, same_row=n == 0)
                text.y += style.size * text.column.leading
    text.y += style.size * 0.5


def _table(text: _Text, made: Made) -> None:
    text.tables += 1
    rng, theme, column = text.rng, text.theme, text.column
    style = theme.text(theme.size * 0.92)
    grid = figures_grid(rng, text.locale, rng.randint(3, 6), 6 if column.width > 320 else 4)
    caption = f"Table {text.tables}. {title(subject(rng))} by place and year."
    text.y += 4
    text.y = stacked(text.sheet, column.x, text.y, [(caption, theme.strong(theme.size * 0.9))])
    look = TableLook(rng.choice(("book", "book", "rows", "grid")), row=1.6, pad=3, colour=(40, 40, 40), width=0.5)
    total = sum(grid.shares)
    plan = TablePlan(column.x, tuple(column.width * s / total for s in grid.shares), grid.aligns)
    text.y = table(text.sheet, text.y - 4, plan, grid.rows, (style, theme.strong(style.size)), look, grid.heads)
    text.y += theme.size * 2.2
    if text.tables == 1:
        ask_cells(made, rng, grid)


def _figure(text: _Text, made: Made) -> None:
    text.figures += 1
    rng, theme, column = text.rng, text.theme, text.column
    high = min(rng.uniform(130, 190), text.room - 40)
    place = (column.x, text.y - theme.size, column.x + column.width, text.y + high)
    draw_chart(text.sheet, rng, theme, text.locale, draw_series(rng, text.locale), place)
    caption = f"Figure {text.figures}. {title(subject(rng))}."
    text.y = stacked(text.sheet, column.x, text.y + high + theme.size, [(caption, theme.slanted(theme.size * 0.92))])
    text.y += theme.size * 1.0
