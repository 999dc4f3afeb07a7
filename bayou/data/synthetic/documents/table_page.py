"""Pages that are a table: account statements, price lists, timetables, stock and marks. Knows tables' contents."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.flow import Cell, Column, TableLook, TablePlan, paragraph, stacked, table
from bayou.data.synthetic.documents.goods import goods
from bayou.data.synthetic.documents.labels import Labels
from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.painting import Desk, Made, paper_size, title
from bayou.data.synthetic.documents.prose import subject
from bayou.data.synthetic.documents.sheet import Part, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's rows, how wide and how aligned its columns are, and how many rows are its head."""

    rows: list[list[Cell]]
    shares: tuple[float, ...]
    aligns: str
    heads: int = 1


def table_page(desk: Desk, rng: random.Random) -> Made:
    """A page with one large table, now and then on its side."""
    locale = Locale.draw(rng)
    theme = Theme.draw(rng, desk.wardrobe, locale.language, rng.choice((7.5, 8, 8.5, 9, 9.5)))
    width, height = paper_size(rng, locale)
    if rng.random() < 0.2:
        width, height = height, width
    sheet = desk.sheet(rng, width, height)
    margin = rng.uniform(36, 60)
    made = Made(sheet, locale.language)
    form = rng.choice((_statement, _statement, _prices, _times, _figures, _figures))
    form(desk, rng, made, theme, locale, margin)
    return made


def look_of(rng: random.Random, theme: Theme) -> TableLook:
    """A look for a table: rules of all kinds, and none."""
    rules = rng.choice(("grid", "grid", "rows", "outer", "book", "book", "none", "dotted"))
    fill = rng.choice((None, None, theme.tint, (228, 228, 228)))
    stripe = rng.choice((None, None, theme.tint))
    colour = rng.choice(((0, 0, 0), (110, 110, 110), (170, 170, 170), theme.accent))
    return TableLook(rules, fill, stripe, colour, rng.choice((0.4, 0.6, 0.9)), rng.uniform(3, 5), rng.uniform(1.5, 2.1))


def draw_grid(sheet: Sheet, rng: random.Random, theme: Theme, grid: Grid, x: float, y: float, width: float) -> float:
    """A grid in a look of its own; gives its lower edge."""
    total = sum(grid.shares)
    plan = TablePlan(x, tuple(width * s / total for s in grid.shares), grid.aligns)
    return table(sheet, y, plan, grid.rows, (theme.text(), theme.strong()), look_of(rng, theme), grid.heads)


def ask_cells(made: Made, rng: random.Random, grid: Grid) -> None:
    """Questions about single cells, where row and column have names of their own."""
    head = grid.rows[grid.heads - 1]
    body = grid.rows[grid.heads :]
    if any(cell.span > 1 for row in (head, *body) for cell in row) or len(body) < 2:
        return
    names = [row[0].text for row in body]
    heads = [cell.text for cell in head]
    for _ in range(2):
        row, column = rng.randrange(len(body)), rng.randrange(1, len(head))
        value = body[row][column].text
        if value and heads[column] and heads.count(heads[column]) == 1 and names.count(names[row]) == 1:
            made.ask(f'What stands in the row "{names[row]}" under "{heads[column]}"?', value, "cell")
    made.ask("How many rows does the table have, without its head?", str(len(body)), "count")


