"""Writes a PDF file object by object, so that its size isn't bound by memory. Knows the file's structure; not pages."""

from __future__ import annotations

import zlib
from typing import BinaryIO


class PdfWriter:
    """Objects in, a PDF out: ``reserve`` gives a number, ``add`` writes an object, ``finish`` the end of the file.

    Args:
        target: An open binary file; it needn't be seekable.
    """

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._position = 0
        self._places: dict[int, int] = {}
        self._last = 0
        # Four bytes above 127 tell transfer programs that the file is binary.
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._last += 1
        return self._last

    def add(self, dictionary: str, stream: bytes | None = None, number: int | None = None) -> int:
        """Write an object and return its number; a stream's length is added to its dictionary."""
        number = number or self.reserve()
        self._places[number] = self._position
        self._write(f"{number} 0 obj\n".encode())
        if stream is None:
            self._write(dictionary.encode("latin-1"))
        else:
            head = dictionary.rstrip().removesuffix(">>")
            self._write(f"{head}/Length {len(stream)} >>\nstream\n".encode("latin-1"))
            self._write(stream)
            self._write(b"\nendstream")
        self._write(b"\nendobj\n")
        return number

    def add_packed(self, dictionary: str, stream: bytes, number: int | None = None) -> int:
        """Write a stream, deflated."""
        head = dictionary.rstrip().removesuffix(">>")
        return self.add(f"{head}/Filter /FlateDecode >>", zlib.compress(stream), number)

    def finish(self, catalog: int, info: int) -> None:
        """Write the table of objects and the trailer; every reserved number must have been written."""
        missing = set(range(1, self._last + 1)) - set(self._places)
        if missing:
            raise ValueError(f"objects {sorted(missing)} were reserved and never written")
        start = self._position
        rows = [f"{self._places[number]:010d} 00000 n \n" for number in range(1, self._last + 1)]
        self._write(f"xref\n0 {self._last + 1}\n0000000000 65535 f \n{''.join(rows)}".encode())
        self._write(f"trailer\n<< /Size {self._last + 1} /Root {catalog} 0 R /Info {info} 0 R >>\n".encode())
        self._write(f"startxref\n{start}\n%%EOF\n".encode())

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._position += len(data)


def pdf_text(text: str) -> str:
    """``text`` as a PDF string object."""
    return f"<{(chr(0xFEFF) + text).encode('utf-16-be', 'replace').hex().upper()}>"
