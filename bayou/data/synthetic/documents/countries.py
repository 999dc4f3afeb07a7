"""Eleven countries' names, streets, towns, numbers and forms. Knows lists only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """What documents of a country are filled with; "#" stands for a digit and "@" for a letter in patterns."""

    name: str
    language: str
    weight: float
    symbols: tuple[str, ...]
    currency: str
    symbol_first: bool
    thousands: str
    point: str
    dates: tuple[str, ...]
    long_date: str
    men: tuple[str, ...]
    women: tuple[str, ...]
    surnames: tuple[str, ...]
    streets: tuple[str, ...]
    street: str
    cities: tuple[str, ...]
    postcode: str
    town: str
    phones: tuple[str, ...]
    tax_id: str
    iban: str
    forms: tuple[str, ...]
    trades: tuple[str, ...]
    banks: tuple[str, ...]
    domain: str
    vat: tuple[float, ...]


MONTHS: dict[str, tuple[str, ...]] = {
    language: tuple(months.split())
    for language, months in {
        "en": "January February March April May June July August September October November December",
        "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "nl": "januari februari maart april mei juni juli augustus september oktober november december",
        "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "sv": "januari februari mars april maj juni juli augusti september oktober november december",
        "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    }.items()
}

_ENGLISH_MEN = tuple(
    "James Oliver George Henry Thomas William Jack Samuel Daniel Peter Andrew Edward Martin Simon Robert David Paul "
    "Michael Christopher Joseph Arthur Leonard Kevin Brian Owen Callum Graham Stuart Nigel Adam".split()
)
_ENGLISH_WOMEN = tuple(
    "Emma Olivia Charlotte Alice Sarah Helen Margaret Jane Catherine Rachel Laura Susan Elizabeth Hannah Grace Ruth "
    "Victoria Claire Joanna Diana Fiona Heather Megan Rosemary Julia Nicola Abigail Frances Lucy Eleanor".split()
)
_ENGLISH_TRADES = tuple(
    "Engineering|Consulting|Logistics|Design|Software|Catering|Furniture|Printing|Construction|Electrical|Plumbing|"
    "Garden Centre|Motors|Stationery|Textiles|Legal Services|Insurance|Dental Care|Veterinary Clinic|Books|Energy|"
    "Packaging|Fitness|Bakery|Interiors|Photography|Travel|Security|Water Supply|Telecom".split("|")
)

COUNTRIES: dict[str, Country] = {
    "GB": Country(
        "United Kingdom", "en", 3, ("£",), "GBP", True, ",", ".",
        ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd} {mon} {yyyy}", "{dd}.{mm}.{yy}"), "{d} {month} {yyyy}",
        _ENGLISH_MEN, _ENGLISH_WOMEN,
        tuple("Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker "
            "White "
              "Roberts Green Hall Wood Clarke Hughes Edwards Turner Hill Moore Cooper Ward Morgan Baker O'Connor "
              "MacDonald Fletcher Whitaker Ashworth Pemberton Singh Khan Begum Adeyemi Sinclair".split()),
        tuple("High Street|Church Lane|Station Road|Victoria Road|Mill Lane|Park Road|The Crescent|Queens Drive|"
            "London Road|"
              "Manor Close|Albert Street|Kingsway|Bridge Street|Orchard Way|Castle Hill|North Parade".split("|")),
        "{n} {street}",
        tuple("Leeds|Bristol|Norwich|York|Cardiff|Bath|Exeter|Oxford|Glasgow|Sheffield|Derby|Ipswich|Durham|Perth|"
            "Truro|"
              "Lincoln|Chester|Swansea|Cambridge|Reading".split("|")),
        "@@# #@@", "{town} {postcode}", ("01### ######", "020 #### ####", "07### ######", "+44 1### ######"),
        "GB ### #### ##", "GB## @@@@ #### #### #### ##", ("Ltd", "Ltd", "Limited", "plc", "LLP", "& Sons", ""),
        _ENGLISH_TRADES, ("Northern Counties Bank", "Albion Bank", "Severn Mutual", "Thames & Trent Bank"), "co.uk",
        (20, 20, 5, 0),
    ),
    "US": Country(
        "USA", "en", 3, ("$",), "USD", True, ",", ".",
        ("{mm}/{dd}/{yyyy}", "{month} {d}, {yyyy}", "{mon} {d}, {yyyy}", "{m}/{d}/{yy}"), "{month} {d}, {yyyy}",
        (*_ENGLISH_MEN, "Tyler", "Brandon", "Jose", "Carlos", "Jamal", "Scott", "Greg", "Todd"),
        (*_ENGLISH_WOMEN, "Ashley", "Brittany", "Maria", "Kimberly", "Tiffany", "Nancy", "Brenda"),
        tuple("Johnson Miller Davis Garcia Rodriguez Wilson Martinez Anderson Thomas Hernandez Jackson Martin Lee "
            "Perez "
              "Harris Sanchez Clark Ramirez Lewis Young Allen King Scott Torres Nguyen Flores Adams Nelson Rivera "
              "Mitchell "
              "Carter Gomez Phillips Kim Reyes Cruz Bailey Kowalski Schultz Bennett".split()),
        tuple("Main St|Oak Ave|Maple Drive|2nd Street|Washington Blvd|Lakeview Rd|Sunset Blvd|Elm Street|Park Ave|"
            "Pine Court|"
              "Cedar Lane|Jefferson Pkwy|River Road|Hickory Ln|W 34th St|Commerce Dr".split("|")),
        "{n} {street}",
        tuple("Portland, OR|Austin, TX|Boise, ID|Dayton, OH|Albany, NY|Tucson, AZ|Madison, WI|Fresno, CA|Tampa, FL|"
              "Denver, CO|Omaha, NE|Buffalo, NY|Raleigh, NC|Salem, OR|Mobile, AL|Reno, NV|Lansing, MI|Dallas, "
              "TX".split("|")),
        "#####", "{town} {postcode}", ("(5##) ###-####", "###-###-####", "1-800-###-####", "+1 ### ### ####"),
        "##-#######", "########## ####", ("Inc.", "LLC", "Corp.", "Co.", "& Sons", "Group"),
        _ENGLISH_TRADES, ("First Prairie Bank", "Cascade Federal", "Lone Pine Bank", "Harbor Trust"), "com",
        (8.25, 6, 7.5, 0),
    ),
    "DE": Country(
        "Deutschland", "de", 2, ("€", "EUR"), "EUR", False, ".", ",",
        ("{dd}.{mm}.{yyyy}", "{d}. {month} {yyyy}", "{dd}.{mm}.{yy}"), "{d}. {month} {yyyy}",
        tuple("Jürgen Matthias Stefan Andreas Thomas Michael Klaus Wolfgang Uwe Jörg Florian Lukas Felix Maximilian "
            "Günther "
              "Rüdiger Björn Tobias Sebastian Karl-Heinz".split()),
        tuple("Sabine Monika Petra Ursula Käthe Anja Katharina Hannelore Birgit Jutta Lena Sophie Änne Gisela Heike "
            "Martina "
              "Franziska Elke Silke Dörte".split()),
        tuple("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter "
            "Klein "
              "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann "
              "Köhler "
              "Groß Weiß Jäger Böhm Vogel Öztürk Kowalski".split()),
        tuple("Hauptstraße|Bahnhofstraße|Gartenweg|Schulstraße|Lindenallee|Am Mühlbach|Goethestraße|Kirchplatz|"
            "Ringstraße|"
              "Bergstr.|Schillerstr.|Wiesengrund|Marktplatz|Rosenweg|Industriestraße".split("|")),
        "{street} {n}",
        tuple("Köln|München|Leipzig|Würzburg|Kassel|Lübeck|Freiburg|Düsseldorf|Göttingen|Jena|Ulm|Trier|Rostock|Aachen|"
              "Osnabrück|Bonn|Erfurt|Kiel".split("|")),
        "#####", "{postcode} {town}", ("0### ######", "0##/#######", "+49 ### #######", "01## ########"),
        "DE#########", "DE## #### #### #### #### ##", ("GmbH", "GmbH", "AG", "KG", "e.K.", "GmbH & Co. KG", "OHG"),
        tuple("Elektrotechnik|Bürobedarf|Maschinenbau|Gartenbau|Druckerei|Schreinerei|Buchhandlung|Haustechnik|"
            "Autohaus|"
              "Möbelhaus|Steuerberatung|Metallbau|Bäckerei|Logistik|Versicherungen|Energie".split("|")),
        ("Sparkasse Rheintal", "Volksbank Mitte", "Nordbank AG", "Stadtsparkasse"), "de", (19, 19, 7),
    ),
    "FR": Country(
        "France", "fr", 1.5, ("€",), "EUR", False, " ", ",",
        ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd}/{mm}/{yy}"), "{d} {month} {yyyy}",
        tuple("Jean François Michel Philippe Étienne Rémi Benoît Olivier Nicolas Julien Hervé Gérard Thierry Loïc Yves "
              "Frédéric Cédric Antoine Mathieu Jérôme".split()),
        tuple("Marie Hélène Françoise Chloé Léa Camille Sylvie Aurélie Céline Élodie Brigitte Inès Zoé Margaux "
            "Véronique "
              "Agnès Noémie Anaïs Geneviève Mireille".split()),
        tuple("Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefèvre Michel "
            "Garcia "
              "Roux Fournier Girard Bonnet Mercier Blanc Guérin Faure Rousseau Béranger Chevalier Gauthier Perrin "
              "Lemaître "
              "Benoît Noël".split()),
        tuple("rue de la République|avenue Victor-Hugo|rue des Écoles|boulevard Gambetta|place de l'Église|rue du "
            "Moulin|"
              "chemin des Vignes|rue Pasteur|allée des Tilleuls|quai de Saône|rue Émile-Zola|impasse du "
              "Château".split("|")),
        "{n}, {street}",
        tuple("Lyon|Nantes|Orléans|Besançon|Nîmes|Angoulême|Dijon|Reims|Tours|Béziers|Grenoble|Rennes|Le Mans|Évreux|"
            "Metz|"
              "Saint-Étienne".split("|")),
        "#####", "{postcode} {town}", ("0# ## ## ## ##", "+33 # ## ## ## ##", "06 ## ## ## ##"),
        "FR ## #########", "FR## #### #### #### #### #### ###", ("SARL", "SAS", "SA", "EURL", "& Fils", ""),
        tuple("Électricité|Menuiserie|Librairie|Boulangerie|Assurances|Plomberie|Imprimerie|Jardins|Transports|Optique|"
              "Conseil|Énergie|Mobilier|Papeterie|Garage".split("|")),
        ("Banque du Midi", "Crédit de Loire", "Caisse du Rhône"), "fr", (20, 20, 10, 5.5),
    ),
    "ES": Country(
        "España", "es", 1.2, ("€",), "EUR", False, ".", ",",
        ("{dd}/{mm}/{yyyy}", "{d} de {month} de {yyyy}", "{dd}-{mm}-{yyyy}"), "{d} de {month} de {yyyy}",
        tuple("José Antonio Manuel Javier Ángel Jesús Iñaki Álvaro Sergio Andrés Joaquín Raúl Íñigo Rubén "
            "Tomás".split()),
        tuple("María Carmen Lucía Sofía Pilar Núria Begoña Rocío Inés Mónica Elena Beatriz Ángela Concepción "
            "Raquel".split()),
        tuple("García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández "
            "Díaz "
              "Moreno Muñoz Álvarez Romero Alonso Gutiérrez Núñez Ibáñez Peña Cañizares Ordóñez".split()),
        tuple("Calle Mayor|Avda. de la Constitución|Calle del Río|Paseo de Gracia|Plaza España|Calle San José|C/ "
            "Alcalá|"
              "Ronda Norte|Calle Cervantes|Camino Viejo".split("|")),
        "{street}, {n}",
        tuple("Zaragoza|Málaga|Cádiz|León|Gijón|Valencia|Burgos|Logroño|Cáceres|Granada|A Coruña|Alcalá de Henares|"
              "Murcia|Almería".split("|")),
        "#####", "{postcode} {town}", ("9## ### ###", "6## ## ## ##", "+34 9## ### ###"), "B########",
        "ES## #### #### #### #### ####", ("S.L.", "S.A.", "S.L.U.", "e Hijos", ""),
        tuple("Construcciones|Ferretería|Librería|Muebles|Transportes|Asesoría|Imprenta|Electricidad|Jardinería|"
            "Panadería|"
              "Seguros|Óptica|Talleres".split("|")),
        ("Banco del Ebro", "Caja Levante", "Banca Norteña"), "es", (21, 21, 10),
    ),
    "IT": Country(
        "Italia", "it", 1, ("€",), "EUR", True, ".", ",",
        ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd}.{mm}.{yyyy}"), "{d} {month} {yyyy}",
        tuple("Marco Giuseppe Luca Giovanni Alessandro Paolo Niccolò Matteo Franco Sergio Davide Stefano "
            "Roberto".split()),
        tuple("Giulia Francesca Chiara Maria Anna Elisa Paola Valentina Lucia Silvia Beatrice Martina "
            "Federica".split()),
        tuple("Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini "
              "Costa Giordano Rizzo Lombardi Moretti D'Angelo Fontana Nicolò".split()),
        tuple("Via Roma|Via Garibaldi|Corso Italia|Piazza Duomo|Via Dante|Viale Europa|Via Mazzini|Vicolo Stretto|"
              "Via della Libertà".split("|")),
        "{street}, {n}",
        tuple("Bologna|Torino|Verona|Forlì|Parma|Trieste|Bari|Pisa|Lecce|Cantù|Padova|Udine|Siena|Ancona".split("|")),
        "#####", "{postcode} {town}", ("0## #######", "+39 0## ######", "3## ### ####"), "IT ###########",
        "IT## @ ##### ##### ############", ("S.r.l.", "S.p.A.", "S.n.c.", "& Figli", ""),
        tuple("Elettronica|Costruzioni|Libreria|Arredamenti|Trasporti|Tipografia|Panificio|Officina|Ceramiche|Ottica|"
              "Assicurazioni|Impianti".split("|")),
        ("Banca Adriatica", "Credito Padano", "Cassa di Liguria"), "it", (22, 22, 10, 4),
    ),
    "NL": Country(
        "Nederland", "nl", 0.8, ("€",), "EUR", True, ".", ",",
        ("{dd}-{mm}-{yyyy}", "{d} {month} {yyyy}"), "{d} {month} {yyyy}",
        tuple("Jan Pieter Daan Sander Joost Willem Bram Thijs Ruben Maarten Hendrik Coen".split()),
        tuple("Anna Sanne Fleur Marieke Eva Ingrid Lotte Noor Femke Renée Zoë Anouk".split()),
        tuple("de Jong|Jansen|de Vries|van den Berg|Bakker|Visser|Smit|Meijer|de Boer|Mulder|Bos|Vos|Peters|Hendriks|"
              "van Dijk|Dekker|Brouwer|Koster".split("|")),
        tuple("Dorpsstraat|Kerkstraat|Molenweg|Stationsplein|Nieuwegracht|Julianalaan|Havenkade|Beukenlaan|"
            "Marktstraat".split("|")),
        "{street} {n}", tuple("Utrecht|Leiden|Haarlem|Breda|Zwolle|Groningen|Delft|Arnhem|Tilburg|Assen".split("|")),
        "#### @@", "{postcode} {town}", ("0##-#######", "+31 ## ### ####", "06-########"), "NL#########B01",
        "NL## @@@@ #### #### ##", ("B.V.", "B.V.", "V.O.F.", "N.V.", "& Zn."),
        tuple("Techniek|Drukkerij|Meubelen|Advies|Transport|Bloemen|Boekhandel|Installaties|Bouw|"
            "Verzekeringen".split("|")),
        ("Delta Bank", "Bank van het Noorden", "Polder Krediet"), "nl", (21, 21, 9),
    ),
    "PL": Country(
        "Polska", "pl", 0.8, ("zł", "PLN"), "PLN", False, " ", ",",
        ("{dd}.{mm}.{yyyy}", "{yyyy}-{mm}-{dd}", "{d} {month} {yyyy}"), "{d} {month} {yyyy}",
        tuple("Łukasz Michał Paweł Grzegorz Jan Stanisław Krzysztof Wojciech Tomasz Rafał Bartłomiej Józef".split()),
        tuple("Małgorzata Agnieszka Zofia Elżbieta Hanna Katarzyna Świętosława Joanna Bożena Ewa Grażyna "
            "Kinga".split()),
        tuple("Nowak Kowalczyk Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski "
            "Mazur "
              "Jankowski Kwiatkowski Krawczyk Piątek Zając Król".split()),
        tuple("ul. Długa|ul. Kościuszki|al. Jana Pawła II|ul. Ogrodowa|ul. Leśna|pl. Wolności|ul. Słoneczna|"
              "ul. Żeromskiego|ul. Krótka".split("|")),
        "{street} {n}", tuple("Łódź|Kraków|Gdańsk|Wrocław|Poznań|Białystok|Toruń|Rzeszów|Częstochowa|Opole|"
        "Zamość".split("|")),
        "##-###", "{postcode} {town}", ("## ### ## ##", "+48 ### ### ###"), "###-###-##-##",
        "PL## #### #### #### #### #### ####", ("Sp. z o.o.", "S.A.", "s.c.", "Sp. j."),
        tuple("Budownictwo|Drukarnia|Meble|Księgarnia|Transport|Elektronika|Piekarnia|Ogrody|Usługi|Handel".split("|")),
        ("Bank Wiślany", "Bank Mazowiecki", "Kasa Śląska"), "pl", (23, 23, 8, 5),
    ),
    "SE": Country(
        "Sverige", "sv", 0.6, ("kr", "SEK"), "SEK", False, " ", ",",
        ("{yyyy}-{mm}-{dd}", "{d} {month} {yyyy}"), "{d} {month} {yyyy}",
        tuple("Lars Anders Björn Göran Åke Erik Johan Magnus Nils Håkan Oskar Mårten".split()),
        tuple("Anna Eva Åsa Ingrid Karin Maj-Britt Linnéa Elsa Märta Kristina Sofia Gunilla".split()),
        tuple("Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Lindström Sjöberg Ångström Bergqvist "
            "Löfgren "
              "Åkesson Holm Wikström Öberg".split()),
        tuple("Storgatan|Kungsgatan|Östra Ågatan|Björkvägen|Skolgatan|Hamngatan|Ringvägen|Ängsvägen".split("|")),
        "{street} {n}", tuple("Malmö|Göteborg|Örebro|Umeå|Växjö|Linköping|Gävle|Luleå|Uppsala|Borås".split("|")),
        "### ##", "{postcode} {town}", ("0##-### ## ##", "+46 ## ### ## ##", "070-### ## ##"), "SE##########01",
        "SE## #### #### #### #### ####", ("AB", "AB", "HB", "& Co"),
        tuple("Elteknik|Tryckeri|Möbler|Bygg|Bokhandel|Trädgård|Åkeri|Konsult|Bageri|Rör".split("|")),
        ("Mälarbanken", "Sparbanken Väst", "Norrlands Bank"), "se", (25, 25, 12),
    ),
    "PT": Country(
        "Portugal", "pt", 0.8, ("€",), "EUR", False, ".", ",",
        ("{dd}/{mm}/{yyyy}", "{d} de {month} de {yyyy}", "{yyyy}-{mm}-{dd}"), "{d} de {month} de {yyyy}",
        tuple("João António José Luís Rui Tiago Simão Nuno Duarte Gonçalo Vítor Estêvão".split()),
        tuple("Ana Inês Conceição Joana Mariana Catarina Lúcia Sofia Leonor Beatriz Fátima Graça".split()),
        tuple("Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Gonçalves Araújo Magalhães Simões "
              "Guimarães Assunção Leitão Falcão Brandão".split()),
        tuple("Rua Augusta|Avenida da Liberdade|Rua do Comércio|Largo da Sé|Rua de São João|Travessa do Poço|"
              "Praça da República|Rua das Flores".split("|")),
        "{street}, {n}", tuple("Évora|Braga|Coimbra|Setúbal|Guimarães|Faro|Aveiro|Bragança|Viseu|Leiria|"
        "Santarém".split("|")),
        "####-###", "{postcode} {town}", ("21# ### ###", "9## ### ###", "+351 2## ### ###"), "PT #########",
        "PT50 #### #### ########### ##", ("Lda.", "S.A.", "& Filhos", "Unipessoal Lda."),
        tuple("Construções|Papelaria|Móveis|Tipografia|Transportes|Padaria|Electrónica|Seguros|Livraria".split("|")),
        ("Banco do Tejo", "Caixa do Minho"), "pt", (23, 23, 13, 6),
    ),
    "MY": Country(
        "Malaysia", "en", 1.2, ("RM",), "MYR", True, ",", ".",
        ("{dd}/{mm}/{yyyy}", "{dd}-{mm}-{yyyy}", "{dd} {mon} {yyyy}", "{dd}/{mm}/{yy}"), "{d} {month} {yyyy}",
        tuple("Ahmad Muhammad Wei Ming Raj Kumar Azlan Hafiz Jia Hao Suresh Faizal Daniel Zulkifli Kok Leong".split()),
        tuple("Nurul Siti Aisyah Mei Ling Hui Xin Priya Lakshmi Farah Noraini Su Ann Kavitha Yee Ching Azlina".split()),
        tuple("Abdullah|Rahman|Tan|Lim|Wong|Ng|Lee|Chong|Goh|Subramaniam|Ismail|Hassan|Yusof|Ooi|Teoh|Krishnan|Chua|"
              "bin Osman|binti Salleh".split("|")),
        tuple("Jalan Ampang|Jalan Kenanga|Lorong Utama|Jalan Mawar|Persiaran Timur|Jalan SS 2/24|Lebuh Pantai|"
              "Taman Melati|Jalan Bukit Bintang|Jalan Perdana 3".split("|")),
        "No. {n}, {street}",
        tuple("Kuala Lumpur|Petaling Jaya|Shah Alam|Johor Bahru|Ipoh|Melaka|Klang|Seremban|Kuching|Puchong".split("|")),
        "#####", "{postcode} {town}", ("03-#### ####", "+60 3 #### ####", "01#-### ####", "07-### ####"),
        "0000########", "#### #### ####", ("Sdn Bhd", "Sdn. Bhd.", "Enterprise", "(M) Sdn Bhd", "Trading"),
        tuple("Hardware|Stationery|Restaurant|Electrical|Trading|Auto Parts|Bakery|Pharmacy|Books|Logistics|Food Court|"
              "Mini Market|Optical|Printing".split("|")),
        ("Bank Selatan", "Straits Banking", "Maju Bank"), "com.my", (6, 6, 8),
    ),
}  # fmt: skip
