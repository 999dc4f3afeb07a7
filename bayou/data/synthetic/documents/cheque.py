"""Bank cheques of English-speaking countries, written by hand or machine. Knows cheques' parts and places."""

from __future__ import annotations

import random

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.flow import stacked
from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.painting import Desk, Made
from bayou.data.synthetic.documents.sheet import Part, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme, hand_size

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_MEMOS = ("Rent", "Invoice {}", "Deposit", "Repairs", "Membership {}", "School trip", "Insurance", "Gift", "Order {}")


_CENTS = {"pounds": "pence", "ringgit": "sen"}


def in_words(value: int) -> str:
    """A whole number below a million, as on cheques."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f"-{_ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        rest = f" and {in_words(value % 100)}" if value % 100 else ""
        return f"{_ONES[value // 100]} hundred{rest}"
    rest = f" {in_words(value % 1000)}" if value % 1000 else ""
    return f"{in_words(value // 1000)} thousand{rest}"


def _amount_in_words(value: float, locale: Locale) -> str:
    """As the country's people write it."""
    words, cents = in_words(int(value)).capitalize(), round(value * 100) % 100
    unit = {"USD": "dollars", "GBP": "pounds", "MYR": "ringgit"}[locale.country.currency]
    if unit == "dollars":
        return f"{words} and {cents:02}/100"
    return f"{words} {unit} and {cents} {_CENTS[unit]} only" if cents else f"{words} {unit} only"


def cheque(desk: Desk, rng: random.Random) -> Made:
    """One cheque."""
    locale = Locale.draw(rng, "en")
    theme = Theme.draw(rng, desk.wardrobe, "en", 9)
    width, height = rng.uniform(420, 480), rng.uniform(180, 208)
    sheet = desk.sheet(rng, width, height, rng.choice((130, 150, 170)))
    pale = decor.lighter(theme.accent, 0.86)
    decor.wash(sheet, rng, pale, rng.choice(((255, 255, 255), decor.lighter(theme.accent, 0.93), (250, 246, 236))))
    if rng.random() < 0.8:
        decor.guilloche(sheet, rng, decor.lighter(theme.accent, 0.55), 0, height * 0.1, width, height * 0.85)
    by_hand = rng.random() < 0.75
    ink = rng.choice(((22, 38, 120), (20, 20, 30), (10, 30, 90)))
    entry = (
        Style(theme.hand, hand_size(theme.hand, rng.uniform(12, 15)), ink)
        if by_hand
        else Style(rng.choice(desk.wardrobe.mono).regular, 10, ink)
    )
    firm, holder = locale.firm(), locale.person()
    payee = locale.person().full if rng.random() < 0.5 else locale.firm().name
    value = round(10 ** rng.uniform(1.2, 4.2), 2)
    day = locale.day()
    american = locale.country.currency == "USD"
    label = theme.text(7.5)
    number = f"{rng.randint(100, 999999):06}"
    left, right = 18.0, width - 18
    y = 28.0
    with sheet.block("heading", 1):
        name = firm.bank if not american or rng.random() < 0.5 else holder.full
        sheet.write(left, y, [Part(name, theme.heading(13), "bank_name" if name == firm.bank else "drawer")])
    stacked(sheet, left, y + 12, [(line, theme.small(0.75)) for line in firm.address], 1.25)
    with sheet.block():
        sheet.write(right, y - 6, [Part(number, theme.strong(9), "cheque_number")], align="r")
        sheet.write(right - 118, y + 22, "Date", label)
        written = locale.short_date(day)
        dated = Part(written, _fit(sheet, written, entry, 90), "date", day.isoformat())
        sheet.write(right - 92, y + 21, [dated], same_row=True)
        sheet.rule(right - 96, y + 24, right, y + 24, theme.grey, 0.5)
    y = height * 0.42
    order = "Pay to the order of" if american else "Pay"
    with sheet.block():
        x = sheet.write(left, y, order, label)
        sheet.write(x + 8, y - 1, [Part(payee, _fit(sheet, payee, entry, right - 120 - x), "payee")], same_row=True)
        sheet.rule(x + 4, y + 2.5, right - 102, y + 2.5, theme.grey, 0.5)
        box = (right - 92, y - 16, right, y + 7)
        sheet.box(*box, fill=(255, 255, 255), edge=theme.grey, width=0.7)
        printed = locale.number(value)
        room = 82 - sheet.text_width(f"{locale.symbol} ", theme.strong(10))
        amount = Part(printed, _fit(sheet, printed, entry, room), "amount", f"{value:.2f}")
        sheet.write(box[0] + 4, y, [Part(f"{locale.symbol} ", theme.strong(10)), amount], same_row=True)
    y += 26
    words = _amount_in_words(value, locale)
    with sheet.block():
        sheet.write(left + 6, y, [Part(words, _fit(sheet, words, entry, right - left - 60), "amount_in_words")])
        sheet.rule(left, y + 3.5, right - (44 if american else 96), y + 3.5, theme.grey, 0.5)
        if american:
            sheet.write(right, y, "DOLLARS", label, align="r", same_row=True)
    _lower(sheet, rng, theme, locale, (entry, label), (holder.full, "drawer" if name == firm.bank else ""), number)
    made = Made(sheet, "en")
    made.ask("Is the cheque signed?", "Yes.", "mark")
    return made


def _lower(
    sheet: Sheet,
    rng: random.Random,
    theme: Theme,
    locale: Locale,
    styles: tuple[Style, Style],
    holder: tuple[str, str],
    number: str,
) -> None:
    """Memo, signature, its name with the field that it is, and the line that machines read."""
    entry, label = styles
    left, right, low = 18.0, sheet.width - 18, sheet.height
    middle = sheet.width * 0.56
    if locale.country.currency == "USD" or rng.random() < 0.3:
        memo = rng.choice(_MEMOS).format(rng.randint(100, 9999))
        with sheet.block():
            x = sheet.write(left, low - 42, "Memo", label)
            sheet.write(x + 6, low - 43, [Part(memo, entry.but(size=entry.size * 0.9), "memo")], same_row=True)
            sheet.rule(x + 3, low - 39, middle - 30, low - 39, theme.grey, 0.5)
    sheet.rule(middle, low - 36, right, low - 36, theme.grey, 0.5)
    decor.signature(sheet, rng, middle + 20, low - 49, rng.uniform(70, 95))
    with sheet.block():
        shown = holder[0].upper() if rng.random() < 0.5 else holder[0]
        sheet.write(middle, low - 28, [Part(shown, theme.text(6.5), holder[1])])
    machine = rng.choice(theme.wardrobe.machine)
    style = Style(machine, 10.5, (20, 20, 20))
    codes = [
        ("routing_number", locale.pattern(rng.choice(("#########", "##-##-##")))),
        ("account_number", locale.pattern(rng.choice(("########", "###########")))),
    ]
    with sheet.block():
        x = sheet.write(left + 40, low - 11, [Part(number, style)])
        for name, code in codes:
            x = sheet.write(x + 26, low - 11, [Part(code, style, name)], same_row=True)


def _fit(sheet: Sheet, text: str, style: Style, width: float) -> Style:
    wide = sheet.text_width(text, style)
    return style if wide <= width else style.but(size=style.size * width / wide)
