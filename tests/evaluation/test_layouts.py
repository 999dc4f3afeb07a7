"""Published layouts are read a row at a time; what is missing or damaged is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bayou.errors import InputError
from bayou.evaluation.benchmark import DataSource
from bayou.evaluation.layouts import listed, open_data, streamed
from tests.evaluation.made_samples import in_base64, picture, tsv

SOURCE = DataSource(
    ("a.tsv", "a.jsonl", "*.parquet"), "example.org", {"a.tsv": "0" * 32}, ("owner/name", "test"), "3 rows"
)


def test_a_picture_in_another_row_is_that_rows(tmp_path: Path) -> None:
    rows = [{"index": 5, "image": "7"}, {"index": 7, "image": in_base64("seven")}]
    data = open_data(tsv(tmp_path / "a.tsv", rows), SOURCE)
    assert [data.picture(row["image"]) for row in data.rows()] == [picture("seven")] * 2
    assert data.published is False
    size = (tmp_path / "a.tsv").stat().st_size
    assert data.about.startswith(f"a.tsv, {size:,} bytes, MD5 ")
    assert data.about.endswith("the published a.tsv has MD5 " + "0" * 32)


def test_a_picture_that_no_row_has_is_named(tmp_path: Path) -> None:
    data = open_data(tsv(tmp_path / "a.tsv", [{"index": 5, "image": "9"}]), SOURCE)
    with pytest.raises(InputError, match="row 5 wants the picture of row 9"):
        list(data.rows())


def test_pictures_come_as_bytes_files_dictionaries_and_images(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(picture("x"))
    (tmp_path / "a.jsonl").write_text('{"image": "p.png"}\n\n{"image": 3}\n', encoding="utf-8")
    data = open_data(tmp_path, SOURCE)
    assert data.picture("p.png") == tmp_path / "p.png"
    assert data.picture({"bytes": b"x", "path": None}) == b"x"
    drawn = data.picture(Image.fromarray(np.zeros((2, 2), dtype=np.uint8)))
    assert isinstance(drawn, bytes) and drawn.startswith(b"\x89PNG")
    assert data.pictures(f"['p.png', '{in_base64('y')}']") == (tmp_path / "p.png", picture("y"))
    for wrong in ("absent.png", {"path": "absent.png"}):
        with pytest.raises(
            InputError, match=r"absent\.png: .*; get a\.tsv or .* from example\.org \(3 rows; a\.tsv: MD5"
        ):
            data.picture(wrong)
    with pytest.raises(InputError, match="int where a picture belongs"):
        data.picture(3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", "index\timage\n1\tx\ty\n", "row 2 has another number of cells"),
        ("a.jsonl", "{broken", "line 1 is not JSON"),
        ("b.parquet", "no parquet", "not Parquet"),
        ("c.json", "{}", "not a JSON list"),
        ("c.csv", "a,b", "no table that is read here"),
    ],
)
def test_damaged_tables_are_named(name: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        list(open_data(tmp_path / name, SOURCE).rows())


def test_the_hub_is_streamed_only_when_rows_are_wanted() -> None:
    asked = []

    def load(*names: str, **options: object) -> list[dict[str, object]]:
        asked.append((names, options))
        return [{"question": "?"}]

    data = streamed(SOURCE, load)
    assert not asked
    assert list(data.rows()) == [{"question": "?"}]
    assert asked == [(("owner/name",), {"split": "test", "streaming": True})]
    with pytest.raises(InputError, match="not streamed from the Hub"):
        streamed(DataSource(("a.tsv",), "example.org"))


def test_lists_in_cells() -> None:
    assert listed("['a', 'b']") == ["a", "b"]
    assert listed("[unclosed") == ["[unclosed"]
    assert listed("plain") == ["plain"]
    assert listed(("a", 1)) == ["a", 1]
