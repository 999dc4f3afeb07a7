"""Invoices in nine languages and many layouts, whose sums are right. Knows invoices' parts and places."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.flow import Cell, TableLook, TablePlan, stacked, table
from bayou.data.synthetic.documents.goods import goods
from bayou.data.synthetic.documents.labels import Labels
from bayou.data.synthetic.documents.locales import Firm, Locale
from bayou.data.synthetic.documents.painting import Desk, Made, paper_size
from bayou.data.synthetic.documents.sheet import Part, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme


@dataclass(frozen=True, slots=True)
class Sale:
    """One entry: what, how many, at what price."""

    what: str
    count: int
    price: float

    @property
    def amount(self) -> float:
        return round(self.count * self.price, 2)


@dataclass(frozen=True, slots=True)
class _Bill:
    """What one invoice is about."""

    locale: Locale
    theme: Theme
    labels: Labels
    seller: Firm
    buyer: tuple[str, tuple[str, ...]]
    number: str
    day: date
    due: date
    sales: tuple[Sale, ...]
    rate: float
    left: float
    right: float


def invoice(desk: Desk, rng: random.Random) -> Made:
    """A page of an invoice."""
    locale = Locale.draw(rng)
    theme = Theme.draw(rng, desk.wardrobe, locale.language, rng.choice((8, 8.5, 9, 9, 9.5, 10)))
    width, height = paper_size(rng, locale)
    sheet = desk.sheet(rng, width, height)
    margin = rng.uniform(38, 66)
    day = locale.day()
    buyer = locale.firm().name if rng.random() < 0.6 else locale.person().full
    sales = tuple(
        Sale(goods(rng, locale.language), rng.choice((1, 1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 25)), round(_price(rng), 2))
        for _ in range(rng.choice((1, 2, 3, 4, 4, 5, 6, 7, 9, 12)))
    )
    number = locale.pattern(rng.choice(("####-####", "INV-#####", "@@-####-###", "########", "####/##", "R-#####")))
    bill = _Bill(
        locale, theme, Labels(locale.language, rng), locale.firm(), (buyer, locale.address()), number, day,
        day + timedelta(days=rng.choice((7, 14, 14, 30, 30, 60))), sales, rng.choice(locale.country.vat), margin,
        width - margin,
    )  # fmt: skip
    y = _head(sheet, rng, bill)
    y = _parties(sheet, rng, bill, y)
    y = _sales(sheet, rng, bill, y)
    y = _sums(sheet, rng, bill, y)
    _pay(sheet, rng, bill, y)
    made = Made(sheet, locale.language)
    _ask(made, bill)
    return made


def _price(rng: random.Random) -> float:
    value = 10 ** rng.uniform(0.4, 2.9)
    return rng.choice((value, round(value), round(value) - 0.01, round(value * 2) / 2))


def _head(sheet: Sheet, rng: random.Random, bill: _Bill) -> float:
    theme, seller = bill.theme, bill.seller
    big = theme.heading(rng.uniform(20, 32))
    named = theme.heading(rng.uniform(12, 17))
    small = theme.small(0.88)
    form = rng.randrange(4)
    side = rng.uniform(30, 46)
    word = bill.labels["invoice"]
    title = word.upper() if rng.random() < 0.4 else word
    lines: list[tuple[str | Part, Style]] = [(Part(line, small, "seller_address"), small) for line in seller.address]
    lines += [(seller.phone, small), (seller.email, small)]
    tax = Part(seller.tax_id, small, "seller_tax_id")
    name = Part(seller.name, named, "seller_name")
    if form == 0 and not theme.plain:
        sheet.box(0, 0, sheet.width, 84, fill=theme.accent)
        white = named.but(colour=(255, 255, 255))
        stacked(sheet, bill.left, 44, [(Part(seller.name, white, "seller_name"), white)])
        with sheet.block("heading", 1):
            sheet.write(bill.right, 54, title, big.but(colour=(255, 255, 255)), align="r")
        y = stacked(sheet, bill.left, 104, lines)
    elif form == 1:
        decor.logo(sheet, rng, bill.right - side, 36, side, theme.accent)
        with sheet.block("heading", 1):
            sheet.write(bill.left, 62, title, big)
        y = stacked(sheet, bill.left, 92, [(name, named), *lines])
    elif form == 2:
        decor.logo(sheet, rng, bill.left, 36, side, theme.accent)
        y = stacked(sheet, bill.left + side + 12, 50, [(name, named), *lines])
        with sheet.block("heading", 1):
            sheet.write(bill.right, 58, title, big, align="r")
    else:
        y = stacked(sheet, bill.right, 50, [(name, named), *lines], align="r")
        with sheet.block("heading", 1):
            sheet.write(bill.left, 58, title, big)
    with sheet.block():
        x = bill.right if form == 3 else bill.left
        label = f"{bill.labels['tax_id']}: "
        sheet.write(
            x if form != 2 else bill.left + side + 12, y, [Part(label, small), tax], align="r" if form == 3 else "l"
        )
    return y + 12


def _parties(sheet: Sheet, rng: random.Random, bill: _Bill, y: float) -> float:
    """Who is billed, beside or above the invoice's numbers and dates."""
    theme, labels = bill.theme, bill.labels
    style, strong = theme.text(), theme.strong()
    y += rng.uniform(14, 26)
    buyer, address = bill.buyer
    head = theme.strong() if rng.random() < 0.5 else theme.small(0.9)
    rows: list[tuple[str | Part, Style]] = [(labels["bill_to"], head), (Part(buyer, strong, "buyer_name"), strong)]
    rows += [(Part(line, style, "buyer_address"), style) for line in address]
    low = stacked(sheet, bill.left, y, rows, 1.35)
    facts = [
        (labels["invoice_number"], Part(bill.number, style, "invoice_number")),
        (labels["date"], Part(bill.locale.short_date(bill.day), style, "invoice_date", bill.day.isoformat())),
    ]
    if rng.random() < 0.8:
        facts.append(
            (labels["due_date"], Part(bill.locale.short_date(bill.due), style, "due_date", bill.due.isoformat()))
        )
    if rng.random() < 0.5:
        order = bill.locale.pattern(rng.choice(("PO-#####", "######", "@@####")))
        facts.append((labels["order_number"], Part(order, style, "purchase_order")))
    if rng.random() < 0.35:
        facts.append((labels["customer"], Part(bill.locale.pattern("#####"), style, "customer_number")))
    x = bill.left + (bill.right - bill.left) * rng.uniform(0.52, 0.6)
    form = rng.randrange(3)
    if form == 2:
        widths = ((bill.right - x) * 0.5, (bill.right - x) * 0.5)
        plan = TablePlan(x, widths, "ll")
        look = TableLook(rng.choice(("grid", "rows", "none")), colour=(150, 150, 150), row=1.7)
        cells = [[Cell(label, style=theme.small(0.92)), Cell(v.text, v.name, v.normal)] for label, v in facts]
        return max(low, table(sheet, y - style.size * 1.1, plan, cells, (style, strong), look, heads=0) + 10) + 10
    with sheet.block():
        for label, value in facts:
            colon = ":" if rng.random() < 0.3 else ""
            sheet.write(x, y, label + colon, theme.small(0.92))
            if form == 0:
                sheet.write(bill.right, y, [value], align="r", same_row=True)
            else:
                sheet.write(x + (bill.right - x) * 0.52, y, [value], same_row=True)
            y += style.size * 1.5
    return max(low, y) + 10


