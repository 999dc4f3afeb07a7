"""Business cards and identity cards. Knows cards' parts and places."""

from __future__ import annotations

import random
from datetime import date

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.flow import stacked
from bayou.data.synthetic.documents.labels import Labels
from bayou.data.synthetic.documents.locales import Locale, plain
from bayou.data.synthetic.documents.painting import Desk, Made
from bayou.data.synthetic.documents.sheet import Part, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme

_JOBS = {
    "en": (
        "Sales Manager",
        "Architect",
        "Senior Engineer",
        "Attorney at Law",
        "Project Lead",
        "Photographer",
        "Consultant",
    ),
    "de": ("Vertriebsleiter", "Architekt", "Rechtsanwältin", "Projektleitung", "Steuerberater"),
    "fr": ("Responsable commercial", "Architecte", "Avocate", "Photographe"),
    "es": ("Director comercial", "Arquitecta", "Abogado", "Consultora"),
    "it": ("Responsabile vendite", "Architetto", "Avvocato", "Fotografa"),
    "nl": ("Verkoopmanager", "Architect", "Adviseur"),
    "pl": ("Kierownik sprzedaży", "Architekt", "Radca prawny"),
    "sv": ("Försäljningschef", "Arkitekt", "Konsult"),
    "pt": ("Diretor comercial", "Arquiteta", "Advogado"),
}
_CARD = {
    "en": "IDENTITY CARD",
    "de": "PERSONALAUSWEIS",
    "fr": "CARTE D'IDENTITÉ",
    "es": "DOCUMENTO DE IDENTIDAD",
    "it": "CARTA D'IDENTITÀ",
    "nl": "IDENTITEITSKAART",
    "pl": "DOWÓD OSOBISTY",
    "sv": "IDENTITETSKORT",
    "pt": "CARTÃO DE CIDADÃO",
}


def business_card(desk: Desk, rng: random.Random) -> Made:
    """A card of somebody in a firm."""
    locale = Locale.draw(rng)
    theme = Theme.draw(rng, desk.wardrobe, locale.language, 7.5)
    width, height = rng.choice(((252.0, 144.0), (241.0, 156.0), (156.0, 241.0)))
    dark = rng.random() < 0.2 and not theme.plain
    paper = theme.accent if dark else rng.choice(((255, 255, 255), (255, 255, 255), (250, 247, 240), theme.tint))
    sheet = desk.sheet(rng, width, height, rng.choice((180, 200, 230)), paper)
    ink = (250, 250, 250) if dark else theme.ink
    accent = (255, 255, 255) if dark else theme.accent
    person, firm = locale.person(), locale.firm()
    name, text = Style(theme.head.bold, rng.uniform(11, 14), accent), Style(theme.body.regular, 7.2, ink)
    job = Part(rng.choice(_JOBS[locale.language]), text.but(face=theme.body.italic), "job_title")
    house = Style(theme.head.bold, rng.uniform(8.5, 11), accent)
    house = _fit(sheet, firm.name, house, width * 0.6)
    name = _fit(sheet, person.full, name, width - 32)
    lines: list[tuple[str | Part, Style]] = [
        *((Part(line, text, "address"), text) for line in firm.address),
        (Part(firm.phone, text, "phone"), text),
        (Part(locale.email(person).split("@")[0] + "@" + firm.web[4:], text, "email"), text),
        (Part(firm.web, text, "website"), text),
    ]
    named: list[tuple[str | Part, Style]] = [(Part(person.full, name, "name"), name), (job, text)]
    form = rng.randrange(3) if width > height else 3
    if form == 0:
        decor.logo(sheet, rng, 16, 16, 28, accent)
        stacked(sheet, 50, 34, [(Part(firm.name, house, "company"), house)])
        stacked(sheet, 16, 74, named)
        stacked(sheet, 16, 100, lines, _leading(lines, height - 106))
    elif form == 1:
        stacked(sheet, width - 16, 28, named, align="r")
        stacked(sheet, width - 16, 60, [(Part(firm.name, house, "company"), house)], align="r")
        stacked(sheet, width - 16, 80, lines, _leading(lines, height - 86), "r")
        decor.logo(sheet, rng, 18, height / 2 - 20, 40, accent)
    elif form == 2:
        if not dark:
            sheet.box(0, 0, width * 0.06, height, fill=accent)
        stacked(sheet, width * 0.12, 32, named)
        stacked(sheet, width * 0.12, 66, [(Part(firm.name, house, "company"), house)])
        stacked(sheet, width * 0.12, 82, lines, _leading(lines, height - 88))
    else:
        decor.logo(sheet, rng, width / 2 - 20, 24, 40, accent)
        stacked(
            sheet,
            width / 2,
            86,
            [(Part(firm.name, _fit(sheet, firm.name, house, width - 20), "company"), house)],
            align="m",
        )
        stacked(sheet, width / 2, 120, named, align="m")
        stacked(sheet, width / 2, 160, lines, _leading(lines, height - 166), "m")
    return Made(sheet, locale.language)


def _leading(lines: list[tuple[str | Part, Style]], room: float) -> float:
    """Distance of baselines, in em, with which so many lines have room."""
    return min(1.28, room / (len(lines) - 0.7) / lines[0][1].size)


