"""Letters: of firms with a printed head, of people, in nine languages. Knows letters' parts and places."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.flow import Column, paragraph, stacked
from bayou.data.synthetic.documents.labels import Labels
from bayou.data.synthetic.documents.letter_texts import CLOSINGS, GREETINGS, SUBJECTS
from bayou.data.synthetic.documents.locales import Firm, Locale, Person
from bayou.data.synthetic.documents.painting import Desk, Made, paper_size
from bayou.data.synthetic.documents.sheet import Part, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme


@dataclass(frozen=True, slots=True)
class _Letter:
    """What one letter is about."""

    locale: Locale
    theme: Theme
    labels: Labels
    firm: Firm
    writer: Person
    reader: Person
    column: Column
    private: bool


def letter(desk: Desk, rng: random.Random) -> Made:
    """A page of a letter."""
    locale = Locale.draw(rng)
    theme = Theme.draw(rng, desk.wardrobe, locale.language)
    width, height = paper_size(rng, locale)
    sheet = desk.sheet(rng, width, height)
    margin = rng.uniform(50, 78)
    column = Column(margin, width - 2 * margin, rng.uniform(1.22, 1.5), rng.random() < 0.35)
    about = _Letter(
        locale, theme, Labels(locale.language, rng), locale.firm(), locale.person(), locale.person(), column,
        rng.random() < 0.25,
    )  # fmt: skip
    y = _head(sheet, rng, about)
    y = _address(sheet, rng, about, y)
    y, day = _facts(sheet, rng, about, y)
    y = _body(sheet, rng, about, y, _lengthened(desk, rng, about, _filled(rng, about, day)))
    _close(sheet, rng, about, y)
    if not about.private and rng.random() < 0.85:
        _foot(sheet, rng, about)
    return Made(sheet, locale.language)


def _head(sheet: Sheet, rng: random.Random, about: _Letter) -> float:
    """The writer's own address: a firm's head with its mark, or a few lines; gives the lowest edge."""
    theme, firm, column = about.theme, about.firm, about.column
    right = column.x + column.width
    if about.private:
        style = theme.text()
        rows: list[tuple[str | Part, Style]] = [(Part(about.writer.full, style, "sender"), style)]
        rows += [(line, style) for line in (*about.locale.address(), about.locale.phone())]
        align = rng.choice("lr")
        return stacked(sheet, column.x if align == "l" else right, 60, rows, align=align) + 10
    size = rng.uniform(15, 24)
    side = size * rng.uniform(1.6, 2.4)
    form = rng.randrange(4) if not theme.plain else rng.choice((0, 1, 3))
    name = Part(firm.name, theme.heading(size), "sender")
    small = theme.small(rng.uniform(0.75, 0.9))
    lines = [*firm.address, firm.phone, firm.web]
    if sheet.text_width(firm.name, name.style) > column.width * 0.6:
        name = Part(firm.name, theme.heading(13), "sender")
    if form == 0:
        decor.logo(sheet, rng, column.x, 40, side, theme.accent)
        sheet_y = stacked(sheet, column.x + side + 12, 40 + side * 0.55, [(name, name.style)])
        stacked(sheet, right, 48, [(line, small) for line in lines], align="r")
        return max(sheet_y, 40 + side, 48 + 5 * small.size * 1.3)
    if form == 1:
        decor.logo(sheet, rng, (column.x + right - side) / 2, 32, side, theme.accent)
        y = stacked(sheet, (column.x + right) / 2, 32 + side + size, [(name, name.style)], align="m")
        y = stacked(sheet, (column.x + right) / 2, y - 4, [(" · ".join(lines[:3]), small)], align="m")
        sheet.rule(column.x, y - 2, right, y - 2, theme.accent, rng.choice((0.5, 1.0, 2.0)))
        return y
    if form == 2:
        sheet.box(0, 0, sheet.width, 58, fill=theme.accent)
        white = name.style.but(colour=(255, 255, 255))
        stacked(sheet, column.x, 37, [(Part(firm.name, white, "sender"), white)])
        stacked(sheet, right, 78, [(line, small) for line in lines], align="r")
        return 78 + 5 * small.size * 1.3
    y = stacked(sheet, right, 58, [(name, name.style), *((line, small) for line in lines)], align="r")
    decor.logo(sheet, rng, column.x, 40, side, theme.accent)
    return y


def _address(sheet: Sheet, rng: random.Random, about: _Letter, y: float) -> float:
    theme, column = about.theme, about.column
    top = max(y + rng.uniform(16, 30), rng.uniform(110, 140))
    if not about.private and about.locale.language == "de" and rng.random() < 0.7:
        tiny = theme.small(0.68)
        line = " · ".join((about.firm.name, *about.firm.address))
        stacked(sheet, column.x, top - 4, [(line, tiny)])
        sheet.rule(column.x, top, column.x + sheet.text_width(line, tiny), top, theme.grey, 0.3)
        top += 6
    style = theme.text()
    rows: list[tuple[str | Part, Style]] = [(Part(about.reader.full, style, "recipient"), style)]
    rows += [(Part(line, style, "recipient_address"), style) for line in about.locale.address()]
    return stacked(sheet, column.x, top + style.size, rows)


def _facts(sheet: Sheet, rng: random.Random, about: _Letter, y: float) -> tuple[float, date]:
    """Date and references; gives the lowest baseline and the date."""
    theme, column, labels, locale = about.theme, about.column, about.labels, about.locale
    day = locale.day()
    right, style = column.x + column.width, theme.text()
    written = locale.long_date(day) if rng.random() < 0.6 else locale.short_date(day)
    dated = Part(written, style, "date", day.isoformat())
    number = locale.pattern(rng.choice(("@@-####", "####/##", "@#####", "##-###-@@")))
    if rng.random() < 0.45 and not about.private:
        y += style.size * 2.4
        facts = [(labels["your_reference"], Part(locale.pattern("@@/##"), style)), (labels["reference"],
                 Part(number, style, "reference")), (labels.first("date"), dated)]  # fmt: skip
        step = column.width / 3
        with sheet.block("paragraph"):
            for k, (label, value) in enumerate(facts):
                sheet.write(column.x + step * k, y, label, theme.small())
                sheet.write(column.x + step * k, y + style.size * 1.25, [value])
        return y + style.size * 1.25, day
    y += style.size * rng.uniform(1.6, 2.6)
    place = locale.town()[0].split(",")[0]
    parts = [Part(f"{place}, ", style), dated] if rng.random() < 0.4 else [dated]
    with sheet.block("paragraph"):
        if rng.random() < 0.6:
            sheet.write(right, y, parts, align="r")
        else:
            sheet.write(column.x, y, parts)
    return y, day


def _filled(rng: random.Random, about: _Letter, day: date) -> list[str]:
    """Heading and paragraphs with everything put in."""
    locale = about.locale
    before, later = day - timedelta(days=rng.randint(3, 40)), day + timedelta(days=rng.randint(8, 60))
    values = {
        "number": locale.pattern(rng.choice(("####-###", "@@######", "########"))),
        "date": locale.long_date(before),
        "date2": locale.long_date(before + timedelta(days=rng.randint(1, 9))),
        "date3": locale.long_date(later),
        "city": locale.town()[0].split(",")[0],
        "street": locale.street(),
        "money": locale.money(rng.choice((rng.uniform(9, 90), rng.uniform(100, 4000)))),
        "money2": locale.money(rng.uniform(40, 900)),
        "phone": about.firm.phone,
        "email": about.firm.email,
        "name": locale.person().full,
        "bank": about.firm.bank,
    }
    heading, *paragraphs = rng.choice(SUBJECTS[locale.language])
    texts = []
    for text in paragraphs:
        first, *rest = text.split("|")
        texts.append(" ".join([first, *(s for s in rest if rng.random() < 0.8)]).format(**values))
    return [heading.format(**values), *texts]


def _lengthened(desk: Desk, rng: random.Random, about: _Letter, texts: list[str]) -> list[str]:
    """Longer letters: English ones go on about other things, those in other languages about another subject."""
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        if about.locale.language == "en":
            extra = desk.text(rng, rng.randint(120, 480), 0.3)
        else:
            extra = _filled(rng, about, about.locale.day())[-1]
        if extra not in texts:
            texts.insert(len(texts) - 1, extra)
    return texts


def _body(sheet: Sheet, rng: random.Random, about: _Letter, y: float, texts: list[str]) -> float:
    """Subject, greeting and paragraphs; gives the next baseline."""
    theme, column, labels = about.theme, about.column, about.labels
    heading, *paragraphs = texts
    style, strong = theme.text(), theme.strong()
    y += style.size * rng.uniform(2.2, 3.2)
    label = f"{labels['subject']}: " if rng.random() < 0.35 else ""
    with sheet.block("heading", 2):
        if rng.random() < 0.5:
            strong = strong.but(size=strong.size * 1.12)
        sheet.write(column.x, y, [Part(label, strong), Part(heading, strong, "subject")])
    y += style.size * 2.1
    known = rng.random() < 0.8
    form = GREETINGS[about.locale.language][(1 if about.reader.woman else 0) if known else 2]
    y = stacked(sheet, column.x, y, [(form.format(last=about.reader.last, first=about.reader.first), style)])
    for text in paragraphs:
        y += style.size * 0.75
        y, _ = paragraph(sheet, y, text, style, column, sheet.height - 175)
    return y


def _close(sheet: Sheet, rng: random.Random, about: _Letter, y: float) -> None:
    """Closing words, a signature, the name below it."""
    theme, column = about.theme, about.column
    style = theme.text()
    x = column.x if rng.random() < 0.8 else column.x + column.width * 0.55
    y += style.size * 0.9
    y = stacked(sheet, x, y, [(rng.choice(CLOSINGS[about.locale.language]), style)])
    y += style.size * 3.6
    if rng.random() < 0.85:
        decor.signature(sheet, rng, x, y - style.size * 2.2, rng.uniform(60, 110))
    rows = [(Part(about.writer.full, style, "" if about.private else "signatory"), style)]
    if not about.private and rng.random() < 0.5:
        rows.append((Part(rng.choice(_ROLES[about.locale.language]), theme.slanted()), style))
    y = stacked(sheet, x, y, rows)
    if not about.private and rng.random() < 0.2:
        received = about.locale.short_date(about.locale.day()).upper()
        stamp_style = theme.strong(13)
        decor.stamp(sheet, rng, column.x + column.width * 0.78, y - 14, (_RECEIVED[about.locale.language], received),
                    stamp_style)  # fmt: skip


def _foot(sheet: Sheet, rng: random.Random, about: _Letter) -> None:
    """The firm's numbers at the bottom, in one line or three columns."""
    theme, column, firm, labels = about.theme, about.column, about.firm, about.labels
    tiny = theme.small(0.72)
    top = sheet.height - rng.uniform(48, 62)
    sheet.rule(column.x, top - 8, column.x + column.width, top - 8, theme.grey, 0.4)
    groups = (
        (firm.name, *firm.address),
        (f"{labels['phone']} {firm.phone}", firm.email, firm.web),
        (firm.bank, firm.iban, f"{labels['tax_id']} {firm.tax_id}"),
    )
    if rng.random() < 0.6:
        for k, lines in enumerate(groups):
            stacked(sheet, column.x + column.width * k / 3, top + 2, [(line, tiny) for line in lines], 1.25)
        return
    middle = column.x + column.width / 2
    rows = [(" · ".join(groups[0]), tiny), (" · ".join(groups[1]), tiny), (" · ".join(groups[2]), tiny)]
    stacked(sheet, middle, top + 2, rows, 1.3, "m")


_ROLES = {
    "en": ("Customer Service", "Managing Director", "Accounts Department", "Head of Sales"),
    "de": ("Kundenbetreuung", "Geschäftsführer", "Buchhaltung"),
    "fr": ("Service clients", "Directeur", "Comptabilité"),
    "es": ("Atención al cliente", "Gerente"),
    "it": ("Servizio clienti", "Amministratore"),
    "nl": ("Klantenservice", "Directeur"),
    "pl": ("Dział obsługi klienta", "Prezes zarządu"),
    "sv": ("Kundtjänst", "Verkställande direktör"),
    "pt": ("Apoio ao cliente", "Gerente"),
}
_RECEIVED = {
    "en": "RECEIVED", "de": "EINGEGANGEN", "fr": "REÇU LE", "es": "RECIBIDO", "it": "RICEVUTO", "nl": "ONTVANGEN",
    "pl": "WPŁYNĘŁO", "sv": "INKOM", "pt": "RECEBIDO",
}  # fmt: skip