def _look(rng: random.Random, theme: Theme) -> tuple[TableLook, Style]:
    """How the entries' table is drawn, and its head's style."""
    strong = theme.strong(theme.size * 0.95)
    rules = rng.choice(("grid", "rows", "rows", "outer", "book", "none", "dotted"))
    fill = rng.choice((None, theme.tint, theme.accent, (225, 225, 225)))
    if fill == theme.accent:
        strong = strong.but(colour=(255, 255, 255))
    stripe = theme.tint if rng.random() < 0.3 else None
    colour = rng.choice(((0, 0, 0), (120, 120, 120), (180, 180, 180), theme.accent))
    return TableLook(
        rules, fill, stripe, colour, rng.choice((0.4, 0.6, 1.0)), rng.uniform(3, 6), rng.uniform(1.7, 2.5)
    ), strong


def _sales(sheet: Sheet, rng: random.Random, bill: _Bill, y: float) -> float:
    theme, labels, locale = bill.theme, bill.labels, bill.locale
    numbered, symbol = rng.random() < 0.35, rng.random() < 0.45
    look, strong = _look(rng, theme)
    keys = ["description", "quantity", "unit_price", "amount"]
    shares, aligns = [0.49, 0.12, 0.19, 0.2], "lrrr"
    if rng.random() < 0.25:
        keys, shares, aligns = ["quantity", "description", "unit_price", "amount"], [0.1, 0.5, 0.2, 0.2], "mlrr"
    if numbered:
        keys, shares, aligns = ["position", *keys], [0.08, *[s * 0.92 for s in shares]], "m" + aligns
    rows = [[Cell(labels[key], header=True) for key in keys]]
    for number, sale in enumerate(bill.sales):
        name = f"line_items.{number}."
        values = {
            "position": Cell(str(number + 1)),
            "description": Cell(sale.what, name + "description"),
            "quantity": Cell(str(sale.count), name + "quantity", str(sale.count)),
            "unit_price": Cell(locale.money(sale.price, symbol), name + "unit_price", f"{sale.price:.2f}"),
            "amount": Cell(locale.money(sale.amount, symbol), name + "amount", f"{sale.amount:.2f}"),
        }
        rows.append([values[key] for key in keys])
    wide = bill.right - bill.left
    plan = TablePlan(bill.left, tuple(wide * s for s in shares), aligns)
    return table(sheet, y + rng.uniform(8, 22), plan, rows, (theme.text(), strong), look)


