"""Small PDFs for tests, written by hand. Knows the PDF file structure; not bayou."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@dataclass
class PageSpec:
    """Content stream and dictionary entries of one page; images are named /Im0, /Im1 …, the fonts /F1 and /F2."""

    content: str = ""
    media: tuple[float, float, float, float] = (0, 0, 612, 792)
    rotate: int = 0
    extra: str = ""
    images: list[np.ndarray] = field(default_factory=list)
    annotations: list[str] = field(default_factory=list)
    form: str | None = None
    """Content of the form object /Fm0, which may draw the images."""


def text_at(x: float, y: float, text: str, size: float = 12, font: str = "F1") -> str:
    """Operators that show ``text`` with its baseline's start at (x, y)."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET\n"


def make_pdf(pages: Sequence[PageSpec], password: str | None = None) -> bytes:
    """A whole PDF. ``/F2`` has a ToUnicode map that sends every letter to a private use character."""
    objects: list[tuple[str, bytes | None]] = [("", None), ("", None)]

    def add(dictionary: str, stream: bytes | None = None) -> int:
        objects.append((dictionary, stream))
        return len(objects)

    plain = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    cmap = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
        b"1 beginbfrange <21> <FF> <E021> endbfrange endcmap end"
    )
    unicode_map = add("<< >>", cmap)
    private = add(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"
        f" /ToUnicode {unicode_map} 0 R >>"
    )
    kids = []
    for page in pages:
        names = " ".join(f"/Im{index} {add(*_image(array))} 0 R" for index, array in enumerate(page.images))
        resources = f"/Font << /F1 {plain} 0 R /F2 {private} 0 R >> /XObject << {names} "
        if page.form is not None:
            form = add(
                f"<< /Type /XObject /Subtype /Form /BBox [0 0 1000 1000] /Matrix [1 0 0 1 50 100]"
                f" /Resources << {resources} >> >> >>",
                page.form.encode("latin-1"),
            )
            resources += f"/Fm0 {form} 0 R "
        content = add("<< >>", page.content.encode("cp1252"))
        annotations = " ".join(f"{add(text)} 0 R" for text in page.annotations)
        kids.append(
            add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [{' '.join(map(str, page.media))}] /Rotate {page.rotate}"
                f" {page.extra} /Annots [{annotations}] /Contents {content} 0 R /Resources << {resources} >> >> >>"
            )
        )
    objects[0] = ("<< /Type /Catalog /Pages 2 0 R >>", None)
    objects[1] = (f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>", None)
    return _serialise(objects, password)


def _image(array: np.ndarray) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    Image.fromarray(array).convert("RGB").save(buffer, "JPEG", quality=95)
    height, width = array.shape[:2]
    return (
        f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceRGB"
        " /BitsPerComponent 8 /Filter /DCTDecode >>"
    ), buffer.getvalue()


def _serialise(objects: list[tuple[str, bytes | None]], password: str | None) -> bytes:
    key, trailer = b"", ""
    if password is not None:
        encryption, key = _encryption(password)
        objects = [*objects, (encryption, None)]
        trailer = f"/Encrypt {len(objects)} 0 R /ID [<{'00' * 16}> <{'00' * 16}>]"
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, (dictionary, stream) in enumerate(objects, 1):
        offsets.append(len(out))
        if stream is None:
            out += f"{number} 0 obj\n{dictionary}\nendobj\n".encode("latin-1")
            continue
        if key:
            stream = _rc4(hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10], stream)
        head = dictionary.rstrip()[:-2] + f"/Length {len(stream)} >>"
        out += f"{number} 0 obj\n{head}\nstream\n".encode("latin-1") + stream + b"\nendstream\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for offset in offsets:
        out += f"{offset:010d} 00000 n \n".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _encryption(password: str) -> tuple[str, bytes]:
    """The oldest standard handler (RC4, 40 bits): enough to make a reader ask for the password."""
    padded = (password.encode("latin-1") + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + (0xFFFFFFFC).to_bytes(4, "little") + bytes(16)).digest()[:5]
    user = _rc4(key, _PADDING)
    return f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >>", key


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
