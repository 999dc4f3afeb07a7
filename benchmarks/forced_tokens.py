"""How much of a record a schema forces, and what keeping to it costs: tokens without a choice, milliseconds a mask.

    python -m benchmarks.forced_tokens --tokenizer FOLDER [--pages 20] [--seed 5]

Records are those that the ready schemas' rules find on pages made from nothing, as printed, written as JSON in the
released vocabulary (FOLDER holds ``tokenizer.model``). Each is followed token by token: where the schema leaves a
choice, the record's own token is taken. No model is run: a choice is what takes a pass, a forced token shares one.
Figures go to ``results/forced_tokens.json``.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import measurement

if TYPE_CHECKING:
    from bayou.engine.constraints import ConstrainedForm
    from bayou.inputs.tokenizer import Tokenizer

SCHEMAS = ("invoice", "receipt", "identity-card", "bank-cheque", "business-card")
KINDS = {"bank-cheque": "cheque"}
STOPS = (32009, 2)


def follow(form: ConstrainedForm, tokenizer: Tokenizer, text: str) -> tuple[int, int, list[float]]:
    """Chosen and forced tokens of one text, and the seconds of each choice's mask."""
    written = tokenizer.token_bytes()
    guide, rest = form.begin(), text.encode()
    chosen = forced = 0
    seconds: list[float] = []
    while True:
        if guide.forced:
            token, forced = guide.forced[0], forced + 1
        else:
            started = time.perf_counter()
            allowed = guide.allowed()
            seconds.append(time.perf_counter() - started)
            fitting = [
                int(one) for one in np.flatnonzero(allowed) if (piece := written[one]) and rest.startswith(piece)
            ]
            if not fitting:
                raise ValueError(f"the schema doesn't allow {rest[:60]!r}")
            token, chosen = max(fitting, key=lambda one: len(written[one] or b"")), chosen + 1
        if token in STOPS:
            return chosen, forced, seconds
        rest = rest[len(written[token] or b"") :]
        guide.push(token)


def main() -> None:
    parser = argparse.ArgumentParser(description="Tokens of records that a schema forces.")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder with the released tokenizer")
    parser.add_argument("--pages", type=int, default=20, help="pages of each kind")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--data", help="not used; accepted so that all programs take the same arguments")
    options = parser.parse_args()
    from bayou.data.synthetic.documents.maker import PageMaker
    from bayou.data.synthetic.documents.painting import Desk
    from bayou.data.synthetic.fonts import FontLibrary
    from bayou.engine.constraints import Constraint, Grammars
    from bayou.inputs.tokenizer import Tokenizer
    from bayou.reading.generated_record import closed_schema
    from bayou.reading.line_record import fill
    from bayou.reading.schemas import load_schema

    tokenizer = Tokenizer.from_folder(options.tokenizer)
    grammars = Grammars(tokenizer)
    grammars.form(Constraint.choice(["a"]), STOPS)  # takes in the vocabulary, once
    maker = PageMaker(Desk.of(FontLibrary.find()), "clean")
    rows: list[dict[str, object]] = []
    for name in SCHEMAS:
        schema = load_schema(name)
        started = time.perf_counter()
        form = grammars.form(Constraint.json_schema(closed_schema(schema.nullable)), STOPS)
        made = time.perf_counter() - started
        chosen, forced, seconds = 0, 0, list[float]()
        for index in range(options.pages):
            page = maker.page(options.seed, index, (KINDS.get(name, name),))
            record = fill(page.document, schema, "").record
            one = follow(form, tokenizer, json.dumps(record, ensure_ascii=False))
            chosen, forced, seconds = chosen + one[0], forced + one[1], seconds + one[2]
        rows.append(
            {
                "schema": name,
                "records": options.pages,
                "tokens": (chosen + forced) / options.pages,
                "chosen": chosen / options.pages,
                "forced_share": forced / (chosen + forced),
                "mask_ms": 1e3 * float(np.median(seconds)),
                "grammar_ms": 1e3 * made,
            }
        )
    measurement.show(rows)
    print(measurement.write("forced_tokens", {"seed": options.seed, "pages": options.pages}, rows))


if __name__ == "__main__":
    main()