def _statement(desk: Desk, rng: random.Random, made: Made, theme: Theme, locale: Locale, margin: float) -> None:
    sheet, labels, firm = made.sheet, Labels(locale.language, rng), locale.firm()
    right, style = sheet.width - margin, theme.text()
    decor.logo(sheet, rng, margin, 36, 34, theme.accent)
    with sheet.block("heading", 1):
        sheet.write(margin + 46, 60, [Part(firm.bank, theme.heading(17), "bank_name")])
    stacked(sheet, right, 50, [(line, theme.small()) for line in (*firm.address, firm.phone)], align="r")
    person = locale.person()
    rows: list[tuple[str | Part, Style]] = [(Part(person.full, style, "account_holder"), style)]
    rows += [(line, style) for line in locale.address()]
    y = stacked(sheet, margin, 120, rows)
    first = locale.day()
    balance = round(rng.uniform(200, 6000), 2)
    y += 12
    with sheet.block():
        account = Part(firm.iban, theme.strong(), "iban" if firm.iban[:2].isalpha() else "account_number")
        sheet.write(margin, y, [Part(f"{labels['account']}: ", style), account])
        span = f"{locale.short_date(first)} – {locale.short_date(first + timedelta(days=30))}"
        sheet.write(margin, y + style.size * 1.5, [Part(f"{labels['period']}: ", style), Part(span, style, "period")])
    y += style.size * 3.6
    head = [Cell(labels.first("date"), header=True)]
    head += [Cell(labels[k], header=True) for k in ("description", "debit", "credit", "balance")]
    opening = Cell(locale.money(balance, False), "opening_balance", f"{balance:.2f}")
    lines = [head, [Cell(locale.short_date(first)), Cell(labels["opening"]), Cell(""), Cell(""), opening]]
    day = first
    most = int((sheet.height - y - 60) / (style.size * 2.15)) - 4
    for number in range(min(rng.randint(6, 26), max(2, most))):
        day += timedelta(days=rng.choice((0, 1, 1, 2)))
        amount = round(10 ** rng.uniform(0.7, 3.1), 2)
        paid_in = rng.random() < 0.25
        balance = round(balance + amount if paid_in else balance - amount, 2)
        name = f"transactions.{number}."
        value = Cell(locale.money(amount, False), name + "amount", f"{amount if paid_in else -amount:.2f}")
        what = rng.choice((locale.firm().name, locale.person().full, goods(rng, locale.language)))
        lines.append(
            [
                Cell(locale.short_date(day), name + "date", day.isoformat()), Cell(what, name + "description"),
                Cell("") if paid_in else value, value if paid_in else Cell(""), Cell(locale.money(balance, False)),
            ]
        )  # fmt: skip
    closing = Cell(locale.money(balance, False), "closing_balance", f"{balance:.2f}", style=theme.strong())
    lines.append([Cell(""), Cell(labels["closing"], style=theme.strong()), Cell(""), Cell(""), closing])
    dated = max(sheet.text_width(row[0].text, theme.strong()) for row in lines) + 12
    share = max(0.12, dated / (right - margin))
    grid = Grid(lines, (share, 0.58 - share, 0.14, 0.14, 0.14), "llrrr")
    draw_grid(sheet, rng, theme, grid, margin, y, right - margin)
    made.ask("How many rows does the table have, without its head?", str(len(lines) - 1), "count")


def _prices(desk: Desk, rng: random.Random, made: Made, theme: Theme, locale: Locale, margin: float) -> None:
    sheet, labels = made.sheet, Labels(locale.language, rng)
    wide = sheet.width - 2 * margin
    y = _titled(sheet, theme, f"{locale.firm().name}", margin, str(locale.day().year))
    seen: list[str] = []
    head = [Cell(labels[k], header=True) for k in ("item", "description", "unit_price")]
    rows = [head]
    for _ in range(min(rng.randint(8, 26), int((sheet.height - y - 60) / (theme.size * 2.2)))):
        what = goods(rng, locale.language)
        if what in seen:
            continue
        seen.append(what)
        code = locale.pattern(rng.choice(("@@-###", "####", "@####")))
        rows.append([Cell(code), Cell(what), Cell(locale.money(round(10 ** rng.uniform(0.5, 2.8), 2)))])
    grid = Grid(rows, (0.18, 0.6, 0.22), "llr")
    draw_grid(sheet, rng, theme, grid, margin, y, wide)
    ask_cells(made, rng, grid)


