"""Fields are taught from documents whose fields are known, and what was taught is what extraction uses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bayou.data.synthetic.documents.maker import PageMaker
from bayou.data.synthetic.documents.painting import Desk
from bayou.data.synthetic.fonts import FontLibrary
from bayou.reading.field_candidates import Candidate
from bayou.reading.field_clues import Clues
from bayou.reading.field_finder import FieldFinder
from bayou.reading.field_scores import learnt, trees_of
from bayou.recipes import fields
from bayou.recipes.field_samples import FieldSample, sample_of
from tests.reading.printed_pages import printed


def shop(number: int) -> FieldSample:
    """A receipt on which a code word stands beside what no label announces."""
    total = f"{number}.{number % 100:02}"
    document = printed(
        f"SHOP {number} LTD", [(40, "flour"), (500, f"{number + 3}.10")], [(40, "zorp"), (500, total)], "12.99 saved"
    )
    return FieldSample(document, f"group {number % 5}", {"total": (total, "")}, number % 2 == 0)


def test_the_right_candidates_are_told_by_meaning() -> None:
    def candidate(printed: str, value: str | float) -> Candidate:
        return Candidate(printed, value, ((0, 0, 1),))

    amounts = [candidate("RM 9.00", 9.0), candidate("10.00", 10.0)]
    assert fields.right_ones(amounts, "amount", ("9,00 €", "9.00")).tolist() == [True, False]
    dates = [
        candidate("9/3/18", "2018-03-09"),
        candidate("09/03/2018", "2018-03-09"),
        candidate("1/1/18", "2018-01-01"),
    ]
    assert fields.right_ones(dates, "date", ("09/03/2018", "")).tolist() == [True, True, False]
    texts = [candidate("ZHENG HUI SDN. BHD", ""), candidate("ZHENG", ""), candidate("Total", "")]
    assert fields.right_ones(texts, "company", ("ZHENG HUI SDN BHD", "")).tolist() == [True, False, False]


def test_what_is_taught_finds_more_than_the_rules() -> None:
    samples = [shop(number) for number in range(20, 60)]
    taught = {name: trees_of(entry) for name, entry in fields.teach(samples, trees=15).items()}
    assert set(taught) == {"total"}
    clues = Clues.of(shop(77).document)
    found = FieldFinder(clues, taught).find("total")
    assert found is not None and found.candidate.printed == "77.77"
    by_rules = FieldFinder(clues, {}).find("total")
    assert by_rules is None or by_rules.candidate.printed != "77.77"


def test_a_concept_that_few_documents_have_is_not_taught() -> None:
    assert fields.teach([shop(number) for number in range(fields.FEWEST - 1)], trees=2) == {}


@pytest.mark.usefixtures("few_fonts")
def test_a_drawn_page_is_a_sample() -> None:
    page = PageMaker(Desk.of(FontLibrary.find()), damage="clean").page(3, 0, ("receipt",))
    sample = sample_of(page)
    assert sample.truth["total"] is not None
    assert "seller_name" in sample.truth, "a shop's name is a seller's"
    rows = fields.rows_of(fields.Known.of(sample), "total")
    assert rows is not None and rows.right.any() and not rows.right.all()
    assert np.isfinite(rows.features).all()


def test_the_weights_in_the_package_fit_the_features() -> None:
    clues = Clues.of(shop(30).document)
    assert {"seller_address", "date", "total"} <= set(learnt())
    for concept, trees in learnt().items():
        kind = fields.concepts()[concept].kind
        candidates = list(fields.FINDERS[kind](clues))
        if candidates:
            assert fields.described(fields.Features(clues), kind, concept, candidates).shape[1] == trees.features


def test_the_recipe_writes_a_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "drawn", lambda count, seed: [shop(number) for number in range(20, 20 + count)])
    fields.main(["--pages", "40", "--trees", "3", "--output", str(tmp_path / "weights.json")])
    entry = json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"))["total"]
    assert len(trees_of(entry).nodes) == 3
