"""What letters say, in nine languages: subjects, paragraphs, greetings, closings. Knows texts only.

Blank lines part a heading and the paragraphs below it; of a paragraph's sentences, parted by "|", all but the first
may fall out. {braces} are filled by the letter's painter.
"""

from __future__ import annotations

ENGLISH = """
Your order {number}

Thank you for your order of {date}, which we received on {date2}.|Most of the items are in stock and will leave our
warehouse in {city} this week.

Unfortunately, one item is not available at present.|Our supplier has told us that the next delivery is expected on
{date3}.|If you would rather not wait, we will gladly refund {money} to the card you paid with.|You need not do
anything if the new date suits you.

Should you have any questions, please call us on {phone} between 9 am and 5 pm, or write to {email}.|Please have your
order number ready.
===
Renewal of your policy no. {number}

Your household insurance ends on {date3}.|We are pleased to offer you another twelve months of cover at a yearly
premium of {money}.

Please check that the details on the enclosed schedule are still right, and tell us about any changes to your home or
the people who live there.|If the sum insured is too low, a claim may be paid only in part.|Valuables worth more than
{money2} each must be listed one by one.

You do not need to do anything to renew.|We will collect the premium by direct debit in ten instalments.|To cancel,
let us know in writing before {date2}.
===
Annual inspection of the heating at {street}

The heating in your flat is due for its yearly inspection.|Our engineer, {name}, will call on {date3} between 8 am and
noon.

The work takes about forty minutes.|Please make sure that the boiler, all radiators and the meter can be reached.|Pets
should be kept in another room.

If nobody can be at home that day, please ring {phone} by {date2} so that we can agree on another date.|A second visit
without notice costs {money}.
===
Application for the position of site manager

I am writing to apply for the position advertised in the Evening Post on {date}.|I have worked in {city} for the past
six years, first as an assistant and since {date2} as deputy manager.

In my present post I look after a team of eleven and a budget of {money}.|Last year we finished all four projects on
time.|I am used to dealing with planners, suppliers and neighbours, and I enjoy it.

I enclose my curriculum vitae and two references.|I could start on {date3} and would be glad to introduce myself in
person.|You can reach me on {phone}.
===
Complaint about noise at night

Since {date} there has been building work behind our house in {street}, often until well after eleven at night.|We
have spoken to the foreman twice without success.

The permit, a copy of which I enclose, allows work between 7 am and 7 pm only.|On {date2} the generator ran until half
past two.|My children could not sleep, and several neighbours have complained too.

I ask you to see to it that the permit is kept to from now on.|If nothing has changed by {date3}, we shall pass the
matter to the council.
===
Statement of charges for the year

Please find enclosed the statement of service charges for the property at {street}.|The total for the year comes to
{money}, of which you have paid {money2} in advance.

Heating and hot water account for nearly half of the sum.|Repairs to the roof, agreed at the meeting of {date}, were
met from the reserve.|The cost of waste collection has gone up by 4.2 per cent.

The remainder is due by {date3}.|Receipts may be inspected at our office by appointment.|Please quote reference
{number} in all letters.
===
Invitation to the annual general meeting

You are invited to the annual general meeting of members, which takes place on {date3} at 7 pm in the town hall,
{street}, {city}.

The agenda is as follows: report of the chair, report of the treasurer, election of two auditors, and any other
business.|Motions must reach the secretary, {name}, by {date2}.

Tea and coffee will be served from half past six.|Members who cannot attend may vote by proxy; a form is
enclosed.|Last year 84 of 213 members took part.
===
Results of your visit on {date}

I saw this patient in clinic on {date} after a fall in {city} some three weeks earlier.|There is still some swelling
of the left ankle, but no pain at rest.

The X-ray taken on {date2} shows a small fracture that has begun to heal.|Movement is slightly limited.|Pulse, blood
pressure and temperature were normal.

I have advised rest and a light bandage for another two weeks.|We shall see the patient again on {date3}.|Please do
not hesitate to ring {phone} should the pain return.
===
Change of bank details

From {date3} our account will be held with {bank}.|Please send all payments due after that date to the account shown
at the foot of this letter.

Payments that are already on their way will of course be credited.|Standing orders must be changed by you; direct
debits are changed by us.|We will never ask for your password by telephone or e-mail.

If you are in doubt whether this letter is genuine, ring the number on your last invoice and ask for {name}.
"""

