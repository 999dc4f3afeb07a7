"""Draws the example page: knows an invoice that nobody sent and how scanners spoil it; needs Pillow, numpy and Lato.

Run ``python examples/make_invoice.py`` to write ``invoice.png`` and, with the exact text in reading order,
``invoice.txt`` beside it. Cells of one table row are separated by a tab. The same seed gives the same page.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dpi
MARGIN = 108
INK, GREY, ACCENT, TINT = (38, 38, 42), (110, 112, 118), (22, 88, 92), (228, 237, 236)
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/Library/Fonts"), Path("C:/Windows/Fonts"))

SELLER = ("Larkspur & Wren Joinery Ltd", "Unit 7, Saltmarsh Yard", "Quay Lane, Orford IP12 2NU", "VAT GB 314 1592 65")
BUYER = ("Mr. Tomás O'Brien-Müller", "The Old Pilot House", "18 Ferry Road", "Aldeburgh IP15 5AF")
FACTS = (
    ("Invoice no.", "LW-2025-0417"),
    ("Invoice date", "14 March 2025"),
    ("Order ref.", "PO/88-1306"),
    ("Due date", "13 April 2025"),
)
COLUMNS = ("Item", "Description", "Qty", "Unit price", "Amount")
ITEMS = (
    ("1", "European oak, planed, 38 × 140 mm, per metre", "26", "£18.40", "£478.40"),
    ("2", "Sash window frame, to drawing No. 12b", "3", "£612.00", "£1,836.00"),
    ("3", "Restoration glass, 4 mm, cut to size", "6", "£47.25", "£283.50"),
    ("4", "Brass sash pulleys & cord (set of 4)", "3", "£36.90", "£110.70"),
    ("5", "Draught seal, Ø 6 mm, charcoal, 25 m roll", "2", "£14.15", "£28.30"),
    ("6", "Primer and two coats, colour RAL 7016", "3", "£89.00", "£267.00"),
    ("7", "Fitting on site, 2 joiners", "14 h", "£52.50", "£735.00"),
    ("8", "Removal & disposal of old frames", "1", "£120.00", "£120.00"),
)
TOTALS = (
    ("Subtotal", "£3,858.90"),
    ("Discount 5%", "-£192.95"),
    ("VAT 20%", "£733.19"),
    ("Total due", "£4,399.14"),
)
NOTES = (
    "Please pay within 30 days, quoting the invoice number. Interest of 8% a year plus the",
    "Bank of England base rate is charged on late payments (Late Payment Act 1998).",
)
BANK = (
    ("Bank", "Alde Valley Mutual"),
    ("Sort code", "04-00-72"),
    ("Account", "8140 2296"),
    ("IBAN", "GB33 AVMB 0400 7281 4022 96"),
)
FOOTER = (
    "Registered in England No. 09876543 · www.larkspur-wren.example · accounts@larkspur-wren.example · 01632 960 417"
)
RULES = (MARGIN, 176, 756, 856, 1002, WIDTH - MARGIN)
ROW_HEIGHT = 46


@dataclass(frozen=True)
class Fonts:
    """Lato in the weights the page needs."""

    folder: Path

    def size(self, size: int, weight: str = "Regular") -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(str(self.files[f"Lato-{weight}.ttf"]), size)

    @cached_property
    def files(self) -> dict[str, Path]:
        return {path.name: path for path in sorted(self.folder.rglob("Lato-*.ttf"))}


@dataclass
class Sheet:
    """The page as it is drawn, and its text so far, a line an entry."""

    fonts: Fonts
    image: Image.Image = field(default_factory=lambda: Image.new("RGB", (WIDTH, HEIGHT), "white"))
    lines: list[str] = field(default_factory=list)

    @cached_property
    def draw(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def write(
        self,
        at: tuple[int, int],
        text: str,
        font: ImageFont.FreeTypeFont,
        *,
        anchor: str = "ls",
        colour: tuple[int, int, int] = INK,
    ) -> None:
        """Draws without noting the text; ``line`` is for those whose text is a line of its own."""
        self.draw.text(at, text, font=font, fill=colour, anchor=anchor)

    def line(self, at: tuple[int, int], text: str, font: ImageFont.FreeTypeFont, **how: object) -> None:
        self.lines.append(text)
        self.write(at, text, font, **how)  # type: ignore[arg-type]


def draw_head(sheet: Sheet) -> None:
    fonts = sheet.fonts
    x, y = MARGIN, 96
    sheet.draw.rounded_rectangle((x, y, x + 96, y + 96), radius=14, fill=ACCENT)
    for k in range(3):  # three shavings off a plane
        sheet.draw.arc((x + 14 + 9 * k, y + 16 + 9 * k, x + 82 - 9 * k, y + 84 - 9 * k), 160, 430 - 30 * k, "white", 6)
    sheet.line((x + 122, y + 44), SELLER[0], fonts.size(32, "Bold"), colour=ACCENT)
    for k, text in enumerate(SELLER[1:]):
        sheet.line((x + 122, y + 78 + 27 * k), text, fonts.size(20), colour=GREY)
    sheet.line((WIDTH - MARGIN, y + 52), "INVOICE", fonts.size(50, "Black"), anchor="rs")
    sheet.draw.line((MARGIN, 270, WIDTH - MARGIN, 270), fill=ACCENT, width=3)


def draw_parties(sheet: Sheet) -> None:
    fonts = sheet.fonts
    sheet.line((MARGIN, 326), "Bill to", fonts.size(19, "Bold"), colour=ACCENT)
    for k, text in enumerate(BUYER):
        sheet.line((MARGIN, 362 + 31 * k), text, fonts.size(23, "Bold" if k == 0 else "Regular"))
    for k, (label, value) in enumerate(FACTS):
        y = 331 + 36 * k
        sheet.write((760, y), label, fonts.size(21), colour=GREY)
        sheet.write((WIDTH - MARGIN, y), value, fonts.size(21, "Bold"), anchor="rs")
        sheet.lines.append(f"{label}\t{value}")


def draw_table(sheet: Sheet, top: int) -> int:
    fonts = sheet.fonts
    anchors = ("ms", "ls", "rs", "rs", "rs")
    sheet.draw.rectangle((RULES[0], top, RULES[-1], top + ROW_HEIGHT), fill=TINT)
    for index, row in enumerate((COLUMNS, *ITEMS)):
        y = top + ROW_HEIGHT * index
        font = fonts.size(20, "Bold" if index == 0 else "Regular")
        for k, (text, anchor) in enumerate(zip(row, anchors, strict=True)):
            x = {"m": (RULES[k] + RULES[k + 1]) // 2, "l": RULES[k] + 14, "r": RULES[k + 1] - 14}[anchor[0]]
            sheet.write((x, y + 30), text, font, anchor=anchor)
        sheet.lines.append("\t".join(row))
    bottom = top + ROW_HEIGHT * (len(ITEMS) + 1)
    for index in range(len(ITEMS) + 2):
        y = top + ROW_HEIGHT * index
        sheet.draw.line((RULES[0], y, RULES[-1], y), fill=GREY, width=2)
    for x in RULES:
        sheet.draw.line((x, top, x, bottom), fill=GREY, width=2)
    return bottom


def draw_totals(sheet: Sheet, top: int) -> int:
    for k, (label, value) in enumerate(TOTALS):
        last = k == len(TOTALS) - 1
        y = top + 42 * k + (14 if last else 0)
        if last:
            sheet.draw.rectangle((744, y - 34, RULES[-1], y + 18), fill=ACCENT)
        font = sheet.fonts.size(26 if last else 21, "Bold" if last else "Regular")
        colour = (255, 255, 255) if last else INK
        sheet.write((760, y), label, font, colour=colour)
        sheet.write((RULES[-1] - 14, y), value, font, anchor="rs", colour=colour)
        sheet.lines.append(f"{label}\t{value}")
    return top + 42 * len(TOTALS)


def draw_foot(sheet: Sheet, top: int) -> None:
    fonts = sheet.fonts
    sheet.line((MARGIN, top), "Payment", fonts.size(26, "Bold"), colour=ACCENT)
    for k, text in enumerate(NOTES):
        sheet.line((MARGIN, top + 42 + 31 * k), text, fonts.size(21))
    for k, (label, value) in enumerate(BANK):
        y = top + 136 + 35 * k
        sheet.write((MARGIN, y), label, fonts.size(21), colour=GREY)
        sheet.write((MARGIN + 150, y), value, fonts.size(21, "Bold"))
        sheet.lines.append(f"{label}\t{value}")
    sheet.line((MARGIN, top + 318), "Thank you for choosing English oak.", fonts.size(23, "Italic"), colour=ACCENT)
    sheet.draw.line((MARGIN, HEIGHT - 118, WIDTH - MARGIN, HEIGHT - 118), fill=GREY, width=1)
    sheet.line((WIDTH // 2, HEIGHT - 84), FOOTER, fonts.size(17), anchor="ms", colour=GREY)


def draw_invoice(fonts: Fonts) -> Sheet:
    """The clean page with its text."""
    sheet = Sheet(fonts)
    draw_head(sheet)
    draw_parties(sheet)
    bottom = draw_table(sheet, 530)
    bottom = draw_totals(sheet, bottom + 48)
    draw_foot(sheet, bottom + 70)
    return sheet


def scan(page: Image.Image, seed: int = 7) -> Image.Image:
    """The page as an office scanner gives it: a little crooked and soft, grey paper, a fold, dust."""
    random = np.random.default_rng(seed)
    turned = page.rotate(-0.45, Image.Resampling.BICUBIC, fillcolor="white")
    pixels = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.55)), dtype=np.float32)
    across = np.linspace(0, 1, WIDTH)[None, :, None]
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    light = 0.975 - 0.05 * np.maximum(0, 1 - across / 0.035) - 0.02 * down
    fold = 0.035 * np.exp(-(((down - 0.492 - 0.004 * across) * HEIGHT / 2.2) ** 2))
    paper = np.array([1.0, 0.995, 0.98])
    pixels = pixels * (light - fold) * paper + random.normal(0, 0.9, (HEIGHT, WIDTH, 1))
    for _ in range(45):
        y, x = random.integers(HEIGHT - 3), random.integers(WIDTH - 3)
        pixels[y : y + random.integers(1, 3), x : x + random.integers(1, 3)] -= random.uniform(30, 110)
    return few_colours(pixels.clip(0, 255).astype(np.uint8))


def few_colours(pixels: np.ndarray) -> Image.Image:
    """A palette picture (uint8 RGB [H, W, 3] in), small as a PNG: shades between each ink and the paper."""
    paper = np.array([247, 246, 242])
    ramps = [(INK, paper, 15), (ACCENT, paper, 15), (INK, TINT, 8), (paper * 0.91, paper, 5)]
    shades = [np.linspace(np.asarray(ink), np.asarray(ground), steps) for ink, ground, steps in ramps]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.concatenate(shades).round().astype(np.uint8).tobytes())
    return Image.fromarray(pixels).quantize(palette=palette, dither=Image.Dither.NONE)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the example invoice and write its exact text beside it.")
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent, help="folder for both files")
    parser.add_argument("--fonts", type=Path, help="folder that has Lato's files (Debian: fonts-lato)")
    options = parser.parse_args(arguments)
    folders = [options.fonts] if options.fonts else [folder for folder in FONT_FOLDERS if folder.is_dir()]
    fonts = next((found for folder in folders if (found := Fonts(folder)).files), None)
    if fonts is None:
        print("make_invoice: no Lato font found; install it (Debian: fonts-lato) or name a folder with --fonts")
        return 1
    sheet = draw_invoice(fonts)
    scan(sheet.image).save(options.output / "invoice.png", optimize=True, dpi=(150, 150))
    (options.output / "invoice.txt").write_text("\n".join(sheet.lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
