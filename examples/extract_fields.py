"""Reads the fields of an invoice, checks that its sums add up, and says where the total stands.

python examples/extract_fields.py [FILE]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bayou import Extraction, Reader

INVOICE = Path(__file__).resolve().parent / "invoice.png"
CENT = 0.005


def adds_up(found: Extraction) -> bool:
    """Whether the entries' amounts sum to the subtotal; False where something wasn't found."""
    entries, subtotal = found.record["line_items"], found.record["subtotal"]
    if not isinstance(entries, list) or not isinstance(subtotal, int | float):
        return False
    amounts = [entry["amount"] for entry in entries if isinstance(entry, dict)]
    known = [amount for amount in amounts if isinstance(amount, int | float)]
    return len(known) == len(amounts) and abs(sum(known) - subtotal) < CENT


def main(arguments: Sequence[str]) -> int:
    """Prints the record's values; the exit code says whether the entries add up."""
    found = Reader().extract(arguments[0] if arguments else INVOICE, "invoice")
    for field in found.fields:
        print(f"{field.path:30} {field.value if field.value is not None else '-- ' + field.reason}")
    total = found.field("total")
    for evidence in total.evidence:
        print(f"the total {total.printed!r} is on page {evidence.page} at {evidence.boxes}")
    print("the entries add up" if adds_up(found) else "the entries do not add up, or not all was found")
    return 0 if adds_up(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