def _totals(bill: _Bill, rng: random.Random) -> list[tuple[str, str, str, str]]:
    """Label, print, field and plain form of each sum."""
    labels, money = bill.labels, bill.locale.money
    net = round(sum(s.amount for s in bill.sales), 2)
    rows = [(labels["subtotal"], money(net), "subtotal", f"{net:.2f}")]
    if rng.random() < 0.25:
        share = rng.choice((5, 10, 15))
        off = round(net * share / 100, 2)
        rows.append((f"{labels['discount']} {share}%", money(-off), "discount", f"{-off:.2f}"))
        net = round(net - off, 2)
    if rng.random() < 0.25:
        freight = round(rng.uniform(4, 40), 2)
        rows.append((labels["shipping"], money(freight), "shipping", f"{freight:.2f}"))
        net = round(net + freight, 2)
    tax = round(net * bill.rate / 100, 2)
    rate = bill.locale.number(bill.rate, 0 if bill.rate == int(bill.rate) else 2)
    rows.append((f"{labels['tax']} {rate}%", money(tax), "tax_amount", f"{tax:.2f}"))
    total = round(net + tax, 2)
    word = labels["total"] if rng.random() < 0.6 else labels["total_due"]
    return [*rows, (word, money(total), "total", f"{total:.2f}")]