GERMAN = """
Ihre Bestellung {number}

vielen Dank für Ihre Bestellung vom {date}.|Der größte Teil der Ware ist vorrätig und verlässt diese Woche unser Lager
in {city}.

Ein Artikel ist leider zurzeit nicht lieferbar.|Unser Lieferant hat die nächste Lieferung für den {date3}
angekündigt.|Möchten Sie nicht so lange warten, erstatten wir Ihnen gern {money}.

Für Rückfragen erreichen Sie uns werktags unter {phone} oder per E-Mail an {email}.|Halten Sie dabei bitte Ihre
Bestellnummer bereit.
===
Heizkostenabrechnung {street}

anbei erhalten Sie die Abrechnung der Heizkosten für das vergangene Jahr.|Die Gesamtkosten betragen {money}, davon
haben Sie {money2} bereits vorausgezahlt.

Der Verbrauch im Haus ist gegenüber dem Vorjahr leicht gesunken, die Preise für Fernwärme sind jedoch gestiegen.|Die
Belege können Sie nach Absprache in unserem Büro einsehen.

Bitte überweisen Sie den offenen Betrag bis zum {date3}.|Einwände richten Sie bitte schriftlich bis zum {date2} an
{name}.
===
Kündigung der Mitgliedschaft Nr. {number}

hiermit kündige ich meine Mitgliedschaft fristgerecht zum {date3}.|Bitte bestätigen Sie mir den Eingang dieses
Schreibens schriftlich.

Die Einzugsermächtigung vom {date} widerrufe ich mit gleichem Datum.|Zu viel gezahlte Beiträge erstatten Sie bitte auf
mein bekanntes Konto.

Für die gute Betreuung in den letzten Jahren, besonders durch {name}, möchte ich mich herzlich bedanken.
===
Einladung zum Sommerfest

am {date3} feiern wir unser zwanzigjähriges Bestehen, und Sie sind herzlich eingeladen.|Beginn ist um 15 Uhr auf
unserem Gelände in {street}.

Für Speisen und Getränke ist gesorgt.|Um 17 Uhr führt {name} durch die neue Werkhalle.|Kinder sind willkommen, für sie
steht eine Hüpfburg bereit.

Bitte geben Sie uns bis zum {date2} Bescheid, mit wie vielen Gästen Sie kommen.
"""

FRENCH = """
Votre commande n° {number}

Nous vous remercions de votre commande du {date}.|La plupart des articles sont en stock et quitteront notre entrepôt
de {city} cette semaine.

L'un des articles n'est malheureusement plus disponible.|Notre fournisseur annonce la prochaine livraison pour le
{date3}.|Si ce délai ne vous convient pas, nous vous rembourserons volontiers {money}.

Pour toute question, appelez-nous au {phone} ou écrivez à {email}.|Merci de rappeler le numéro de votre commande.
===
Résiliation du contrat n° {number}

Je vous informe par la présente que je souhaite résilier mon contrat à compter du {date3}.|Je vous prie de bien
vouloir m'en accuser réception.

Le dernier prélèvement, d'un montant de {money}, a été effectué le {date}.|Je vous demande de ne plus présenter de
prélèvement après cette date.|Le matériel sera déposé à votre agence de {city}.

Pour tout renseignement, vous pouvez me joindre au {phone}.
===
Visite annuelle de la chaudière

L'entretien annuel de la chaudière de votre logement, {street}, est prévu le {date3} entre 8 h et midi.|Notre
technicien, {name}, se présentera à votre domicile.

L'intervention dure environ quarante minutes.|Merci de dégager l'accès aux radiateurs et au compteur.

En cas d'absence, veuillez nous prévenir avant le {date2} au {phone}.|Tout déplacement inutile sera facturé {money}.
"""