def _times(desk: Desk, rng: random.Random, made: Made, theme: Theme, locale: Locale, margin: float) -> None:
    """When trains stop where: names down, times across."""
    sheet = made.sheet
    wide = sheet.width - 2 * margin
    stops = rng.sample([c.split(",")[0] for c in locale.country.cities], k=10)
    y = _titled(sheet, theme, f"{stops[0]} – {stops[-1]}", margin, f"{rng.randint(100, 899)}")
    count = rng.randint(4, 7)
    starts = sorted(rng.randint(300, 1200) for _ in range(count))
    trains = [f"{rng.choice(('IC', 'RE', 'R', 'S'))} {rng.randint(10, 990)}" for _ in range(count)]
    rows = [[Cell("", header=True), *(Cell(t, header=True) for t in trains)]]
    minutes = [0]
    for _ in stops[1:]:
        minutes.append(minutes[-1] + rng.randint(4, 38))
    for stop, after in zip(stops, minutes, strict=True):
        times = [f"{(s + after) // 60 % 24:02}:{(s + after) % 60:02}" for s in starts]
        rows.append([Cell(stop), *(Cell(t if rng.random() > 0.06 else "–") for t in times)])
    grid = Grid(rows, (0.3, *[0.7 / count] * count), "l" + "m" * count)
    draw_grid(sheet, rng, theme, grid, margin, y, wide)
    ask_cells(made, rng, grid)


def _figures(desk: Desk, rng: random.Random, made: Made, theme: Theme, locale: Locale, margin: float) -> None:
    """Figures by year or region, with a head of two rows in some, text before and a source below."""
    sheet = made.sheet
    wide = sheet.width - 2 * margin
    y = _titled(sheet, theme, title(subject(rng)), margin, "")
    count, most = 0, rng.choice((1, 2, 2, 3, 3))
    while count < most:
        rows = min(rng.randint(5, 14), int((sheet.height - y - 150) / (theme.size * 2.2)) - 2)
        if rows < 4:
            break
        if locale.language == "en":
            y, _ = paragraph(sheet, y, desk.text(rng, rng.randint(150, 500), 0.7), theme.text(), Column(margin, wide))
            y += 4
        grid = figures_grid(rng, locale, rows)
        y = draw_grid(sheet, rng, theme, grid, margin, y, wide)
        y = stacked(sheet, margin, y + 14, [(f"{locale.firm().name}, {locale.day().year}", theme.small())]) + 16
        count += 1
    if count == 1:
        ask_cells(made, rng, grid)


def figures_grid(rng: random.Random, locale: Locale, count: int, most: int = 6) -> Grid:
    """Numbers by place and year; in some the years stand in pairs below a head that spans two."""
    places = [c.split(",")[0] for c in locale.country.cities]
    rng.shuffle(places)
    names = places[:count]
    start = rng.randint(2005, 2020)
    columns = min(most, rng.choice((2, 3, 4, 4, 5, 6)))
    years = [str(start + k) for k in range(columns)]
    places_after = rng.choice((0, 0, 1, 2))
    low, high = rng.choice(((1, 100), (100, 9000), (0.1, 9), (1000, 90000 if most > 4 else 9000)))
    rows = [[Cell("", header=True), *(Cell(y, header=True) for y in years)]]
    heads = 1
    if columns == 4 and rng.random() < 0.4:
        first, second = rng.sample(("A", "B", "C", "I", "II"), 2)
        rows.insert(0, [Cell("", header=True), Cell(first, span=2, header=True), Cell(second, span=2, header=True)])
        heads = 2
    for name in names:
        numbers = [locale.number(rng.uniform(low, high), places_after) for _ in years]
        rows.append([Cell(name), *(Cell(n if rng.random() > 0.03 else "–") for n in numbers)])
    return Grid(rows, (0.28, *[0.72 / columns] * columns), "l" + "r" * columns, heads)


def _titled(sheet: Sheet, theme: Theme, text: str, margin: float, aside: str) -> float:
    with sheet.block("heading", 1):
        sheet.write(margin, 64, text, theme.heading(17))
    if aside:
        with sheet.block():
            sheet.write(sheet.width - margin, 64, aside, theme.text(11), align="r")
    return 84.0
