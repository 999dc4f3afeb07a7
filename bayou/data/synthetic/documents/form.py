"""Forms that somebody has filled in: boxes, lines and ticks, by hand or machine. Knows forms' parts and places."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from bayou.data.synthetic.documents import decor
from bayou.data.synthetic.documents.flow import Column, paragraph, stacked
from bayou.data.synthetic.documents.labels import Labels
from bayou.data.synthetic.documents.locales import Locale
from bayou.data.synthetic.documents.painting import Desk, Made, paper_size
from bayou.data.synthetic.documents.sheet import Colour, Part, Sheet, Style
from bayou.data.synthetic.documents.theme import Theme, hand_size

#: Titles and what each is about, English alone; other languages have the short list below.
_TITLES = {
    "en": (
        "Application for Membership",
        "Registration Form",
        "Change of Address",
        "Patient Information",
        "Claim Form",
        "Employment Application",
        "Order Form",
        "Request for Refund",
        "School Enrolment",
        "Visitor Registration",
    ),
    "de": ("Anmeldung", "Antrag auf Mitgliedschaft", "Schadensmeldung", "Aufnahmebogen", "Änderungsmitteilung"),
    "fr": ("Demande d'adhésion", "Fiche d'inscription", "Déclaration de sinistre", "Formulaire de contact"),
    "es": ("Solicitud de inscripción", "Hoja de registro", "Parte de siniestro", "Solicitud de empleo"),
    "it": ("Domanda di iscrizione", "Modulo di registrazione", "Richiesta di rimborso"),
    "nl": ("Aanmeldingsformulier", "Wijzigingsformulier", "Schadeformulier"),
    "pl": ("Formularz zgłoszeniowy", "Wniosek o przyjęcie", "Zgłoszenie szkody"),
    "sv": ("Anmälan", "Ansökan om medlemskap", "Skadeanmälan"),
    "pt": ("Ficha de inscrição", "Pedido de adesão", "Participação de sinistro"),
}
_SECTIONS = {
    "en": ("Personal details", "Contact", "Further information", "Declaration"),
    "de": ("Angaben zur Person", "Kontakt", "Weitere Angaben", "Erklärung"),
    "fr": ("Identité", "Coordonnées", "Informations complémentaires", "Déclaration"),
    "es": ("Datos personales", "Contacto", "Otros datos", "Declaración"),
    "it": ("Dati personali", "Recapiti", "Altre informazioni", "Dichiarazione"),
    "nl": ("Persoonsgegevens", "Contact", "Overige gegevens", "Verklaring"),
    "pl": ("Dane osobowe", "Kontakt", "Inne informacje", "Oświadczenie"),
    "sv": ("Personuppgifter", "Kontakt", "Övriga uppgifter", "Försäkran"),
    "pt": ("Dados pessoais", "Contacto", "Outras informações", "Declaração"),
}
_DECLARATIONS = {
    "en": "I declare that the information given above is true and complete, and I agree to its being stored.",
    "de": "Ich versichere, dass die vorstehenden Angaben richtig und vollständig sind.",
    "fr": "Je certifie que les renseignements fournis ci-dessus sont exacts et complets.",
    "es": "Declaro que los datos facilitados son ciertos y completos.",
    "it": "Dichiaro che i dati sopra riportati sono veritieri e completi.",
    "nl": "Ik verklaar dat bovenstaande gegevens juist en volledig zijn.",
    "pl": "Oświadczam, że powyższe dane są prawdziwe i kompletne.",
    "sv": "Jag försäkrar att uppgifterna ovan är riktiga och fullständiga.",
    "pt": "Declaro que os dados acima são verdadeiros e completos.",
}
_QUESTIONS = {
    "en": (
        "Are you a member already?",
        "May we contact you by e-mail?",
        "Do you have any allergies?",
        "Have you applied before?",
        "Do you need a parking space?",
    ),
    "de": ("Sind Sie bereits Mitglied?", "Dürfen wir Ihnen E-Mails senden?", "Bestehen Allergien?"),
    "fr": ("Êtes-vous déjà membre ?", "Acceptez-vous de recevoir nos courriels ?"),
    "es": ("¿Es usted ya socio?", "¿Desea recibir información por correo?"),
    "it": ("È già socio?", "Desidera ricevere comunicazioni via e-mail?"),
    "nl": ("Bent u al lid?", "Mogen wij u e-mailen?"),
    "pl": ("Czy jest Pan/Pani członkiem?", "Zgoda na kontakt e-mailowy?"),
    "sv": ("Är du redan medlem?", "Får vi kontakta dig via e-post?"),
    "pt": ("Já é sócio?", "Aceita receber mensagens por e-mail?"),
}


@dataclass(slots=True)
class _Form:
    """What stands in which field, and how entries are drawn."""

    sheet: Sheet
    rng: random.Random
    theme: Theme
    entry: Style
    label: Style
    kind: str
    line: Colour
    tall: float = 1.0
    empty: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)

    def place(self, x: float, y: float, width: float, what: tuple[str, str, str], normal: str = "") -> None:
        """A field of a name, a label and a value, in a box whose upper left corner is x, y."""
        name, label, value = what
        sheet, entry = self.sheet, self.entry
        high = self.height
        with sheet.block():
            if self.kind == "boxed":
                sheet.box(x, y, x + width, y + high, edge=self.line, width=0.6)
                sheet.write(x + 3, y + self.label.size + 1.5, label, self.label)
                base = y + high - 5
            elif self.kind == "lined":
                sheet.write(x, y + high - 6, label, self.label)
                start = x + sheet.text_width(label, self.label) + 5
                sheet.rule(start, y + high - 3, x + width, y + high - 3, self.line, 0.5)
                x, width, base = start, x + width - start, y + high - 6
            else:
                sheet.write(x, y + self.label.size, label, self.label)
                sheet.box(x, y + self.label.size + 4, x + width, y + high, fill=(255, 255, 255), edge=self.line)
                base = y + high - 5
            if not value:
                self.empty.append(label)
                return
            style = entry
            wide = sheet.text_width(value, style)
            if wide > width - 8:
                style = style.but(size=max(4.5, style.size * (width - 8) / wide))
            at = x + 5 + self.rng.uniform(0, 3)
            self.labels[name] = label
            lift = self.rng.uniform(-0.6, 0.8) if self.entry.face is self.theme.hand else 0.0
            sheet.write(at, base + lift, [Part(value, style, name, normal)], same_row=self.kind == "lined")

    @property
    def height(self) -> float:
        return self.tall * {"boxed": 30.0, "lined": 24.0, "under": 34.0}[self.kind] + (self.entry.size - 10) * 0.8


def form(desk: Desk, rng: random.Random) -> Made:
    """A page of a form, mostly filled in; what is left empty is asked for too."""
    locale = Locale.draw(rng)
    theme = Theme.draw(rng, desk.wardrobe, locale.language, rng.choice((9, 9.5, 10)))
    labels = Labels(locale.language, rng)
    width, height = paper_size(rng, locale)
    sheet = desk.sheet(rng, width, height)
    margin = rng.uniform(40, 62)
    made = Made(sheet, locale.language)
    inks: tuple[Colour, ...] = ((22, 38, 120), (20, 20, 30), (30, 60, 150), (10, 30, 90))
    by_hand = rng.random() < 0.72
    entry = (
        Style(theme.hand, hand_size(theme.hand, rng.uniform(12, 15)), rng.choice(inks)) if by_hand else theme.text(10)
    )
    if not by_hand and rng.random() < 0.4:
        entry = Style(rng.choice(desk.wardrobe.mono).regular, 10, (15, 15, 25))
    tone = rng.randint(60, 150)
    filled = _Form(
        sheet,
        rng,
        theme,
        entry,
        Style(theme.body.regular, rng.uniform(6.5, 8), theme.ink),
        rng.choice(("boxed", "boxed", "lined", "under")),
        (tone, tone, tone),
        rng.uniform(1.0, 1.45),
    )
    y = _head(sheet, rng, theme, locale, margin)
    y = _fields(filled, locale, labels, margin, y)
    _ticks_and_end(filled, made, locale, labels, margin, y)
    for label in filled.empty[:1]:
        made.ask(f'What is entered under "{label}"?', "Nothing: the field is empty.", "empty")
    return made


def _head(sheet: Sheet, rng: random.Random, theme: Theme, locale: Locale, margin: float) -> float:
    right = sheet.width - margin
    firm = locale.firm()
    words = rng.choice(_TITLES[locale.language])
    style = theme.heading(rng.uniform(15, 20))
    form = rng.randrange(3)
    if form == 0:
        sheet.box(margin, 36, right, 70, fill=theme.accent if not theme.plain else (40, 40, 40))
        with sheet.block("heading", 1):
            sheet.write(margin + 10, 60, words, style.but(colour=(255, 255, 255)))
        stacked(sheet, right, 84, [(firm.name, theme.small())], align="r")
    else:
        decor.logo(sheet, rng, right - 34, 34, 34, theme.accent)
        with sheet.block("heading", 1):
            sheet.write(margin, 60, words, style)
        stacked(sheet, margin, 78, [(firm.name, theme.small(0.95))])
    number = locale.pattern(rng.choice(("Form @@-##", "@##/####", "No. ######")))
    with sheet.block():
        sheet.write(
            margin if form == 0 else right - 44,
            84 if form == 0 else 50,
            [Part(number, theme.small(0.85), "form_number")],
            align="l" if form == 0 else "r",
        )
    return 98.0


def _section(filled: _Form, text: str, margin: float, y: float) -> float:
    sheet, theme = filled.sheet, filled.theme
    y += 8
    with sheet.block("heading", 2):
        if filled.kind == "boxed":
            sheet.box(margin, y, sheet.width - margin, y + 16, fill=theme.tint)
            sheet.write(margin + 4, y + 11.5, text, theme.strong(9.5))
        else:
            sheet.write(margin, y + 11.5, text, theme.heading(11))
    return y + 20


def _fields(filled: _Form, locale: Locale, labels: Labels, margin: float, y: float) -> float:
    """Two sections of fields, two to a row mostly."""
    rng, sheet = filled.rng, filled.sheet
    person = locale.person()
    town, postcode = locale.town()
    born = locale.day(1940, 2005)
    upper = filled.entry.face is filled.theme.hand and not filled.entry.face.cursive and rng.random() < 0.3
    rows = (
        (("last_name", labels["last_name"], person.last), ("first_name", labels["first_name"], person.first)),
        (
            ("date_of_birth", labels["birth"], locale.short_date(born)),
            ("nationality", labels["nationality"], locale.country.name),
        ),
        (("street", labels["address"], locale.street()),),
        (("postcode", labels["postcode"], postcode), ("city", labels["city"], town)),
        (("phone", labels["phone"], locale.phone()), ("email", labels["email"], locale.email(person))),
        (("employer", labels["employer"], locale.firm().name),),
        (
            ("customer_number", labels["customer"], locale.pattern("######")),
            ("date", labels.first("date"), locale.short_date(locale.day())),
        ),
    )
    sections = _SECTIONS[locale.language]
    wide = sheet.width - 2 * margin
    gap = 0.0 if filled.kind == "boxed" else 12.0
    for number, row in enumerate(rows):
        if number in (0, 4, 5):
            y = _section(filled, sections[{0: 0, 4: 1, 5: 2}[number]], margin, y)
        share = rng.choice((0.5, 0.6, 0.4)) if len(row) == 2 else 1.0
        if row[0][0] == "postcode":
            share = 0.3
        x = margin
        for k, (name, label, value) in enumerate(row):
            part = (share if k == 0 else 1 - share) * (wide - gap * (len(row) - 1))
            value = "" if rng.random() < 0.07 else value.upper() if upper and name != "email" else value
            normal = born.isoformat() if name == "date_of_birth" and value else ""
            filled.place(x, y, part, (name, label, value), normal)
            x += part + gap
        y += filled.height + (0 if filled.kind == "boxed" else 5)
    return y


def _tick(sheet: Sheet, rng: random.Random, x: float, y: float, colour: Colour, line: Colour, ticked: bool) -> None:
    sheet.box(x, y, x + 9, y + 9, edge=line, width=0.7)
    if not ticked:
        return
    if rng.random() < 0.6:
        sheet.curve([(x + 1, y + 1), (x + 8.5, y + 8)], colour, 1.2)
        sheet.curve([(x + 8, y + 0.5), (x + 1, y + 8.5)], colour, 1.2)
    else:
        sheet.curve([(x + 1, y + 4), (x + 4, y + 8), (x + 11, y - 3)], colour, 1.4)


def _ticks_and_end(filled: _Form, made: Made, locale: Locale, labels: Labels, margin: float, y: float) -> None:
    """Questions with boxes to tick, a declaration, place for date and signature."""
    sheet, rng, theme = filled.sheet, filled.rng, filled.theme
    right = sheet.width - margin
    asked = list(_QUESTIONS[locale.language])
    rng.shuffle(asked)
    y += 18
    for question in asked[: rng.randint(1, 3)]:
        if y > sheet.height - 170:
            break
        yes = rng.random() < 0.5
        with sheet.block():
            sheet.write(margin, y, question, theme.text(9))
            x = margin + (right - margin) * 0.62
            for k, answer in enumerate((labels["yes"], labels["no"])):
                _tick(sheet, rng, x + 60 * k, y - 7.5, filled.entry.colour, filled.line, yes == (k == 0))
                sheet.write(x + 60 * k + 14, y, answer, theme.text(9), same_row=True)
        made.ask(f'Which answer is ticked for "{question}"?', labels["yes"] if yes else labels["no"], "tick")
        y += 20
    if y > sheet.height - 120:
        return
    y = _section(filled, _SECTIONS[locale.language][3], margin, y)
    text = _DECLARATIONS[locale.language]
    y, _ = paragraph(sheet, y + 6, text, theme.text(8.5), Column(margin, right - margin))
    y += 34
    day = locale.day(2015, 2026)
    middle = margin + (right - margin) * 0.45
    sheet.rule(margin, y, middle - 20, y, filled.line, 0.6)
    sheet.rule(middle, y, right, y, filled.line, 0.6)
    place = Part(f"{locale.town()[0].split(',')[0]}, ", filled.entry)
    with sheet.block():
        sheet.write(
            margin + 6, y - 4, [place, Part(locale.short_date(day), filled.entry, "signed_on", day.isoformat())]
        )
        sheet.write(margin, y + 9, labels.first("date"), filled.label)
    signed = rng.random() < 0.85
    if signed:
        decor.signature(sheet, rng, middle + 30, y - 8, rng.uniform(70, 120))
    with sheet.block():
        sheet.write(middle, y + 9, labels["signature"], filled.label)
    made.ask("Is the form signed?", "Yes." if signed else "No.", "mark")
