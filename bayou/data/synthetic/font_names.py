"""Which font families are hands, which are display faces, which to leave alone. Knows names only; knows no files."""

from __future__ import annotations

import re

HANDWRITING = frozenset(
    """
    abecedario|bajaderka|because we build|because we connect|because we create|because we learn
    because we mentor|because we organize|breip|caveat|comic neue|comic neue angular|dancing script|delphine
    dkghandwriting|domestic manners|ecolier_court|ecolier_lignes|ecolier_lignes_court|el abogado loco|elegante
    femkeklaver|great vibes|havana|humor sans|indie flower|johnny mac scrawl brk|joscelyn|junkyard|kalam
    kaushan script|kiloji|kiloji - b|kiloji - d|kiloji - p|klee|klee one|kristi|mad's scrawl brk|marked fool
    pacifico|permanent marker|romande adf script std|rufscript|satisfy|seto|setofont|shadows into light|steve
    tex gyre chorus|tomson talks|typoscript|yusei magic|z003|ænigma scrawl 4 brk
    alex brush|allison|allura|amatic sc|annie use your telescope|architects daughter|bad script|balsamiq sans
    birthstone|caveat brush|cedarville cursive|chilanka|coiny|comic relief|condiment|cookie|corinthia|courgette
    covered by your grace|damion|delicious handrawn|delius|ephesis|finger paint|gaegu|gaegu light
    gloria hallelujah|gochi hand|grand hotel|grandstander|grandstander light|handlee|happy monkey
    herr von muellerhoff|homemade apple|hurricane|italianno|itim|kiwi maru|kiwi maru light|la belle aurore
    licorice|liu jian mao cao|long cang|ma shan zheng|mansalva|marck script|meow script|monsieur la doulaise
    montecarlo|mr de haviland|ms madi|nanum brush script|nanum pen|neucha|nova script|oleo script|oooh baby
    parisienne|patrick hand|pinyon script|playpen sans|poor story|reenie beanie|rochester|rock salt|sacramento
    schoolbell|shantell sans|short stack|smooch|sniglet|sour gummy|sriracha|sue ellen francisco
    swanky and moo moo|tangerine|the girl next door|twinkle star|vibur|whisper|yellowtail|yomogi|zen kurenaido
    zhi mang xing
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Hands whose letters are joined or slanted as in quick writing: what "cursive" means here.
CURSIVE = frozenset(
    """
    abecedario|bajaderka|breip|caveat|dancing script|delphine|dkghandwriting|ecolier_court|ecolier_lignes_court
    elegante|great vibes|havana|indie flower|joscelyn|kalam|kaushan script|kristi|pacifico
    romande adf script std|rufscript|satisfy|shadows into light|steve|tex gyre chorus|z003
    alex brush|allison|allura|bad script|birthstone|caveat brush|cedarville cursive|condiment|cookie|corinthia
    courgette|damion|ephesis|grand hotel|herr von muellerhoff|homemade apple|hurricane|italianno|la belle aurore
    licorice|liu jian mao cao|long cang|ma shan zheng|marck script|meow script|monsieur la doulaise|montecarlo
    mr de haviland|ms madi|nanum brush script|nova script|oleo script|oooh baby|parisienne|pinyon script
    rochester|sacramento|smooch|sriracha|tangerine|vibur|whisper|yellowtail|zhi mang xing
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

_DISPLAY_NAMES = frozenset(
    """
    abril fatface|allerta stencil|anton|apropal|averia|bajaderka|balker|bebas neue|berenika|blankenburg
    blankenburg_unz1a|bungee|c-64|cabin sketch|cabinsketch|caliban|cantarell extra|cherry bomb|cherry bomb one
    cupola|d050000l|dustismo roman|engadget|eurofurence|eurofurence classic|eurofurence light|f500|ferrite core
    flatline|gotico antiqua|isabella|klaudia|klaudia-berenika|latin modern roman dunhill|le murmure
    league spartan|leckerli one|lobster|lobster two|millimetre|okolaks|old style|orbitron|penguin attack
    press start 2p|radis noir|righteous|sixtyfour|solide mirage|solothurn|staypuft|summersby|swift|train one
    ubuntu title|ubuntu-title|wargames|winks|yanone kaffeesatz
    alfa slab one|allan|audiowide|bangers|berkshire swash|black ops one|bowlby one sc|bubblegum sans
    bungee shade|calistoga|caprasimo|carter one|chewy|cinzel decorative|climate crisis|creepster|days one
    dela gothic one|ewert|fredericka the great|fredoka one|germania one|graduate|grandstander black
    grandstander extrabold|iceberg|iceland|im fell english sc|jockey one|kaisei decol|knewave|krona one|lalezar
    lemonada|lemonada light|lemonada medium|lemonada semibold|lilita one|londrina solid|londrina solid black
    londrina solid light|luckiest guy|medievalsharp|megrim|michroma|modak|monofett|monoton|mouse memoirs
    museomoderno|museomoderno black|museomoderno extrabold|norwester|nosifer|passion one|passion one black
    patua one|paytone one|pixelify sans|pixelify sans medium|pixelify sans semibold|poiret one|purple purse
    rammetto one|redaction 10|rowdies|rowdies light|rubik mono one|rubik one|rye|saira stencil one|sansita
    sansita black|sansita extrabold|shrikhand|sigmar one|special elite|spicy rice|staatliches|syncopate
    titan one|uncial antiqua|unifrakturcook|unifrakturmaguntia|yeseva one|zcool kuaile
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Small letters are drawn as capitals of another make, which comparing shapes does not find.
CAPITALS_ONLY = frozenset(
    """
    because we build|because we connect|because we create|because we learn|because we mentor|because we organize
    beteckna|chintzy cpu brk|chintzy cpu shadow brk|false positive brk|false positive round brk
    fatboy slim bltc 2 brk|fatboy slim bltc brk|go smallcaps|grudge 2 brk|grudge brk|humor sans
    irianis adf style std|jawbreaker brk|jawbreaker hard brk|jawbreaker ol1 brk|kirby no kira kizzu brk
    konector brk|konector eerie brk|latin modern mono caps|latin modern roman caps|lynx brk
    mekanus adf titling std|mishmash 4x4i brk|mishmash 4x4o brk|romande adf style std|underwhelmed outline brk
    unlearned 2 brk|unlearned brk|vacant capz brk|zoidal brk
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Not legible to people: found by looking at a sheet of all families.
_ILLEGIBLE = frozenset(
    """
    10.15 saturday night brk|10.15 saturday night r brk|3d let brk|90 stars brk|[f500]|acid reflux brk
    arthritis brk|bandwidth brk|bit blocks ttf brk|bleak segments brk|claw 1 brk|claw 2 brk|collective o brk
    collective ro brk|collective rs brk|collective s brk|conduit 2 brk|double bogey brk|dystorque brk
    edit undo dot brk|encapsulate brk|entangled brk|faux snow brk|femkeklaver|ferrite core dx|grapple brk
    gravitate segments brk|graze brk|homespun tt brk|it wasn't me|jawbreaker ol2 brk|knot brk|konector o1 brk
    konector o2 brk|licorice strings brk|loopy brk|lyneous linear brk|monkey phonics brk|nucleus brk
    obstacle lines brk|perfect dark brk|pindown brk|pixel krud brk|plasma drip empty brk|powderworks brk
    pseudo brk|qbicle 1 brk|qbicle 2 brk|qbicle 3 brk|qbicle 4 brk|raydiate brk|sequence brk|slender brk
    snailets brk|spheroids brk|spheroids x brk|swirled brk|symmetry brk|tearful brk|technique brk
    technique ol brk|tetricide brk|unifur|vertigo 2 brk|vertigo brk|vertigo upright 2 brk|vertigo upright brk
    weaver brk|whatever brk|xerox malfunction brk|zurklez outline brk|zurklez solid brk
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Never used: not text, or not Latin.
_SKIP = re.compile(
    r"emoji|symbol|dingbat|icons?$|awesome|keyboard|initials|weather|math|opensymbol|batty|music|barcode|braille"
    r"|wingding|webding|circos|denemo|unifont upper|last ?resort"
    r"|^noto (?!sans$|serif$|sans display|serif display|mono$)|phonetics|phon.tique|ellhnikh|alfa-beta"
    r"|babel unicode|abecedario_p|abecedario_guiada|\x7f|^train one|d050000l|hearts brk|head-ding|line dings|janken"
    r"|binary|code of life|db layer|xmas|skull|scalelines|fascii|katalyst|entangled layer|dash dot|bend ?able",
    re.IGNORECASE,
)

_SEGMENTS = re.compile(r"^dseg", re.IGNORECASE)
_TERMINAL = re.compile(
    r"^p(x|xplus|x437) ?|terminus|proggy|3270|ocr|vt220|glass tty|sixtyfour|topaz|spleen|press start|unifont|amiga",
    re.IGNORECASE,
)
_BRK = re.compile(r" brk$", re.IGNORECASE)

#: Families as documents, tills, signs and people mostly have them: drawn as often as all others together.
COMMON = frozenset(
    """
    liberation sans|liberation serif|liberation mono|nimbus sans|nimbus roman|nimbus mono ps|nimbus sans narrow
    tex gyre termes|tex gyre heros|tex gyre pagella|tex gyre schola|tex gyre heros cn|p052|c059
    latin modern roman|latin modern sans|latin modern mono|cmu serif|cmu sans serif|dejavu sans|dejavu serif
    dejavu sans mono|noto sans|noto serif|open sans|roboto|roboto condensed|lato|pt sans|pt serif
    linux libertine o|linux biolinum o|freesans|freeserif|freemono|caladea|clear sans|arimo|tinos|cousine|inter
    ubuntu|arial|helvetica|times new roman|courier new|georgia|verdana|calibri|cambria|tahoma|segoe ui|consolas
    menlo|courier prime|courier prime sans|hack|fira code|jetbrains mono|inconsolata|oxygen mono|league mono
    go mono|anton|bebas neue|bungee|lobster two|league spartan|orbitron|yanone kaffeesatz|leckerli one
    cherry bomb|ubuntu-title|okolaks|eurofurence|caveat|indie flower|kalam|dkghandwriting|because we connect
    because we create|because we learn|because we organize|dancing script|kristi|great vibes|rufscript|pacifico
    kaushan script|ecolier_court|abecedario|klee one|setofont|z003|tex gyre chorus|delphine|steve
    permanent marker|it wasn't me|comic neue|el abogado loco|ocr b|ocra|glass tty vt220|ibm 3270|px ibm vga8
    px ibm vga9|px ibm ega8|px ibm mda|px verite 8x16|px ati 8x16|px phoenixega 8x16|spleen 12x24|spleen 16x32
    terminus (ttf)|press start 2p
    allison|annie use your telescope|architects daughter|caveat brush|condiment|delicious handrawn|gaegu
    gochi hand|handlee|liu jian mao cao|long cang|mansalva|mr de haviland|nanum brush script|nanum pen|neucha
    oooh baby|patrick hand|poor story|rock salt|sacramento|schoolbell|sue ellen francisco|swanky and moo moo
    the girl next door|yomogi|zen kurenaido|zhi mang xing
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Families never trained on: validation stand-ins are made of them (see bayou.data.validation).
HELD_OUT = frozenset(
    """
    abril fatface|adf tribun std|b612|b612 mono|because we build|because we mentor|breip|brigadoom brk
    cabin sketch|cabinsketch|carlito|domestic manners|fantasque sans mono|karmilla|play|px ibm mda|quattrocento
    righteous|satisfy|shadows into light|tribun adf std|typesource extol s brk
    bad script|cedarville cursive|covered by your grace|creepster|damion|gloria hallelujah|homemade apple
    la belle aurore|marck script|reenie beanie|rye|short stack|shrikhand
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)


def classify(family: str, monospaced: bool) -> str | None:
    """The kind of a family: print, mono, terminal, handwriting, display or segment; None where it must not be used."""
    name = family.casefold()
    if name in _ILLEGIBLE or _SKIP.search(name):
        return None
    if _SEGMENTS.search(name):
        return "segment"
    if name in HANDWRITING:
        return "handwriting"
    if _TERMINAL.search(name):
        return "terminal"
    if _BRK.search(name) or name in _DISPLAY_NAMES:
        return "display"
    return "mono" if monospaced else "print"
