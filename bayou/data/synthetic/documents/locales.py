"""People, firms, places, money and dates as one country writes them. Knows names and forms; knows no layouts."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from datetime import date

from bayou.data.synthetic.documents.countries import COUNTRIES, MONTHS, Country


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: names and whether a woman's."""

    first: str
    last: str
    woman: bool

    @property
    def full(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True, slots=True)
class Firm:
    """A company with its address, numbers and accounts."""

    name: str
    address: tuple[str, ...]
    phone: str
    email: str
    web: str
    tax_id: str
    bank: str
    iban: str
    trade: str


class Locale:
    """Draws what a country's documents say from one random stream."""

    def __init__(self, country: Country, rng: random.Random) -> None:
        self.country, self.rng = country, rng
        self.language = country.language
        self.date_form = rng.choice(country.dates)
        self.symbol_first = country.symbol_first
        self.symbol = rng.choice(country.symbols)

    @classmethod
    def draw(cls, rng: random.Random, only: str = "") -> Locale:
        """Any country; English-speaking ones (``only`` = "en") alone where a text exists in English alone."""
        names = [n for n, c in COUNTRIES.items() if not only or c.language == only]
        weights = [COUNTRIES[n].weight for n in names]
        return cls(COUNTRIES[rng.choices(names, weights=weights)[0]], rng)

    def person(self) -> Person:
        rng, c = self.rng, self.country
        woman = rng.random() < 0.5
        names = c.women if woman else c.men
        first = rng.choice(names)
        if rng.random() < 0.12:
            first += " " + rng.choice(names)
        last = rng.choice(c.surnames)
        if rng.random() < 0.06:
            last += "-" + rng.choice(c.surnames)
        return Person(first, last, woman)

    def street(self) -> str:
        rng = self.rng
        number = str(rng.randint(1, 180)) + (rng.choice("abAB") if rng.random() < 0.07 else "")
        return self.country.street.format(street=rng.choice(self.country.streets), n=number)

    def town(self) -> tuple[str, str]:
        """A place and a postcode that fits its country's form."""
        rng = self.rng
        return rng.choice(self.country.cities), self.pattern(self.country.postcode)

    def address(self) -> tuple[str, ...]:
        """Street and town, with what comes before or between in some."""
        rng = self.rng
        town, postcode = self.town()
        lines = [self.street(), self.country.town.format(town=town, postcode=postcode)]
        roll = rng.random()
        if self.language == "en" and roll < 0.25:
            lines.insert(0, rng.choice(("Unit {}", "Suite {}", "Flat {}", "Floor {}")).format(rng.randint(1, 40)))
        if rng.random() < 0.12:
            lines.append(self.country.name)
        return tuple(lines)

    def pattern(self, form: str) -> str:
        """A form with "#" a digit, "@" a capital letter; other characters stay."""
        rng = self.rng
        return "".join(
            rng.choice("0123456789") if c == "#" else rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") if c == "@" else c
            for c in form
        )

    def firm(self) -> Firm:
        rng, c = self.rng, self.country
        trade = rng.choice(c.trades)
        roll = rng.random()
        if roll < 0.3:
            core = f"{rng.choice(c.surnames)} {trade}"
        elif roll < 0.5:
            core = f"{rng.choice(c.surnames)} & {rng.choice(c.surnames)}"
        elif roll < 0.8:
            core = f"{rng.choice(_COINED)}{rng.choice(('', '', rng.choice(_TAILS)))} {trade}"
        else:
            core = f"{trade} {rng.choice(c.cities)}"
        name = f"{core} {rng.choice(c.forms)}".strip()
        host = f"{plain(core.split(' ')[0])}{rng.choice(('', '-' + plain(trade.split(' ')[0])))}.{c.domain}"
        post = rng.choice(("info", "mail", "office", "accounts", "hello", "contact"))
        return Firm(
            name, self.address(), self.phone(), f"{post}@{host}", f"www.{host}", self.pattern(c.tax_id),
            rng.choice(c.banks), self.pattern(c.iban), trade,
        )  # fmt: skip

    def phone(self) -> str:
        return self.pattern(self.rng.choice(self.country.phones))

    def email(self, person: Person) -> str:
        rng = self.rng
        host = rng.choice(("mail", "post", "inbox", "web", "fastpost")) + "." + self.country.domain
        first, last = plain(person.first.split(" ")[0]), plain(person.last)
        return rng.choice((f"{first}.{last}@{host}", f"{first[0]}{last}@{host}", f"{last}{rng.randint(1, 99)}@{host}"))

    def number(self, value: float, places: int = 2) -> str:
        """With the country's marks for thousands and decimals."""
        text = f"{value:,.{places}f}".replace(",", "\0").replace(".", self.country.point)
        return text.replace("\0", self.country.thousands)

    def money(self, value: float, symbol: bool = True) -> str:
        """An amount as printed; negative ones with the sign first."""
        text = self.number(abs(value))
        if symbol:
            space = " " if len(self.symbol) > 1 or not self.symbol_first else ""
            text = f"{self.symbol}{space}{text}" if self.symbol_first else f"{text} {self.symbol}"
        return f"-{text}" if value < 0 else text

    def short_date(self, day: date) -> str:
        """In the form that this document keeps to."""
        return written_date(day, self.date_form, self.language)

    def long_date(self, day: date) -> str:
        return written_date(day, self.country.long_date, self.language)

    def day(self, first: int = 2012, last: int = 2026) -> date:
        rng = self.rng
        return date(rng.randint(first, last), rng.randint(1, 12), rng.randint(1, 28))


_COINED = (
    "Nordwind Alto Vero Linea Solis Petra Arbor Corvus Meridian Castor Vega Lumen Orion Delta Helix Quanta Silva Terra "
    "Aqua "
    "Kestrel Juniper Harbour Beacon Summit Granite Willow Amber Cobalt Larch Saffron Marlin Ember Zephyr "
    "Apex Nova Tempo"
).split()
_TAILS = ("tec", "line", "works", "net", "plan", "form", "cor", "ia")


def written_date(day: date, form: str, language: str) -> str:
    """``form`` has {d}, {dd}, {m}, {mm}, {yy}, {yyyy}, {month} and {mon}."""
    month = MONTHS[language][day.month - 1]
    return form.format(
        d=day.day, dd=f"{day.day:02}", m=day.month, mm=f"{day.month:02}", yy=f"{day.year % 100:02}", yyyy=day.year,
        month=month, mon=month[:3],
    )  # fmt: skip


def plain(text: str) -> str:
    """Small letters without accents, for addresses of the net."""
    text = text.replace("ł", "l").replace("Ł", "L").replace("ø", "o").replace("ß", "ss").replace("æ", "ae")
    bare = unicodedata.normalize("NFKD", text)
    return "".join(c for c in bare.lower() if c.isascii() and c.isalnum()) or "web"
