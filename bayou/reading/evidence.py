"""Where on its pages a document says something. Knows quotes and boxes; not who asked, models or files."""

from __future__ import annotations

from dataclasses import dataclass

from bayou.documents.geometry import Box


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place where something is printed.

    Attributes:
        quote: What stands there, as it was read; the parts of a quote that goes over several lines a space apart.
        page: The page's number, 1 for the first of the file.
        boxes: Around it, in the page's own unit (``Page.unit``): one a line that it goes over. Empty where the page's
            reader knows no places.
    """

    quote: str
    page: int
    boxes: tuple[Box, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """For JSON: ``{"quote", "page", "boxes": [[left, top, right, bottom], ...]}``."""
        boxes = [[box.left, box.top, box.right, box.bottom] for box in self.boxes]
        return {"quote": self.quote, "page": self.page, "boxes": boxes}