def _fit(sheet: Sheet, text: str, style: Style, width: float) -> Style:
    wide = sheet.text_width(text, style)
    return style if wide <= width else style.but(size=style.size * width / wide)


def identity_card(desk: Desk, rng: random.Random) -> Made:
    """A card of no real country's layout, with a portrait and lines that machines read."""
    locale = Locale.draw(rng)
    theme = Theme.draw(rng, desk.wardrobe, locale.language, 6.6)
    labels = Labels(locale.language, rng)
    width, height = 243.0, 153.0
    sheet = desk.sheet(rng, width, height, rng.choice((220, 250, 280)))
    hue = theme.accent if not theme.plain else (60, 90, 120)
    decor.wash(
        sheet, rng, decor.lighter(hue, 0.78), rng.choice((decor.lighter(hue, 0.92), (252, 240, 226), (230, 244, 240)))
    )
    decor.guilloche(sheet, rng, decor.lighter(hue, 0.4), 0, 20, width, height)
    decor.guilloche(sheet, rng, decor.lighter((150, 90, 90), 0.4), width * 0.3, 30, width, height * 0.9)
    with sheet.block("heading", 1):
        sheet.write(12, 16, [Part(locale.country.name.upper(), Style(theme.head.bold, 7.5, hue, 0.05), "country")])
        sheet.write(width - 12, 16, _CARD[locale.language], Style(theme.head.bold, 7, hue), align="r", same_row=True)
    sheet.rule(12, 20, width - 12, 20, hue, 0.7)
    picture = decor.portrait(rng, sheet.px(62), sheet.px(78))
    left = rng.random() < 0.75
    x = 12.0 if left else width - 74
    sheet.paste(picture, x, 28)
    sheet.box(x, 28, x + 62, 106, edge=decor.lighter(hue, 0.3), width=0.5)
    person = locale.person()
    born, issued = locale.day(1945, 2004), locale.day(2015, 2024)
    ends = date(issued.year + 10, issued.month, issued.day)
    number = locale.pattern(rng.choice(("@@#######", "#########", "@########", "######-##-####")))
    sex = "F" if person.woman else "M"
    upper = rng.random() < 0.7
    entries = (
        ("last_name", person.last.upper() if upper else person.last, ""),
        ("first_name", person.first.upper() if upper else person.first, ""),
        ("birth", locale.short_date(born), born.isoformat()),
        ("nationality", locale.country.name, ""),
        ("sex", sex, ""),
        ("document_number", number, ""),
        ("expires", locale.short_date(ends), ends.isoformat()),
        ("date_of_issue", locale.short_date(issued), issued.isoformat()),
    )
    _entries(sheet, theme, labels, entries, 82 if left else 14, 34)
    decor.signature(sheet, rng, x + 8, 114, 38)
    _machine_lines(sheet, rng, theme, locale, (person.last, person.first, number, born, ends, sex))
    made = Made(sheet, locale.language)
    made.ask("Is there a portrait on the card?", "Yes.", "mark")
    return made


_NAMES = {"birth": "date_of_birth", "expires": "date_of_expiry"}


def _entries(
    sheet: Sheet, theme: Theme, labels: Labels, entries: tuple[tuple[str, str, str], ...], x: float, y: float
) -> None:
    """Small labels, values below them; the later ones in pairs."""
    label, value = Style(theme.body.regular, 4.6, (70, 80, 100)), Style(theme.body.bold, 7.2, (15, 15, 20))
    column = 0
    for number, (key, text, normal) in enumerate(entries):
        paired = number >= 2
        at = x + (78 if column else 0)
        name = _NAMES.get(key, key)
        with sheet.block():
            sheet.write(at, y, labels[key], label)
            style = _fit(sheet, text, value, 74 if paired else 148)
            sheet.write(at, y + 8, [Part(text, style, name, normal)])
        if not paired or column:
            y, column = y + 16, 0
        else:
            column = 1


def _machine_lines(
    sheet: Sheet, rng: random.Random, theme: Theme, locale: Locale, who: tuple[str, str, str, date, date, str]
) -> None:
    last, first, number, born, ends, sex = who
    code = {"United Kingdom": "GBR", "USA": "USA", "Deutschland": "D<<", "España": "ESP", "Sverige": "SWE"}
    land = code.get(locale.country.name, locale.country.name[:3].upper())
    names = f"{plain(last).upper()}<<{plain(first).upper()}"
    digits = "".join(c for c in number if c.isalnum())
    check = [str(rng.randint(0, 9)) for _ in range(3)]
    rows = (
        f"ID{land}{digits}{rng.randint(0, 9)}".ljust(30, "<"),
        f"{born:%y%m%d}{check[0]}{sex}{ends:%y%m%d}{check[1]}{land}".ljust(29, "<") + check[2],
        names.ljust(30, "<")[:30],
    )
    face = rng.choice(theme.wardrobe.machine)
    sheet.box(0, 122, sheet.width, sheet.height, fill=(244, 246, 246))
    style = _fit(sheet, max(rows, key=len), Style(face, 9, (20, 20, 20)), sheet.width - 24)
    stacked(sheet, 12, 131, [(row, style) for row in rows], 1.12)
