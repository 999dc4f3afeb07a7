"""What firms sell and tills print, in nine languages. Knows lists only."""

from __future__ import annotations

import random

_GOODS: dict[str, tuple[str, ...]] = {
    language: tuple(text.split("|"))
    for language, text in {
        "en": "Oak shelf, 120 cm|Desk lamp, black|Office chair|Printer cartridge XL|Copy paper A4, 500 sheets|Site "
        "survey|"
        "Consulting, senior|Installation and set-up|Maintenance contract, monthly|LED panel 60 × 60|Steel bracket M8|"
        "Network cable Cat 6, 10 m|Catering for 20 people|Window cleaning|Logo design|Translation EN–DE, per page|"
        "Wall paint, matt white, 10 l|Ceramic tiles, grey, per m²|Hosting, 12 months|Software licence, 5 users|"
        "Delivery and assembly|USB-C docking station|Monitor 27 inch|Keyboard, wireless|Drill bit set, 13 pieces|"
        "Garden bench, teak|Fire extinguisher check|Photography, half day|Brochure, 500 copies|Toner, cyan|"
        "Replacement filter|Hourly labour|Travel expenses|Door handle, brushed steel|Safety boots, size 43|Roof "
        "inspection",
        "de": "Bürostuhl, schwarz|Schreibtischlampe|Kopierpapier A4, 500 Blatt|Montage vor Ort|Arbeitsstunden Geselle|"
        "Anfahrtspauschale|Druckerpatrone XL|Wartungsvertrag, monatlich|Wandfarbe weiß, 10 l|Fliesen grau, je m²|"
        "Netzwerkkabel 10 m|Beratung, pauschal|Türgriff, Edelstahl|Heizkörperventil|Entsorgung Altmaterial|Regalbrett "
        "Eiche|"
        "Softwarelizenz, 5 Plätze|Dachrinne, verzinkt|Übersetzung je Seite|Gerüst, je Woche|Bohrer-Set, 13-teilig",
        "fr": "Chaise de bureau|Lampe de bureau|Papier A4, 500 feuilles|Pose et réglages|Main-d'œuvre, heure|"
        "Frais de déplacement|Cartouche d'encre XL|Contrat d'entretien mensuel|Peinture blanche, 10 l|Carrelage gris, "
        "m²|"
        "Câble réseau 10 m|Étude préalable|Poignée de porte inox|Nettoyage des vitres|Étagère chêne|Licence logiciel|"
        "Création du logo|Traduction, la page|Évacuation des gravats|Filtre de rechange",
        "es": "Silla de oficina|Lámpara de mesa|Papel A4, 500 hojas|Montaje e instalación|Mano de obra, hora|"
        "Desplazamiento|Cartucho de tinta XL|Mantenimiento mensual|Pintura blanca, 10 l|Azulejo gris, m²|Cable de red "
        "10 m|"
        "Asesoramiento|Manilla de acero|Limpieza de cristales|Estantería de roble|Licencia de software|Diseño de "
        "logotipo|"
        "Filtro de repuesto|Puerta de aluminio|Transporte",
        "it": "Sedia da ufficio|Lampada da tavolo|Carta A4, 500 fogli|Montaggio|Manodopera, ora|Trasferta|Cartuccia XL|"
        "Manutenzione mensile|Pittura bianca, 10 l|Piastrelle grigie, m²|Cavo di rete 10 m|Consulenza|Maniglia in "
        "acciaio|"
        "Pulizia vetri|Mensola in rovere|Licenza software|Progetto grafico|Filtro di ricambio|Trasporto",
        "nl": "Bureaustoel, zwart|Bureaulamp|Kopieerpapier A4|Montage ter plaatse|Arbeidsloon, uur|Voorrijkosten|"
        "Inktcartridge XL|Onderhoudscontract|Muurverf wit, 10 l|Tegels grijs, m²|Netwerkkabel 10 m|Advies|Deurkruk, "
        "rvs|"
        "Glasbewassing|Eiken plank|Softwarelicentie|Ontwerp logo|Vervangend filter",
        "pl": "Krzesło biurowe|Lampa biurkowa|Papier A4, 500 ark.|Montaż na miejscu|Robocizna, godz.|Dojazd|Tusz XL|"
        "Umowa serwisowa|Farba biała, 10 l|Płytki szare, m²|Kabel sieciowy 10 m|Doradztwo|Klamka stalowa|Mycie okien|"
        "Półka dębowa|Licencja programu|Projekt logo|Filtr zapasowy",
        "sv": "Kontorsstol, svart|Skrivbordslampa|Kopieringspapper A4|Montering på plats|Arbete, timme|Framkörning|"
        "Bläckpatron XL|Serviceavtal|Väggfärg vit, 10 l|Klinker grå, m²|Nätverkskabel 10 m|Rådgivning|Dörrhandtag, "
        "stål|"
        "Fönsterputs|Ekhylla|Programlicens|Logotyp|Reservfilter",
        "pt": "Cadeira de escritório|Candeeiro de mesa|Papel A4, 500 folhas|Montagem|Mão de obra, hora|Deslocação|"
        "Tinteiro XL|Manutenção mensal|Tinta branca, 10 l|Azulejo cinzento, m²|Cabo de rede 10 m|Consultoria|"
        "Puxador em aço|Limpeza de vidros|Prateleira de carvalho|Licença de software|Logótipo|Filtro de substituição",
    }.items()
}
_GROCERIES: dict[str, tuple[str, ...]] = {
    language: tuple(text.split("|"))
    for language, text in {
        "en": "MILK 1L|WHITE BREAD|FREE RANGE EGGS 6|CHEDDAR 400G|BANANAS|APPLES GALA|TOMATOES|CHICKEN BREAST|BUTTER|"
        "YOGURT|"
        "COFFEE 250G|GREEN TEA|ORANGE JUICE|SPARKLING WATER|RICE 1KG|PASTA 500G|OLIVE OIL|DISH SOAP|TOILET ROLL X4|"
        "BATTERIES AA|"
        "FLAT WHITE|CLUB SANDWICH|FISH & CHIPS|HOUSE WINE|CAESAR SALAD|SOUP OF THE DAY|NASI LEMAK|TEH TARIK|MEE GORENG|"
        "KOPI O|ICED LATTE|CHOC MUFFIN|PARKING 2H|UNLEADED 95|PAINT BRUSH 2IN|WOOD SCREWS|NOTEBOOK A5|BALL PEN BLUE",
        "de": "VOLLMILCH 1L|ROGGENBROT|EIER 10ER|GOUDA JUNG|BANANEN|ÄPFEL|TOMATEN|HÄHNCHENBRUST|BUTTER|JOGHURT|KAFFEE "
        "500G|"
        "MINERALWASSER|PFAND|ORANGENSAFT|NUDELN|OLIVENÖL|SPÜLMITTEL|BRÖTCHEN|LAUGENBREZEL|CAPPUCCINO|SCHNITZEL|"
        "APFELSCHORLE",
        "fr": "LAIT 1L|BAGUETTE|OEUFS X6|CAMEMBERT|BANANES|POMMES|TOMATES|POULET|BEURRE DOUX|YAOURT X4|CAFE MOULU|EAU "
        "MINERALE|"
        "JUS D'ORANGE|RIZ 1KG|PATES|HUILE D'OLIVE|CROISSANT|CAFE CREME|MENU DU JOUR|VERRE DE VIN",
        "es": "LECHE 1L|PAN|HUEVOS 12|QUESO|PLÁTANOS|MANZANAS|TOMATES|POLLO|MANTEQUILLA|YOGUR|CAFÉ|AGUA|ZUMO|ARROZ|"
        "ACEITE|"
        "CORTADO|BOCADILLO|MENÚ DEL DÍA|CAÑA|TORTILLA",
        "it": "LATTE 1L|PANE|UOVA 6|PARMIGIANO|BANANE|MELE|POMODORI|POLLO|BURRO|YOGURT|CAFFÈ|ACQUA|SUCCO|RISO|OLIO|"
        "ESPRESSO|"
        "CORNETTO|PANINO|PIZZA MARGHERITA|COPERTO",
        "nl": "MELK 1L|VOLKOREN BROOD|EIEREN 10|KAAS JONG|BANANEN|APPELS|TOMATEN|KIPFILET|BOTER|YOGHURT|KOFFIE|"
        "STATIEGELD|SAP|"
        "RIJST|OLIJFOLIE|BROODJE KAAS|CAPPUCCINO|BITTERBALLEN",
        "pl": "MLEKO 1L|CHLEB|JAJA 10|SER ŻÓŁTY|BANANY|JABŁKA|POMIDORY|KURCZAK|MASŁO|JOGURT|KAWA|WODA|SOK|RYŻ|OLEJ|"
        "BUŁKA|"
        "PIEROGI|HERBATA",
        "sv": "MJÖLK 1L|RÅGBRÖD|ÄGG 12|OST|BANANER|ÄPPLEN|TOMATER|KYCKLING|SMÖR|YOGHURT|KAFFE|PANT|JUICE|RIS|OLJA|"
        "BULLE|RÄKMACKA",
        "pt": "LEITE 1L|PÃO|OVOS 12|QUEIJO|BANANAS|MAÇÃS|TOMATES|FRANGO|MANTEIGA|IOGURTE|CAFÉ|ÁGUA|SUMO|ARROZ|AZEITE|"
        "PASTEL DE NATA|BIFANA|MEIA DE LEITE",
    }.items()
}


