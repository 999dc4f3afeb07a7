"""Which font families are hands, which are display faces, which to leave alone. Knows names only; knows no files."""

from __future__ import annotations

import re

HANDWRITING = frozenset(
    """
    caveat|indie flower|kalam|shadows into light|permanent marker|dkghandwriting|breip|because we build
    because we connect|because we create|because we learn|because we mentor|because we organize|femkeklaver
    rufscript|humor sans|kristi|delphine|steve|domestic manners|el abogado loco|mad's scrawl brk
    johnny mac scrawl brk|ænigma scrawl 4 brk|joscelyn|dancing script|satisfy|great vibes|pacifico
    kaushan script|z003|tex gyre chorus|ecolier_court|ecolier_lignes_court|ecolier_lignes|tomson talks
    comic neue|comic neue angular|klee one|klee|yusei magic|havana|typoscript|levien typoscript|isabella|seto
    setofont|kiloji|kiloji - b|kiloji - d|kiloji - p|bajaderka|penguin attack|marked fool|monkey phonics brk
    rough day brk|gesture brk|gesture slant brk|gesture thin brk|gesture thin slant brk|homespun tt brk
    whatever brk|caliban|dustismo hand|junkyard|it wasn't me|progenisis|abecedario
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Hands whose letters are joined or slanted as in quick writing: what "cursive" means here.
CURSIVE = frozenset(
    """
    abecedario|because we learn|because we mentor|breip|caveat|dancing script|ecolier_court|ecolier_lignes_court
    great vibes|havana|isabella|joscelyn|kaushan script|kristi|pacifico|rufscript|satisfy|shadows into light
    tex gyre chorus|typoscript|z003
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

_DISPLAY_NAMES = frozenset(
    """
    bebas neue|anton|abril fatface|bungee|orbitron|righteous|press start 2p|lobster|lobster two|leckerli one
    cabin sketch|cabinsketch|staypuft|balker|cupola|swift|wargames|winks|flatline|d050000l|dustismo roman|f500
    engadget|okolaks|blankenburg|klaudia-berenika|ferrite core|radis noir|league spartan|apropal|millimetre
    le murmure|cherry bomb|cherry bomb one|ubuntu title|ubuntu-title|solide mirage|yanone kaffeesatz|summersby
    eurofurence|eurofurence classic|eurofurence light|sixtyfour|cantarell extra|averia|old style|isabella
    train one|bajaderka|allerta stencil|latin modern roman dunhill|gotico antiqua
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Never used: not text, not Latin, or not legible (found by looking, and by having them read back).
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
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)

#: Families never trained on: validation stand-ins are made of them (see bayou.data.validation).
HELD_OUT = frozenset(
    """
    abril fatface|adf tribun std|b612|b612 mono|because we build|because we mentor|breip|brigadoom brk
    cabin sketch|cabinsketch|carlito|domestic manners|fantasque sans mono|femkeklaver|karmilla|play|px ibm mda
    quattrocento|righteous|satisfy|shadows into light|tribun adf std|typesource extol s brk
    """.replace("\n", "|")
    .replace("    ", "")
    .strip("| ")
    .split("|")
)


def classify(family: str, monospaced: bool) -> str | None:
    """The kind of a family: print, mono, terminal, handwriting, display or segment; None where it must not be used."""
    name = family.casefold()
    if _SKIP.search(name):
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