SPANISH = """
Su pedido n.º {number}

Le agradecemos su pedido del {date}.|La mayor parte de los artículos está disponible y saldrá esta semana de nuestro
almacén de {city}.

Lamentablemente, uno de los artículos está agotado.|Nuestro proveedor anuncia la próxima entrega para el {date3}.|Si
no desea esperar, le devolveremos con gusto {money}.

Para cualquier consulta, llámenos al {phone} o escriba a {email}.|Tenga a mano el número de su pedido.
===
Convocatoria de junta de vecinos

Por la presente se le convoca a la junta ordinaria, que se celebrará el {date3} a las 19:00 horas en {street}.

El orden del día es el siguiente: lectura del acta anterior, cuentas del ejercicio, obras de la fachada, y ruegos y
preguntas.|El presupuesto de las obras asciende a {money}.|La cuota extraordinaria sería de {money2} por vivienda.

Si no puede asistir, puede delegar su voto en otro vecino antes del {date2}.
"""

ITALIAN = """
Vostro ordine n. {number}

Vi ringraziamo per l'ordine del {date}.|Gran parte degli articoli è disponibile e partirà questa settimana dal nostro
magazzino di {city}.

Purtroppo un articolo non è al momento disponibile.|Il fornitore prevede la prossima consegna per il {date3}.|Se
preferite non attendere, rimborseremo volentieri {money}.

Per qualsiasi domanda siamo a disposizione al numero {phone} oppure all'indirizzo {email}.|Vi preghiamo di indicare il
numero dell'ordine.
===
Convocazione dell'assemblea

La invitiamo all'assemblea ordinaria che si terrà il {date3} alle ore 18:30 in {street}, {city}.

All'ordine del giorno: approvazione del bilancio, nomina dell'amministratore, lavori al tetto, varie ed eventuali.|La
spesa prevista è di {money}.|Chi non può partecipare può delegare un altro condomino.

Il verbale della seduta precedente è disponibile presso lo studio.|Per informazioni rivolgersi a {name}, tel. {phone}.
"""

DUTCH = """
Uw bestelling {number}

Hartelijk dank voor uw bestelling van {date}.|De meeste artikelen zijn op voorraad en verlaten deze week ons magazijn
in {city}.

Eén artikel is helaas tijdelijk niet leverbaar.|Onze leverancier verwacht de volgende levering op {date3}.|Wilt u niet
zo lang wachten, dan betalen wij {money} graag terug.

Heeft u vragen, bel ons dan op {phone} of schrijf naar {email}.|Houd uw ordernummer bij de hand.
===
Jaarlijkse controle van de verwarming

De verwarming in uw woning, {street}, wordt op {date3} tussen 8 en 12 uur gecontroleerd.|Onze monteur, {name}, komt
bij u langs.

De controle duurt ongeveer veertig minuten.|Wilt u ervoor zorgen dat de ketel en de meter bereikbaar zijn?

Bent u die dag niet thuis, geef dit dan vóór {date2} door via {phone}.|Een tweede bezoek kost {money}.
"""

POLISH = """
Zamówienie nr {number}

Dziękujemy za zamówienie z dnia {date}.|Większość towarów jest dostępna i w tym tygodniu opuści nasz magazyn.

Jeden z artykułów jest niestety chwilowo niedostępny.|Dostawca zapowiada następną dostawę na {date3}.|Jeśli nie chcą
Państwo czekać, chętnie zwrócimy kwotę {money}.

W razie pytań prosimy o telefon pod numer {phone} lub wiadomość na adres {email}.|Prosimy przygotować numer
zamówienia.
===
Zawiadomienie o przeglądzie instalacji

Uprzejmie zawiadamiamy, że w dniu {date3} w godzinach od 8 do 12 odbędzie się przegląd instalacji w budynku {street}.

Prosimy o udostępnienie lokalu oraz licznika.|Przegląd potrwa około czterdziestu minut.|Wykona go {name}.

W razie nieobecności prosimy o kontakt do dnia {date2} pod numerem {phone}.
"""

