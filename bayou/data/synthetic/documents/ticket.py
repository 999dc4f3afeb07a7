"""Tickets: trains, flights, concerts, car parks. Knows tickets' parts and places."""

from __future__ import annotations

import random

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.painting import Desk, Made
from bayou.data.synthetic.documents.sheet import Part, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme

_EVENTS = (
    "The Winter Tale",
    "Symphony No. 4",
    "Jazz on the Quay",
    "Night of the Museums",
    "Moonlit Garden Tour",
    "Cup Final",
    "Spring Gala",
    "Chamber Players",
    "The Paper Boats – Live",
    "Comedy Night",
    "Rugby Sevens",
    "Swan Lake",
)
_HALLS = ("Town Hall", "Grand Theatre", "Riverside Arena", "Old Brewery", "Concert House", "Stadium East")
_CLASSES = ("2nd class", "1st class", "Standard", "Economy", "Business")
_FARES = ("Adult single", "Day return", "Saver", "Flex fare", "Super off-peak")

Entry = tuple[str, str, str, str]
"""Label, value, name of the field, its plain form."""


def ticket(desk: Desk, rng: random.Random) -> Made:
    """One ticket with its codes; English labels, places of any country."""
    locale = Locale.draw(rng)
    theme = Theme.draw(rng, desk.wardrobe, locale.language, 8.5)
    form = rng.choice(("rail", "rail", "flight", "event", "event", "parking"))
    if form == "parking":
        return _parking(desk, rng, locale, theme)
    heading, big, entries = _event(rng, locale) if form == "event" else _journey(rng, locale, form == "flight")
    columns = 3 if len(entries) < 7 else 4
    width, height = rng.uniform(430, 560), 96 + 30 * -(-len(entries) // columns) + rng.uniform(0, 30)
    sheet = desk.sheet(rng, width, height, rng.choice((120, 140, 160)))
    if rng.random() < 0.5:
        decor.wash(sheet, rng, decor.lighter(theme.accent, 0.9), (255, 255, 255))
    if rng.random() < 0.3:
        decor.guilloche(sheet, rng, decor.lighter(theme.accent, 0.6), 0, 40, width, height)
    stub = width * rng.uniform(0.72, 0.8)
    band = 34.0
    fill = theme.accent if not theme.plain else (30, 30, 30)
    sheet.box(0, 0, width, band, fill=fill)
    with sheet.block("heading", 1):
        sheet.write(16, 22, heading, Style(theme.head.bold, 13, (255, 255, 255), 0.03))
    _big(sheet, theme, big, 16, band + 30, stub - 30)
    _grid(sheet, theme, entries, (16, band + 56, stub - 12), columns)
    for k in range(int(height / 5)):
        sheet.rule(stub, 5 * k, stub, 5 * k + 2.5, (120, 120, 120), 0.6)
    _stub(sheet, rng, theme, locale, entries, stub)
    return Made(sheet, "en")


def _big(sheet: Sheet, theme: Theme, big: tuple[tuple[str, str], ...], x: float, y: float, width: float) -> None:
    """What is printed largest: from and to, or the event's name; an arrow is drawn, not written."""
    style = theme.strong(17)
    while sum(sheet.text_width(text, style) for text, _ in big) > width - 40 * (len(big) - 1):
        style = style.but(size=style.size * 0.92)
    with sheet.block():
        for k, (text, name) in enumerate(big):
            if k:
                sheet.rule(x + 8, y - 5, x + 26, y - 5, theme.ink, 1.2)
                sheet.polygon([(x + 24, y - 9), (x + 31, y - 5), (x + 24, y - 1)], theme.ink)
                x += 40
            x = sheet.write(x, y, [Part(text, style, name)], same_row=k > 0)


def _grid(sheet: Sheet, theme: Theme, entries: list[Entry], place: tuple[float, float, float], columns: int) -> None:
    """Labels with their values below, in columns."""
    left, y, right = place
    step = (right - left) / columns
    label, value = theme.small(0.78), theme.strong(9.5)
    for start in range(0, len(entries), columns):
        for k, (text, what, name, normal) in enumerate(entries[start : start + columns]):
            style = value
            wide = sheet.text_width(what, style)
            if wide > step - 8:
                style = style.but(size=style.size * (step - 8) / wide)
            with sheet.block():
                sheet.write(left + step * k, y, text, label)
                sheet.write(left + step * k, y + 12, [Part(what, style, name, normal)])
        y += 30


def _stub(sheet: Sheet, rng: random.Random, theme: Theme, locale: Locale, entries: list[Entry], x: float) -> None:
    """The part that is torn off: a code, the number, one entry again."""
    wide = sheet.width - x - 20
    number = locale.pattern(rng.choice(("##########", "@@@###", "@#@##@", "###-#######")))
    top = 44.0
    side = min(wide, sheet.height - top - 34)
    if rng.random() < 0.55:
        decor.squares(sheet, rng, x + (sheet.width - x - side) / 2, top, side)
    else:
        decor.bars(sheet, rng, x + 10, top, wide, side * 0.72)
    style = theme.text(8)
    with sheet.block():
        sheet.write(x + (sheet.width - x) / 2, top + side + 14, [Part(number, style, "ticket_number")], align="m")


def _journey(rng: random.Random, locale: Locale, flight: bool) -> tuple[str, tuple[tuple[str, str], ...], list[Entry]]:
    start, end = rng.sample([c.split(",")[0] for c in locale.country.cities], 2)
    day, minute = locale.day(), rng.randint(300, 1380)
    later = (minute + rng.randint(35, 340)) % 1440
    clock = [f"{m // 60:02}:{m % 60:02}" for m in (minute, later)]
    price = round(rng.uniform(4, 320), 2)
    person = locale.person()
    train = (
        f"{rng.choice(('KL', 'LX', 'BY', 'QN', 'VA') if flight else ('IC', 'RE', 'EC', 'T'))} {rng.randint(10, 2999)}"
    )
    seat = f"{rng.randint(1, 38)}{rng.choice('ABCDEF')}" if flight else str(rng.randint(1, 96))
    name = person.full.upper() if rng.random() < 0.4 else person.full
    entries: list[Entry] = [
        ("Passenger", name, "passenger", ""),
        ("Date", locale.short_date(day), "date", day.isoformat()),
        ("Flight" if flight else "Train", train, "service", ""),
        ("Departure", clock[0], "departure", ""),
    ]
    if flight:
        gate = f"{rng.choice('ABCD')}{rng.randint(1, 40)}"
        entries += [("Boarding", _before(clock[0]), "boarding", ""), ("Gate", gate, "gate", "")]
    else:
        entries += [("Arrival", clock[1], "arrival", ""), ("Coach", str(rng.randint(1, 14)), "coach", "")]
    entries += [("Seat", seat, "seat", ""), ("Class", rng.choice(_CLASSES), "class", "")]
    if not flight:
        entries.append(("Price", locale.money(price), "price", f"{price:.2f}"))
        if rng.random() < 0.5:
            entries.append(("Fare", rng.choice(_FARES), "fare", ""))
    heading = "BOARDING PASS" if flight else rng.choice(("TICKET", "RAIL TICKET", "TICKET & RESERVATION"))
    return heading, ((start, "from"), (end, "to")), entries


def _before(clock: str) -> str:
    minutes = int(clock[:2]) * 60 + int(clock[3:]) - 40
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _event(rng: random.Random, locale: Locale) -> tuple[str, tuple[tuple[str, str], ...], list[Entry]]:
    day, price = locale.day(), round(rng.uniform(8, 140) * 2) / 2
    entries: list[Entry] = [
        ("Date", locale.long_date(day), "date", day.isoformat()),
        ("Doors", f"{rng.randint(17, 20)}:{rng.choice(('00', '30'))}", "time", ""),
        ("Venue", f"{rng.choice(_HALLS)}, {locale.town()[0].split(',')[0]}", "venue", ""),
        ("Row", rng.choice("ABCDEFGHJKLMNPQR"), "row", ""),
        ("Seat", str(rng.randint(1, 60)), "seat", ""),
        ("Price", locale.money(price), "price", f"{price:.2f}"),
    ]
    return rng.choice(("ADMIT ONE", "ENTRANCE TICKET", "E-TICKET")), ((rng.choice(_EVENTS), "event"),), entries


def _parking(desk: Desk, rng: random.Random, locale: Locale, theme: Theme) -> Made:
    """A narrow slip of a car park."""
    sheet = desk.sheet(rng, 170, rng.uniform(230, 280), 150)
    face = rng.choice((rng.choice(desk.wardrobe.mono).bold, theme.body.bold))
    day, price = locale.day(), round(rng.uniform(1, 24) * 2) / 2
    minute = rng.randint(300, 1300)
    style, big = Style(face, 10, (10, 10, 10)), Style(face, 16, (0, 0, 0))
    y = 30.0
    with sheet.block("heading", 1):
        sheet.write(85, y, "PARKING TICKET", Style(face, 12, (0, 0, 0)), align="m")
    place = f"{locale.town()[0].split(',')[0]} {rng.choice(('Central', 'Station', 'Market'))}"
    with sheet.block():
        sheet.write(85, y + 18, [Part(place, style, "place")], align="m")
    sheet.rule(12, y + 28, 158, y + 28, (0, 0, 0), 0.8)
    plate = locale.pattern(rng.choice(("@@## @@@", "@@@ ####", "@-@@ ###")))
    rows = (
        ("Date", locale.short_date(day), "date", day.isoformat()),
        ("Entry", f"{minute // 60:02}:{minute % 60:02}", "entry_time", ""),
        ("Paid", locale.money(price), "price", f"{price:.2f}"),
        ("Plate", plate, "licence_plate", ""),
    )
    y += 48
    with sheet.block():
        for label, value, name, normal in rows:
            sheet.write(14, y, label, style)
            used = big if name == "price" else style
            sheet.write(156, y, [Part(value, used, name, normal)], align="r", same_row=True)
            y += 22
    decor.bars(sheet, rng, 20, y, 130, 34)
    return Made(sheet, "en")
