"""What a run says, remembered."""

from __future__ import annotations

from bayou.bulk.items import Receipt


class Told:
    """A ``bayou.bulk.run.RunReport``."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.receipts: list[Receipt] = []
        self.before = -1

    def note(self, text: str) -> None:
        self.notes.append(text)

    def looking(self, done: int, total: int) -> None:
        assert done <= total

    def begin(self, pages: int, done: int) -> None:
        self.before = done

    def receipt(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)