SHOPS: dict[str, tuple[str, ...]] = {
    "en": (
        "Mini Market",
        "Fresh Mart",
        "Corner Shop",
        "Grill & Bar",
        "Coffee House",
        "Hardware",
        "Food Court",
        "Diner",
        "Supermarket",
        "Pharmacy",
        "Noodle House",
        "Bakery",
        "Books & More",
    ),
    "de": ("Supermarkt", "Bäckerei", "Café am Markt", "Getränkemarkt", "Gasthaus", "Drogerie", "Imbiss"),
    "fr": ("Supérette", "Boulangerie", "Café de la Gare", "Brasserie", "Marché", "Pharmacie", "Bistrot"),
    "es": ("Supermercado", "Panadería", "Bar Central", "Cafetería", "Frutería", "Farmacia"),
    "it": ("Supermercato", "Panificio", "Bar Sport", "Trattoria", "Alimentari", "Farmacia"),
    "nl": ("Supermarkt", "Bakkerij", "Eetcafé", "Slijterij", "Drogisterij"),
    "pl": ("Delikatesy", "Piekarnia", "Bar Mleczny", "Sklep spożywczy", "Kawiarnia"),
    "sv": ("Livsmedel", "Konditori", "Kiosk", "Restaurang", "Kvartersbutiken"),
    "pt": ("Supermercado", "Padaria", "Pastelaria", "Mercearia", "Tasca"),
}


def goods(rng: random.Random, language: str) -> str:
    """What an invoice charges for."""
    return rng.choice(_GOODS[language])


def grocery(rng: random.Random, language: str) -> str:
    """What a till prints, in capitals."""
    return rng.choice(_GROCERIES[language])
