"""A TrueType font whose glyphs show nothing, built here: invisible text needs places and meanings, not shapes.

Knows the font format; not PDF, text or pages. Glyph 0 is ".notdef" and empty. Glyph 1 stands for every character: three
points on a diagonal, without area, but as wide and high as a letter, because readers leave out text that has no extent.
"""

from __future__ import annotations

import struct

UNITS_PER_EM = 1000
ADVANCE = 500
ASCENT = 800
DESCENT = -200


def glyphless_font() -> bytes:
    """The font file, under a kilobyte."""
    glyph = _letter_glyph()
    tables = {
        b"glyf": glyph,
        b"head": _head(),
        b"hhea": _horizontal_header(),
        b"hmtx": struct.pack(">HhHh", ADVANCE, 0, ADVANCE, 0),
        b"loca": struct.pack(">HHH", 0, 0, len(glyph) // 2),
        b"maxp": struct.pack(">IH13H", 0x00010000, 2, *(3, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)),
    }
    count = len(tables)
    power = count.bit_length() - 1
    search = 16 << power
    directory = struct.pack(">IHHHH", 0x00010000, count, search, power, 16 * count - search)
    body = b""
    start = len(directory) + 16 * count
    for tag, data in tables.items():
        directory += struct.pack(">4sIII", tag, _checksum(data), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    font = directory + body
    # The checksum of the whole file makes up for this word, which stands at byte 8 of the table "head".
    place = start + len(glyph) + 8
    return font[:place] + struct.pack(">I", (0xB1B0AFBA - _checksum(font)) & 0xFFFFFFFF) + font[place + 4 :]


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF


def _letter_glyph() -> bytes:
    """One contour from the lower left corner to the upper right one and back, padded to four bytes."""
    header = struct.pack(">hhhhhHH", 1, 0, DESCENT, ADVANCE, ASCENT, 2, 0)
    # Each point is on the curve; its step from the last one takes two bytes each way, but the first x, which is 0.
    flags = bytes([0x01 | 0x10, 0x01, 0x01])
    across, up = ADVANCE // 2, (ASCENT - DESCENT) // 2
    glyph = header + flags + struct.pack(">hhhhh", across, ADVANCE - across, DESCENT, up, ASCENT - DESCENT - up)
    return glyph + bytes(-len(glyph) % 4)


def _head() -> bytes:
    versions = (0x00010000, 0x00010000, 0, 3_800_000_000)
    box = (0, DESCENT, ADVANCE, ASCENT)
    return struct.pack(">4IHHqq4hHHhhh", *versions, 0, UNITS_PER_EM, 0, 0, *box, 0, 8, 2, 0, 0)


def _horizontal_header() -> bytes:
    return struct.pack(
        ">IhhhHhhhhhh4hhH", 0x00010000, ASCENT, DESCENT, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0, *(0, 0, 0, 0), 0, 2
    )