SWEDISH = """
Er order {number}

Tack för er beställning den {date}.|De flesta artiklarna finns i lager och lämnar vårt lager i {city} den här veckan.

En artikel är tyvärr tillfälligt slut.|Vår leverantör räknar med nästa leverans den {date3}.|Vill ni inte vänta så
länge återbetalar vi gärna {money}.

Har ni frågor når ni oss på {phone} eller via {email}.|Ha gärna ordernumret till hands.
===
Kallelse till årsmöte

Medlemmarna kallas till årsmöte den {date3} klockan 19 på {street} i {city}.

På dagordningen står styrelsens berättelse, bokslut, val av revisorer och inkomna motioner.|Motioner lämnas till
{name} senast den {date2}.|Kaffe serveras från klockan halv sju.
"""

PORTUGUESE = """
A sua encomenda n.º {number}

Agradecemos a sua encomenda de {date}.|A maior parte dos artigos está disponível e sairá esta semana do nosso armazém
em {city}.

Infelizmente, um dos artigos está esgotado.|O fornecedor prevê a próxima entrega para {date3}.|Se não quiser esperar,
devolveremos com gosto {money}.

Para qualquer questão, ligue para {phone} ou escreva para {email}.|Tenha consigo o número da encomenda.
===
Convocatória para assembleia de condóminos

Convocamos V. Ex.ª para a assembleia a realizar no dia {date3}, pelas 19 horas, em {street}.

A ordem de trabalhos é a seguinte: aprovação das contas, eleição da administração e obras na cobertura.|O orçamento
das obras é de {money}.|Quem não puder comparecer pode fazer-se representar.

As contas podem ser consultadas até {date2}.|O administrador, {name}, está disponível pelo telefone {phone}.
"""


def _subject(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.strip().split("\n\n"))


SUBJECTS: dict[str, tuple[tuple[str, ...], ...]] = {
    language: tuple(_subject(part) for part in text.split("==="))
    for language, text in {
        "en": ENGLISH, "de": GERMAN, "fr": FRENCH, "es": SPANISH, "it": ITALIAN, "nl": DUTCH, "pl": POLISH,
        "sv": SWEDISH, "pt": PORTUGUESE,
    }.items()
}  # fmt: skip

#: For a man, for a woman, for nobody known: "{last}" is the surname.
GREETINGS: dict[str, tuple[str, str, str]] = {
    "en": ("Dear Mr {last},", "Dear Ms {last},", "Dear Sir or Madam,"),
    "de": ("Sehr geehrter Herr {last},", "Sehr geehrte Frau {last},", "Sehr geehrte Damen und Herren,"),
    "fr": ("Monsieur,", "Madame,", "Madame, Monsieur,"),
    "es": ("Estimado Sr. {last}:", "Estimada Sra. {last}:", "Estimados señores:"),
    "it": ("Egregio Signor {last},", "Gentile Signora {last},", "Spettabile Ditta,"),
    "nl": ("Geachte heer {last},", "Geachte mevrouw {last},", "Geachte heer, mevrouw,"),
    "pl": ("Szanowny Panie,", "Szanowna Pani,", "Szanowni Państwo,"),
    "sv": ("Hej {first},", "Hej {first},", "Hej,"),
    "pt": ("Exmo. Senhor {last},", "Exma. Senhora {last},", "Exmos. Senhores,"),
}
CLOSINGS: dict[str, tuple[str, ...]] = {
    "en": ("Yours sincerely,", "Yours faithfully,", "Kind regards,", "With best wishes,"),
    "de": ("Mit freundlichen Grüßen", "Freundliche Grüße", "Mit besten Grüßen"),
    "fr": ("Veuillez agréer nos salutations distinguées.", "Cordialement,", "Bien à vous,"),
    "es": ("Atentamente,", "Un cordial saludo,", "Reciba un cordial saludo,"),
    "it": ("Distinti saluti", "Cordiali saluti", "Con i migliori saluti"),
    "nl": ("Met vriendelijke groet,", "Hoogachtend,"),
    "pl": ("Z poważaniem", "Łączę wyrazy szacunku"),
    "sv": ("Med vänliga hälsningar", "Vänliga hälsningar"),
    "pt": ("Com os melhores cumprimentos,", "Atenciosamente,"),
}
