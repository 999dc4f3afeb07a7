"""What documents print in nine languages: headings, labels, set phrases. Knows words only.

Several wordings of one label are parted by "/".
"""

from __future__ import annotations

import random

_KEYS = (
    "invoice invoice_number date due_date customer order_number bill_to ship_to description quantity unit_price "
    "amount subtotal tax total total_due page phone email bank account tax_id terms thanks cash change card item "
    "discount shipping name first_name last_name birth nationality sex address city postcode signature expires "
    "document_number subject reference receipt receipt_number cashier date_of_issue your_reference note yes no "
    "position hours balance debit credit opening closing period employer"
).split()

_TABLE: dict[str, str] = {
    "en": (
        "Invoice/INVOICE/Tax Invoice/Bill|Invoice No./Invoice number/Invoice #/Inv. No.|Date/Invoice date/Issued|"
        "Due date/Payment due/Due|Customer no./Customer ID/Account no.|Order no./PO number/Your order|"
        "Bill to/Billed to/Invoice to/Customer|Ship to/Deliver to|Description/Item/Details/Product|Qty/Quantity/Units|"
        "Unit price/Price/Rate|Amount/Line total/Total|Subtotal/Sub-total/Net amount|VAT/Tax/Sales tax|"
        "Total/TOTAL/Grand total|Total due/Amount due/Balance due|Page|Phone/Tel./Tel/Telephone|Email/E-mail|"
        "Bank|Account no.|VAT No./VAT ID/Tax ID|"
        "Please pay within 14 days of the invoice date./Payment due within 30 days, without deduction./"
        "Please quote the invoice number with your payment.|"
        "Thank you for your business!/Thank you for your order./We appreciate your custom.|Cash/CASH|Change/CHANGE|"
        "Card/VISA/Mastercard/Debit card|Item|Discount|Shipping/Delivery/Postage|Name/Full name|First name/Given names|"
        "Last name/Surname|Date of birth|Nationality|Sex|Address/Street and number|City/Town|Postcode/ZIP code|"
        "Signature|"
        "Date of expiry/Valid until/Expires|Document no./Card no.|Subject|Our reference/Our ref.|Receipt/RECEIPT|"
        "Receipt No./Bill No./Trans|Cashier/Served by/Operator|Date of issue|Your reference/Your ref.|Notes/Remarks|"
        "Yes|No|"
        "Pos./No./#|Hours|Balance|Debit/Money out/Paid out|Credit/Money in/Paid in|Opening balance|Closing balance|"
        "Period/Statement period|Employer/Company"
    ),
    "de": (
        "Rechnung/RECHNUNG|Rechnungsnummer/Rechnungs-Nr./Rechnung Nr.|Datum/Rechnungsdatum|Fällig am/Zahlbar bis|"
        "Kundennummer/Kunden-Nr.|Bestellnummer/Auftrags-Nr.|Rechnungsempfänger/Kunde|Lieferanschrift|"
        "Bezeichnung/Beschreibung/Leistung/Artikel|Menge/Anzahl|Einzelpreis/E-Preis|Gesamt/Betrag/Summe|"
        "Zwischensumme/Nettobetrag|MwSt./USt.|Gesamtbetrag/Rechnungsbetrag/Bruttobetrag|Zu zahlen/Offener Betrag|Seite|"
        "Telefon/Tel.|E-Mail|Bank/Bankverbindung|Konto|USt-IdNr./Steuernummer|"
        "Bitte zahlen Sie innerhalb von 14 Tagen ohne Abzug./Zahlbar sofort ohne Abzug.|"
        "Vielen Dank für Ihren Auftrag!/Wir danken für Ihr Vertrauen.|Bar/BAR|Rückgeld|EC-Karte/Girocard/VISA|Artikel|"
        "Rabatt|Versand/Versandkosten|Name|Vorname/Vornamen|Nachname/Name|Geburtsdatum/Geburtstag|Staatsangehörigkeit|"
        "Geschlecht|Anschrift/Straße und Hausnummer|Ort/Wohnort|PLZ|Unterschrift|Gültig bis|Ausweisnummer/Karten-Nr.|"
        "Betreff|Unser Zeichen|Quittung/Kassenbon|Bon-Nr./Beleg-Nr.|Kasse/Bediener|Ausgestellt am|Ihr Zeichen|"
        "Bemerkungen/Hinweise|Ja|Nein|Pos.|Stunden|Saldo/Kontostand|Soll/Ausgang|Haben/Eingang|Alter Saldo|Neuer Saldo|"
        "Zeitraum|Arbeitgeber/Firma"
    ),
    "fr": (
        "Facture/FACTURE|N° de facture/Facture n°|Date/Date de facture|Échéance/À régler avant le|N° client/Client n°|"
        "N° de commande|Facturé à/Client|Livré à/Adresse de livraison|Désignation/Description|Qté/Quantité|"
        "Prix unitaire/P.U. HT|Montant/Montant HT/Total HT|Sous-total/Total HT|TVA|Total TTC/TOTAL TTC|"
        "Net à payer/Montant dû|Page|Téléphone/Tél.|Courriel/E-mail|Banque|Compte|N° TVA/TVA intracom.|"
        "Paiement à 30 jours, sans escompte./Merci de régler sous quinze jours.|"
        "Merci de votre confiance./Merci pour votre commande.|Espèces/ESPECES|Rendu/RENDU MONNAIE|Carte bancaire/CB|"
        "Article|"
        "Remise|Frais de port/Livraison|Nom|Prénom/Prénoms|Nom|Date de naissance/Né(e) le|Nationalité|Sexe|Adresse|"
        "Ville/Commune|Code postal|Signature|Valable jusqu'au/Expire le|N° du document/Carte n°|Objet|Nos "
        "références/N/Réf.|"
        "Reçu/TICKET|Ticket n°/Reçu n°|Caissier/Caisse|Délivré le|Vos références|Remarques|Oui|Non|N°|Heures|Solde|"
        "Débit|"
        "Crédit|Ancien solde|Nouveau solde|Période|Employeur/Société"
    ),
    "es": (
        "Factura/FACTURA|N.º de factura/Factura n.º|Fecha/Fecha de factura|Vencimiento|N.º de cliente|N.º de pedido|"
        "Facturar a/Cliente|Enviar a|Descripción/Concepto|Cantidad/Cant.|Precio unitario/Precio|Importe|"
        "Subtotal/Base imponible|IVA|Total/TOTAL|Total a pagar|Página|Teléfono/Tel.|Correo electrónico|Banco|Cuenta|"
        "NIF/CIF|"
        "Pago a 30 días desde la fecha de factura./Rogamos indiquen el número de factura.|"
        "Gracias por su confianza./¡Gracias por su compra!|Efectivo/EFECTIVO|Cambio/CAMBIO|Tarjeta|Artículo|Descuento|"
        "Gastos de envío/Envío|Nombre|Nombre|Apellidos|Fecha de nacimiento|Nacionalidad|Sexo|Domicilio/Dirección|"
        "Localidad|"
        "Código postal/C.P.|Firma|Válido hasta|N.º de documento|Asunto|Nuestra referencia|Recibo/TICKET|N.º de ticket|"
        "Cajero/Le atendió|Fecha de expedición|Su referencia|Observaciones|Sí|No|N.º|Horas|Saldo|Cargo/Debe|"
        "Abono/Haber|"
        "Saldo anterior|Saldo final|Periodo|Empresa"
    ),
    "it": (
        "Fattura/FATTURA|Fattura n./Numero fattura|Data/Data fattura|Scadenza|Codice cliente|Ordine n.|"
        "Spett.le/Intestatario/Cliente|Destinazione merce|Descrizione/Articolo|Quantità/Q.tà|Prezzo unitario/Prezzo|"
        "Importo|"
        "Imponibile/Subtotale|IVA|Totale/TOTALE|Totale da pagare|Pagina|Telefono/Tel.|E-mail|Banca|Conto|P. "
        "IVA/Partita IVA|"
        "Pagamento a 30 giorni data fattura./Si prega di indicare il numero della fattura.|"
        "Grazie per averci scelto./Grazie per l'acquisto!|Contanti/CONTANTI|Resto/RESTO|Carta/Bancomat|Articolo|Sconto|"
        "Spedizione/Spese di spedizione|Nome|Nome|Cognome|Data di nascita|Cittadinanza|Sesso|Indirizzo|Comune/Città|"
        "CAP|"
        "Firma|Valida fino al/Scadenza|Numero del documento|Oggetto|Nostro riferimento|Ricevuta/SCONTRINO|Scontrino n.|"
        "Cassiere/Operatore|Rilasciata il|Vostro riferimento|Note|Sì|No|N.|Ore|Saldo|Dare/Uscite|Avere/Entrate|"
        "Saldo iniziale|Saldo finale|Periodo|Azienda"
    ),
    "nl": (
        "Factuur/FACTUUR|Factuurnummer/Factuurnr.|Datum/Factuurdatum|Vervaldatum|Klantnummer/Klantnr.|Ordernummer|"
        "Factuur aan/Klant|Afleveradres|Omschrijving|Aantal|Prijs per stuk/Prijs|Bedrag/Totaal|Subtotaal|Btw/BTW|"
        "Totaal/TOTAAL|Te betalen|Pagina|Telefoon/Tel.|E-mail|Bank|Rekening|Btw-nummer|"
        "Gelieve binnen 14 dagen te betalen./Betaling binnen 30 dagen na factuurdatum.|"
        "Bedankt voor uw bestelling./Dank voor uw vertrouwen.|Contant/CONTANT|Wisselgeld|Pinpas/PIN|Artikel|Korting|"
        "Verzendkosten|Naam|Voornaam/Voornamen|Achternaam|Geboortedatum|Nationaliteit|Geslacht|Adres|Woonplaats|"
        "Postcode|"
        "Handtekening|Geldig tot|Documentnummer|Onderwerp/Betreft|Ons kenmerk|Kassabon|Bonnummer|Kassa/Medewerker|"
        "Datum van afgifte|Uw kenmerk|Opmerkingen|Ja|Nee|Nr.|Uren|Saldo|Af|Bij|Beginsaldo|Eindsaldo|Periode|Werkgever"
    ),
    "pl": (
        "Faktura/FAKTURA VAT|Numer faktury/Faktura nr|Data/Data wystawienia|Termin płatności|Numer klienta|"
        "Numer zamówienia|Nabywca|Adres dostawy|Nazwa towaru/Opis|Ilość|Cena jedn./Cena|Wartość/Kwota|Razem netto|VAT|"
        "Razem/Do zapłaty|Do zapłaty|Strona|Telefon/Tel.|E-mail|Bank|Konto|NIP|"
        "Prosimy o płatność w ciągu 14 dni./Płatność przelewem w terminie 30 dni.|"
        "Dziękujemy za zakupy!/Dziękujemy za zaufanie.|Gotówka/GOTÓWKA|Reszta|Karta/KARTA|Towar|Rabat|Dostawa|"
        "Imię i nazwisko|Imię/Imiona|Nazwisko|Data urodzenia|Obywatelstwo|Płeć|Adres|Miejscowość|Kod pocztowy|Podpis|"
        "Data ważności|Numer dokumentu|Temat/Dotyczy|Nasz znak|Paragon/PARAGON FISKALNY|Nr paragonu|Kasjer|Data "
        "wydania|"
        "Państwa znak|Uwagi|Tak|Nie|Lp.|Godziny|Saldo|Obciążenia|Uznania|Saldo początkowe|Saldo końcowe|Okres|"
        "Pracodawca"
    ),
    "sv": (
        "Faktura/FAKTURA|Fakturanummer/Fakturanr|Datum/Fakturadatum|Förfallodatum/Förfaller|Kundnummer/Kundnr|"
        "Ordernummer|"
        "Faktureras till/Kund|Leveransadress|Beskrivning/Benämning|Antal|À-pris/Pris|Belopp/Summa|Delsumma/Netto|Moms|"
        "Totalt/Summa|Att betala|Sida|Telefon/Tel|E-post|Bank|Konto|Momsreg.nr/VAT-nr|"
        "Betalas inom 30 dagar från fakturadatum./Ange fakturanummer vid betalning.|"
        "Tack för din beställning!/Tack för förtroendet.|Kontant|Växel/Tillbaka|Kort/Bankkort|Artikel|Rabatt|Frakt|"
        "Namn|"
        "Förnamn|Efternamn|Födelsedatum|Nationalitet|Kön|Adress|Ort|Postnummer|Underskrift|Giltigt till och med|"
        "Kortnummer|Ämne/Ang.|Vår referens|Kvitto/KVITTO|Kvittonr|Kassör/Kassa|Utfärdat|Er referens|Anmärkningar|Ja|"
        "Nej|Nr|"
        "Timmar|Saldo|Uttag|Insättning|Ingående saldo|Utgående saldo|Period|Arbetsgivare"
    ),
    "pt": (
        "Fatura/FATURA|N.º da fatura/Fatura n.º|Data/Data de emissão|Vencimento|N.º de cliente|N.º de encomenda|"
        "Faturado a/Cliente|Entregar a|Descrição/Artigo|Qtd./Quantidade|Preço unitário/Preço|Valor/Total|Subtotal|IVA|"
        "Total/TOTAL|Total a pagar|Página|Telefone/Tel.|E-mail|Banco|Conta|NIF|"
        "Pagamento a 30 dias da data da fatura./Agradecemos a indicação do número da fatura.|"
        "Obrigado pela preferência!/Obrigado pela sua confiança.|Dinheiro/NUMERÁRIO|Troco/TROCO|Cartão/Multibanco|"
        "Artigo|"
        "Desconto|Portes de envio|Nome|Nome próprio/Nomes|Apelidos/Apelido|Data de nascimento|Nacionalidade|Sexo|"
        "Morada|"
        "Localidade|Código postal|Assinatura|Válido até|N.º do documento|Assunto|Nossa referência|Recibo/TALÃO|Talão "
        "n.º|"
        "Operador/Caixa|Data de emissão|Sua referência|Observações|Sim|Não|N.º|Horas|Saldo|Débito|Crédito|Saldo "
        "inicial|"
        "Saldo final|Período|Empresa"
    ),
}


def _parsed(text: str) -> dict[str, tuple[str, ...]]:
    entries = text.split("|")
    if len(entries) != len(_KEYS):
        raise ValueError(f"{len(entries)} labels for {len(_KEYS)} keys: {text[:40]}")
    # "N/Réf." is one wording with a slash of its own, the only one.
    return {
        key: tuple(w.replace("\0", "/") for w in entry.replace("N/Réf.", "N\0Réf.").split("/"))
        for key, entry in zip(_KEYS, entries, strict=True)
    }


LABELS: dict[str, dict[str, tuple[str, ...]]] = {language: _parsed(text) for language, text in _TABLE.items()}


class Labels:
    """The wordings of one document: each label is drawn once and stays the same."""

    def __init__(self, language: str, rng: random.Random) -> None:
        self.language = language
        self.chosen = {key: rng.choice(wordings) for key, wordings in LABELS[language].items()}

    def __getitem__(self, key: str) -> str:
        return self.chosen[key]

    def first(self, key: str) -> str:
        """The wording that suits every document: "Date", where an invoice may have "Invoice date"."""
        return LABELS[self.language][key][0]
