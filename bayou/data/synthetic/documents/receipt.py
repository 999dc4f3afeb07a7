"""Till receipts: narrow, long, in the letters of thermal printers, with sums that are right. Knows receipts' parts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.glyphs import writable
from bayou.data.synthetic.documents.goods import SHOPS, grocery
from bayou.data.synthetic.documents.labels import Labels
from bayou.data.synthetic.documents.locales import Firm, Locale
from bayou.data.synthetic.documents.painting import Desk, Made
from bayou.data.synthetic.documents.sheet import Part, Sheet, Style
from bayou.data.synthetic.documents.theme import letters_of, pick_family
from bayou.data.synthetic.fonts import FontFace


@dataclass(frozen=True, slots=True)
class _Item:
    what: str
    count: int
    price: float

    @property
    def amount(self) -> float:
        return round(self.count * self.price, 2)


@dataclass(slots=True)
class _Roll:
    """The strip of paper: what is written on it grows downwards."""

    sheet: Sheet
    style: Style
    bold: Style
    left: float
    right: float
    step: float
    y: float = 0.0
    groups: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def centre(self, what: str, style: Style, name: str = "") -> None:
        """A line in the middle, set smaller where it is too wide."""
        style = self.fitted(what, style, self.right - self.left)
        self.sheet.write(self.middle, self.y, [Part(what, style, name)], align="m")
        self.y += self.step * style.size / self.style.size

    def fitted(self, what: str, style: Style, width: float) -> Style:
        wide = self.sheet.text_width(what, style)
        return style if wide <= width else style.but(size=style.size * width / wide * 0.98)

    def pair(self, left: Part | str, right: Part | str, style: Style | None = None) -> None:
        """A label at the left edge and a value at the right one."""
        style = style or self.style
        value = right if isinstance(right, Part) else Part(right, style)
        label = left if isinstance(left, Part) else Part(left, style)
        room = self.right - self.left - self.sheet.text_width(value.text, value.style) - style.size
        label = Part(label.text, self.fitted(label.text, label.style, room), label.name, label.normal)
        self.sheet.write(self.left, self.y, [label])
        self.sheet.write(self.right, self.y, [value], align="r", same_row=True)
        self.y += self.step * style.size / self.style.size

    def rule(self, rng: random.Random, form: int) -> None:
        """A line across, drawn and not printed in characters."""
        y = self.y - self.style.size * 0.45
        ink = self.style.colour
        if form == 0:
            for k in range(int((self.right - self.left) / 4)):
                self.sheet.rule(self.left + 4 * k, y, self.left + 4 * k + 2.4, y, ink, 0.6)
        elif form == 1:
            self.sheet.rule(self.left, y, self.right, y, ink, 0.7)
        else:
            self.sheet.rule(self.left, y - 1, self.right, y - 1, ink, 0.6)
            self.sheet.rule(self.left, y + 1, self.right, y + 1, ink, 0.6)
        self.y += self.step * 0.6


def receipt(desk: Desk, rng: random.Random) -> Made:
    """A till receipt; taller the more was bought."""
    locale = Locale.draw(rng)
    labels, firm = Labels(locale.language, rng), locale.firm()
    width = rng.choice((227.0, 227.0, 164.0, 212.0))
    count = rng.choice((1, 2, 3, 3, 4, 5, 6, 8, 10, 14, 20))
    items = tuple(
        _Item(
            grocery(rng, locale.language), rng.choice((1, 1, 1, 1, 2, 2, 3, 4)), round(10 ** rng.uniform(-0.1, 1.6), 2)
        )
        for _ in range(count)
    )
    face, bold, stretch = _printer(desk, rng, locale.language)
    size = rng.uniform(8.6, 10.5) * (width / 227) ** 0.6 * (1.0 if stretch == 1.0 else 1.12)
    level = rng.choice((0, 0, 15, 30, 55))
    style = Style(face, size, (level, level, level + rng.choice((0, 0, 10))))
    margin = rng.uniform(8, 18)
    across = width / stretch
    tone = rng.randint(244, 255)
    sheet = desk.sheet(rng, across, 2200, rng.choice((120, 135, 150, 165)), (tone, tone, tone - rng.choice((0, 0, 4))))
    roll = _Roll(sheet, style, Style(bold, size, style.colour), margin, across - margin, size * rng.uniform(1.15, 1.4))
    roll.y = rng.uniform(24, 60)
    day = locale.day()
    made = Made(sheet, locale.language, stretch=stretch)
    _head(roll, rng, firm, labels, locale)
    _facts(roll, rng, locale, labels, day)
    ruling = rng.randrange(3)
    _items(roll, rng, locale, labels, items, ruling)
    _sums(roll, rng, locale, labels, items)
    _foot(roll, rng, locale, labels, firm)
    sheet.canvas = sheet.canvas[: sheet.px(roll.y + rng.uniform(10, 50))].copy()
    if sheet.ink is not None:
        sheet.ink = sheet.ink[: sheet.canvas.shape[0]].copy()
    made.ask("How many different items were bought?", str(len(items)), "count")
    dearest = max(items, key=lambda i: i.amount)
    if [i.amount for i in items].count(dearest.amount) == 1 and len(items) > 1:
        made.ask("Which item cost the most?", dearest.what, "compare")
    return made


def _printer(desk: Desk, rng: random.Random, language: str) -> tuple[FontFace, FontFace, float]:
    """Plain and heavy letters, and by how much the printer makes them narrower."""
    roll = rng.random()
    letters = letters_of(language)
    faces = [f for f in desk.wardrobe.tills if writable(f, letters)]
    if roll < 0.4 and faces:
        face = rng.choice(faces)
        return face, face, rng.choice((1.0, 0.8, 0.7, 0.65))
    families = [f for f in desk.wardrobe.mono if f.writes(letters)]
    if roll < 0.75 and families:
        family = rng.choice(families)
        return family.regular, family.bold, rng.choice((1.0, 0.85, 0.75))
    family = pick_family(rng, desk.wardrobe, letters)
    return family.regular, family.bold, rng.choice((1.0, 1.0, 0.85))


def _head(roll: _Roll, rng: random.Random, firm: Firm, labels: Labels, locale: Locale) -> None:
    sheet = roll.sheet
    if rng.random() < 0.3:
        side = rng.uniform(26, 44)
        decor.logo(sheet, rng, roll.middle - side / 2, roll.y - 14, side, (20, 20, 20))
        roll.y += side + 4
    shop = rng.choice(SHOPS[locale.language])
    name = (
        f"{rng.choice((locale.person().last, locale.town()[0].split(',')[0]))} {shop}" if rng.random() < 0.5 else shop
    )
    name = f"{shop} {locale.person().last}" if rng.random() < 0.3 else name
    name = firm.name if rng.random() < 0.2 else name
    name = name.upper() if rng.random() < 0.6 else firm.name
    with sheet.block("heading", 1):
        roll.centre(name, roll.bold.but(size=roll.style.size * rng.uniform(1.1, 1.7)), "merchant_name")
    with sheet.block():
        for line in firm.address:
            roll.centre(line.upper() if rng.random() < 0.3 else line, roll.style, "merchant_address")
        if rng.random() < 0.8:
            roll.centre(f"{labels['phone']} {firm.phone}".replace("  ", " "), roll.style)
        if rng.random() < 0.6:
            style = roll.fitted(f"{labels['tax_id']}: {firm.tax_id}", roll.style, roll.right - roll.left)
            parts = [Part(f"{labels['tax_id']}: ", style), Part(firm.tax_id, style, "merchant_tax_id")]
            sheet.write(roll.middle, roll.y, parts, align="m")
            roll.y += roll.step
    roll.y += roll.step * 0.5
    if rng.random() < 0.5:
        with sheet.block():
            roll.centre(labels["receipt"].upper(), roll.bold.but(size=roll.style.size * 1.2))
        roll.y += roll.step * 0.2


def _facts(roll: _Roll, rng: random.Random, locale: Locale, labels: Labels, day: date) -> None:
    sheet, style = roll.sheet, roll.style
    number = locale.pattern(rng.choice(("######", "####-####", "@##-#####", "########")))
    clock = f"{rng.randint(7, 22):02}:{rng.randint(0, 59):02}" + (
        f":{rng.randint(0, 59):02}" if rng.random() < 0.3 else ""
    )
    written = locale.short_date(day)
    label = f"{labels.first('date')}: "
    fitted = roll.fitted(f"{label}{written}    {clock}", style, roll.right - roll.left)
    dated, timed = Part(written, fitted, "date", day.isoformat()), Part(clock, fitted, "time")
    with sheet.block():
        if rng.random() < 0.85:
            roll.pair(labels["receipt_number"], Part(number, style, "receipt_number"))
        if rng.random() < 0.5:
            sheet.write(roll.left, roll.y, [dated])
            sheet.write(roll.right, roll.y, [timed], align="r", same_row=True)
        else:
            sheet.write(roll.left, roll.y, [Part(label, fitted), dated, Part("  ", fitted), timed])
        roll.y += roll.step
        if rng.random() < 0.6:
            who = locale.person().first
            sheet.write(roll.left, roll.y, f"{labels['cashier']}: {who}", style)
            roll.y += roll.step
    roll.y += roll.step * 0.3


def _items(
    roll: _Roll, rng: random.Random, locale: Locale, labels: Labels, items: tuple[_Item, ...], ruling: int
) -> None:
    sheet, style = roll.sheet, roll.style
    roll.rule(rng, ruling)
    form = rng.randrange(3)
    with sheet.block():
        for number, item in enumerate(items):
            name = f"line_items.{number}."
            amount = Part(locale.money(item.amount, False), style, name + "amount", f"{item.amount:.2f}")
            what = Part(item.what, style, name + "description")
            price = locale.money(item.price, False)
            count = Part(str(item.count), style, name + "quantity")
            if form == 0:  # count before the goods
                sheet.write(roll.left, roll.y, [count])
                room = roll.right - roll.left - 22 - sheet.text_width(amount.text, style) - style.size
                fitted = Part(what.text, roll.fitted(what.text, style, room), what.name)
                sheet.write(roll.left + 22, roll.y, [fitted], same_row=True)
                sheet.write(roll.right, roll.y, [amount], align="r", same_row=True)
                roll.y += roll.step
            elif form == 1:  # goods, then count and price below them
                sheet.write(roll.left, roll.y, [what])
                roll.y += roll.step
                sheet.write(roll.left + 14, roll.y, [count, Part(rng.choice((" x ", " X ", " @ ")) + price, style)])
                sheet.write(roll.right, roll.y, [amount], align="r", same_row=True)
                roll.y += roll.step
            else:
                roll.pair(what, amount)
                if item.count > 1:
                    sheet.write(roll.left + 10, roll.y, [count, Part(f" x {price}", style)])
                    roll.y += roll.step
    roll.rule(rng, ruling)


def _sums(roll: _Roll, rng: random.Random, locale: Locale, labels: Labels, items: tuple[_Item, ...]) -> None:
    sheet = roll.sheet
    total = round(sum(i.amount for i in items), 2)
    rate = rng.choice(locale.country.vat)
    inside = round(total - total / (1 + rate / 100), 2)
    big = roll.bold.but(size=roll.style.size * rng.choice((1.0, 1.2, 1.5, 1.8)))
    symbol = rng.random() < 0.6
    with sheet.block():
        if rng.random() < 0.5:
            net = round(total - inside, 2)
            roll.pair(labels["subtotal"], Part(locale.money(net, False), roll.style, "subtotal", f"{net:.2f}"))
        taxed = f"{labels['tax']} {locale.number(rate, 0 if rate == int(rate) else 2)}%"
        if rate and rng.random() < 0.8:
            roll.pair(taxed, Part(locale.money(inside, False), roll.style, "tax_amount", f"{inside:.2f}"))
        roll.y += (big.size - roll.style.size) * 0.6
        roll.pair(Part(labels["total"].upper(), big), Part(locale.money(total, symbol), big, "total", f"{total:.2f}"))
    roll.y += roll.step * 0.3
    with sheet.block():
        if rng.random() < 0.5:
            given = next((note for note in (5, 10, 20, 50, 100, 200) if note >= total), total)
            label = Part(labels["cash"], roll.style, "payment_method")
            roll.pair(label, Part(locale.money(given, False), roll.style, "cash", f"{given:.2f}"))
            back = round(given - total, 2)
            roll.pair(labels["change"], Part(locale.money(back, False), roll.style, "change", f"{back:.2f}"))
        else:
            roll.pair(Part(labels["card"], roll.style, "payment_method"), locale.money(total, False))
            sheet.write(roll.left, roll.y, locale.pattern("**** **** **** ####"), roll.style)
            roll.y += roll.step


def _foot(roll: _Roll, rng: random.Random, locale: Locale, labels: Labels, firm: Firm) -> None:
    roll.y += roll.step * 0.7
    with roll.sheet.block():
        roll.centre(labels["thanks"], roll.style)
        if rng.random() < 0.5:
            roll.centre(firm.web, roll.style)
    if rng.random() < 0.45:
        wide = (roll.right - roll.left) * 0.7
        decor.bars(roll.sheet, rng, roll.middle - wide / 2, roll.y, wide, 30)
        roll.y += 40
        if rng.random() < 0.7:
            with roll.sheet.block():
                roll.centre(locale.pattern("#############"), roll.style)
    elif rng.random() < 0.25:
        decor.squares(roll.sheet, rng, roll.middle - 32, roll.y, 64)
        roll.y += 74
