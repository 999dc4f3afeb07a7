"""Many synthetic pages: as samples in shards, as files, taken up where they were stopped."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="shards need the extra data")

from bayou.data.shards import INDEX, ShardFolder
from bayou.data.synthetic.documents import output
from bayou.data.synthetic.documents.conversations import TASKS, conversation, sample_of
from bayou.data.synthetic.documents.maker import KINDS, PageMaker
from bayou.data.synthetic.documents.output import DONE_NAME, ORDER_NAME, Order, make_pages
from bayou.data.synthetic.documents.painting import Desk
from bayou.errors import OutputError, UsageError
from bayou.inputs.messages import ImagePart

SMALL = ("business-card", "cheque", "chart")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "BLOCK", 4)


def read_nothing(_: int) -> None:
    pass


def content(folder: Path) -> list[tuple[str, str, bytes]]:
    samples = list(ShardFolder(folder).read())
    return [(s.key, str(s.messages[-1].parts), bytes(s.messages[0].images[0].source)) for s in samples]  # type: ignore[arg-type]


def test_shards_hold_conversations(desk: Desk, tmp_path: Path) -> None:
    make_pages(Order(6, 2, SMALL), tmp_path / "a", 1, read_nothing, desk)
    samples = list(ShardFolder(tmp_path / "a").read())
    assert [s.key.split("-")[1] for s in samples] == [f"{n:08d}" for n in range(6)]
    for sample in samples:
        assert [m.role for m in sample.messages] == ["user", "assistant"] * (len(sample.messages) // 2)
        assert sample.task in TASKS and sample.licence == "Apache-2.0"
        (picture,) = sample.messages[0].images
        data = picture.source
        assert isinstance(picture, ImagePart) and isinstance(data, bytes)
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert image.shape[:2] == (sample.notes["height"], sample.notes["width"])


def test_a_stopped_run_goes_on_and_ends_as_one_that_never_stopped(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Order(10, 1, SMALL)
    make_pages(order, tmp_path / "whole", 1, read_nothing, desk)
    real = output.write_shard
    written: list[str] = []

    def stopping(path: Path, samples: list) -> object:
        if len(written) == 1:
            raise KeyboardInterrupt
        written.append(path.name)
        return real(path, samples)

    monkeypatch.setattr(output, "write_shard", stopping)
    with pytest.raises(KeyboardInterrupt):
        make_pages(order, tmp_path / "stopped", 1, read_nothing, desk)
    assert not (tmp_path / "stopped" / INDEX).exists()
    with (tmp_path / "stopped" / DONE_NAME).open("a") as log:
        log.write('{"block": 1, "fi')  # a line that a kill tore
    monkeypatch.setattr(output, "write_shard", real)
    told: list[int] = []
    make_pages(order, tmp_path / "stopped", 1, told.append, desk)
    assert told[0] == 4 and told[-1] == 10
    assert content(tmp_path / "stopped") == content(tmp_path / "whole")
    make_pages(order, tmp_path / "stopped", 1, told.append, desk)
    assert told[-1] == 10


def test_another_order_in_the_same_folder_is_refused(desk: Desk, tmp_path: Path) -> None:
    make_pages(Order(1, 1, ("cheque",), to="files"), tmp_path, 1, read_nothing, desk)
    with pytest.raises(OutputError, match="another order"):
        make_pages(Order(2, 1, ("cheque",), to="files"), tmp_path, 1, read_nothing, desk)


def test_a_folder_with_other_things_is_refused(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(OutputError, match="isn't empty"):
        make_pages(Order(1), tmp_path, 1, read_nothing, desk)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_files_for_people(desk: Desk, tmp_path: Path) -> None:
    make_pages(Order(2, 1, ("cheque",), to="files"), tmp_path, 1, read_nothing, desk)
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == sorted([ORDER_NAME, *(f"page-000000{n}.{e}" for n in (0, 1) for e in ("json", "md", "png"))])
    record = json.loads((tmp_path / "page-0000001.json").read_text(encoding="utf-8"))
    assert (
        record["kind"] == "cheque" and record["lines"] and {"payee", "amount"} <= {f["name"] for f in record["fields"]}
    )
    picture = cv2.imread(str(tmp_path / "page-0000001.png"))
    assert picture.shape[:2] == (record["height"], record["width"])


def test_every_task_of_a_page_can_be_asked_and_is_the_same_again(desk: Desk) -> None:
    import random

    maker = PageMaker(desk, "clean")
    page = maker.page(5, 2, ("invoice",))
    for task in TASKS:
        turns = conversation(random.Random(1), page, task)
        assert turns and all(q and a for q, a in turns)
    fields = json.loads(conversation(random.Random(3), page, "key-fields")[0][1])
    assert fields
    first, again = sample_of(page, "x"), sample_of(maker.page(5, 2, ("invoice",)), "x")
    assert str(first.messages[1].parts) == str(again.messages[1].parts)


def test_unreadable_pages_make_honest_samples(desk: Desk) -> None:
    import random

    maker = PageMaker(desk)
    page = maker.page(5, 0, ("blank",))
    for task in TASKS:
        for _, answer in conversation(random.Random(2), page, task):
            values = json.loads(answer).values() if answer.startswith("{") else ()
            assert answer.startswith("The page is blank") or (values and not any(values))


def test_unknown_kinds_and_damage_are_refused(desk: Desk) -> None:
    with pytest.raises(UsageError, match="wallpaper"):
        PageMaker(desk).page(0, 0, ("wallpaper",))
    with pytest.raises(UsageError, match="mud"):
        PageMaker(desk, "mud")
    assert len(KINDS) == 13