def _sums(sheet: Sheet, rng: random.Random, bill: _Bill, y: float) -> float:
    theme = bill.theme
    rows = _totals(bill, rng)
    wide = (bill.right - bill.left) * rng.uniform(0.36, 0.5)
    left = bill.right - wide
    y += rng.uniform(14, 22)
    last = theme.strong(theme.size * rng.uniform(1.0, 1.3))
    filled = rng.random() < 0.4 and not theme.plain
    step = theme.size * rng.uniform(1.55, 1.95)
    with sheet.block():
        for number, (label, text, name, normal) in enumerate(rows):
            end = number == len(rows) - 1
            style = last if end else theme.text()
            if end:
                y += 3
                if filled:
                    sheet.box(left - 6, y - style.size * 1.05, bill.right + 4, y + style.size * 0.5, fill=theme.accent)
                    style = style.but(colour=(255, 255, 255))
                elif rng.random() < 0.7:
                    sheet.rule(left, y - style.size * 1.15, bill.right, y - style.size * 1.15, theme.ink, 0.8)
            sheet.write(left, y, label, style)
            sheet.write(bill.right - 4, y, [Part(text, style, name, normal)], align="r", same_row=True)
            y += step
    return y


def _pay(sheet: Sheet, rng: random.Random, bill: _Bill, y: float) -> None:
    """Terms, the account, thanks, and now and then a stamp or a square code to pay with."""
    theme, labels, seller = bill.theme, bill.labels, bill.seller
    style, small = theme.text(), theme.small(0.88)
    y += rng.uniform(16, 34)
    if y > sheet.height - 150:
        y = max(y, sheet.height - 120)
    room = sheet.height - 58 - y
    if room > 20:
        with sheet.block():
            sheet.write(bill.left, y, labels["terms"], style)
        y += style.size * 2
    if room > 70:
        rows = [
            [Part(f"{labels['bank']}: ", small), Part(seller.bank, style, "bank_name")],
            [Part("IBAN: " if seller.iban[:2].isalpha() else f"{labels['account']}: ", small),
             Part(seller.iban, style, "iban" if seller.iban[:2].isalpha() else "account_number")],
        ]  # fmt: skip
        with sheet.block():
            for parts in rows:
                sheet.write(bill.left, y, parts)
                y += style.size * 1.4
        if rng.random() < 0.15:
            decor.squares(sheet, rng, bill.right - 70, y - 30, 64)
        y += style.size * 0.8
    if room > 100 and rng.random() < 0.6:
        stacked(sheet, bill.left, y, [(labels["thanks"], theme.slanted())])
    if room > 130 and rng.random() < 0.22:
        word, paid = _PAID[bill.locale.language], bill.locale.short_date(bill.due)
        place = bill.left + (bill.right - bill.left) * rng.uniform(0.4, 0.75)
        decor.stamp(
            sheet, rng, place, y + 44, (word, paid if rng.random() < 0.6 else ""), theme.strong(rng.uniform(13, 20))
        )
    if rng.random() < 0.7:
        foot = theme.small(0.75)
        line = " · ".join((seller.name, *seller.address, seller.web))
        sheet.rule(bill.left, sheet.height - 44, bill.right, sheet.height - 44, theme.grey, 0.3)
        stacked(sheet, (bill.left + bill.right) / 2, sheet.height - 32, [(line, foot)], align="m")


_PAID = {
    "en": "PAID", "de": "BEZAHLT", "fr": "PAYÉ", "es": "PAGADO", "it": "PAGATO", "nl": "BETAALD", "pl": "ZAPŁACONO",
    "sv": "BETALD", "pt": "PAGO",
}  # fmt: skip


def _ask(made: Made, bill: _Bill) -> None:
    """Questions that need more than one value of the page."""
    sales = bill.sales
    made.ask("How many different items are invoiced?", str(len(sales)), "count")
    dearest = max(sales, key=lambda s: s.amount)
    if [s.amount for s in sales].count(dearest.amount) == 1 and len(sales) > 1:
        made.ask("Which item has the highest amount?", dearest.what, "compare")
    sale = sales[len(sales) // 2]
    if [s.what for s in sales].count(sale.what) == 1:
        made.ask(f'What is the quantity of "{sale.what}"?', str(sale.count), "cell")
