"""The characters that synthetic text may use: European Latin script, digits, common signs. Knows no fonts."""

from __future__ import annotations

ASCII = "".join(chr(c) for c in range(0x20, 0x7F))

#: Latin-1 and Latin Extended-A letters of living European orthographies, then Romanian, Welsh and German capitals.
ACCENTED = (
    "".join(chr(c) for c in range(0xC0, 0x100) if c not in (0xD7, 0xF7))
    + "".join(chr(c) for c in range(0x100, 0x17F) if c not in (0x132, 0x133, 0x138, 0x13F, 0x140, 0x149))
    + "ȘșȚțẞẀẁẂẃẄẅỲỳǍǎǦǧǨǩǪǫȞȟƏə"
)

#: Quotation marks, dashes, currencies and signs seen on documents.
SIGNS = "¡¢£¤¥§©ª«®°±²³µ¶·¹º»¼½¾¿×÷‘’‚“”„†‡•…‰‹›€™–—№₹₺₽₩₫←→✓"

ALPHABET = ASCII + ACCENTED + SIGNS
ALPHABET_SET = frozenset(ALPHABET)

#: Same-looking characters that a reader can't tell apart: written one way in every label.
LOOK_ALIKES = str.maketrans(
    {"\u00a0": " ", "\u2010": "-", "\u2011": "-", "\u2212": "-", "\u02bc": "’", "`": "`", "\u00ad": ""}
)


def restrict(text: str) -> str:
    """Fold look-alikes, drop characters outside the alphabet and squeeze runs of white space to one space."""
    text = " ".join(text.translate(LOOK_ALIKES).split())
    return "".join(c for c in text if c in ALPHABET_SET).strip()
