"""Documents to shards: every page once, nothing twice, whatever was finished before."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bayou.bulk.items import Failure, Item, Listed, Measured, Origin, Receipt, Shard, page_text, shard_name
from bayou.bulk.plan import SHARD_BYTES, Cut, Done, items_of, known, shards_of
from bayou.bulk.progress import Pace, duration
from bayou.bulk.settings import BulkSettings, PageLimits
from bayou.documents.page_ranges import select_pages
from bayou.reading.folder_workers import ReadSettings

SETTINGS = "0123"


def document(name: str, pages: int, size: int = 1000, failure: Failure | None = None) -> Measured:
    listed = Listed(name, Origin(f"/scans/{name}"), size, "1-1")
    wanted = () if failure else tuple(range(1, pages + 1))
    return Measured(listed, f"sha-{name}", size, 0 if failure else pages, wanted, failure)


def receipt(items: tuple[Item, ...], settings: str = SETTINGS) -> Receipt:
    name = shard_name(items, settings)
    return Receipt(name, f"{name}.parquet", settings, tuple((one.document, one.sha256, one.places) for one in items))


def cut_up(documents: dict[str, Measured], done: Done, cut: Cut) -> list[Shard]:
    items = (item for name, one in documents.items() for item in items_of(one, done.pages(name), cut))
    return list(shards_of(items, SETTINGS, cut))


@given(st.lists(st.integers(0, 70), min_size=1, max_size=12), st.integers(1, 40), st.randoms())
def test_every_page_is_read_once_after_any_stop(sizes: list[int], most: int, random: Random) -> None:
    """Shards of one cut are finished, some of them; the next run cuts otherwise and does the rest."""
    bad = Failure("input", "damaged")
    named = {f"{number}.pdf": pages for number, pages in enumerate(sizes)}
    documents = {name: document(name, pages, failure=None if pages else bad) for name, pages in named.items()}
    first = cut_up(documents, Done(), Cut(most))
    finished = [shard for shard in first if random.random() < 0.5]
    done = Done()
    assert all(done.take(receipt(shard.items), documents, SETTINGS) for shard in finished)
    rest = cut_up(documents, done, Cut(max(1, most // 2)))
    rows = [(item.document, page) for shard in [*finished, *rest] for item in shard.items for page in item.places]
    assert sorted(rows) == sorted((name, page) for name, one in documents.items() for page in one.wanted or (0,))
    assert all(shard.pages <= most for shard in first)


def test_a_long_document_is_work_for_many() -> None:
    items = list(items_of(document("long.pdf", 2000), frozenset(), Cut()))
    assert len(items) == 125 and items[3].pages == tuple(range(49, 65))


def test_extraction_keeps_a_document_whole() -> None:
    cut = Cut(4, whole=True)
    (item,) = items_of(document("a.pdf", 30), frozenset({1, 2}), cut)
    assert item.pages == tuple(range(1, 31))
    part = receipt((Item("a.pdf", item.origin, item.sha256, 30, (1, 2)),))
    assert not Done().take(part, {"a.pdf": document("a.pdf", 30)}, SETTINGS, whole=True)


def test_large_scans_come_in_smaller_shards() -> None:
    big = SHARD_BYTES // 4
    items = [item for n in range(8) for item in items_of(document(f"{n}.tif", 1, big), frozenset(), Cut())]
    assert [shard.pages for shard in shards_of(items, SETTINGS, Cut())] == [4, 4]


def test_small_runs_come_in_small_shards() -> None:
    assert Cut(64).for_run(100_000, 2).pages == 64
    assert Cut(64).for_run(400, 2).pages == 16
    assert Cut(64).for_run(20, 2).pages == 4


def test_shards_that_are_out_of_date_do_not_count() -> None:
    now = {"a.pdf": document("a.pdf", 3)}
    origin = Origin("/scans/a.pdf")
    good = Item("a.pdf", origin, "sha-a.pdf", 3, (1, 2))
    assert not Done().take(receipt((good,), "other"), now, SETTINGS)
    assert not Done().take(receipt((Item("a.pdf", origin, "old", 3, (1,)),)), now, SETTINGS)
    assert not Done().take(receipt((Item("b.pdf", origin, "sha-b.pdf", 1, (1,)),)), now, SETTINGS)
    assert not Done().take(receipt((Item("a.pdf", origin, "sha-a.pdf", 3, (4,)),)), now, SETTINGS)
    done = Done()
    assert done.take(receipt((good,)), now, SETTINGS)
    assert not done.take(receipt((Item("a.pdf", origin, "sha-a.pdf", 3, (2, 3)),)), now, SETTINGS), "rows twice"
    assert done.pages("a.pdf") == {1, 2}


def test_known_documents_are_not_looked_into_again() -> None:
    same, moved, absent = document("a", 1), document("b", 1), document("c", 1, failure=Failure("missing", "no answer"))
    listed = [same.listed, Listed("b", moved.listed.origin, 1000, "1-2"), absent.listed, Listed("d", Origin("/d"))]
    found, others = known(listed, [same, moved, absent])
    assert found == {"a": same}
    assert [one.document for one in others] == ["b", "c", "d"]


def test_what_is_kept_of_a_signed_url_holds_no_secret() -> None:
    before, now = (
        Listed("a", Origin(f"https://me:{s}@host/a.parquet?sig={s}", 3, "scan"), 9, "v1") for s in ("x1", "y2")
    )
    text = Measured(before, "00", 9, 1, (1,)).to_json()
    assert "x1" not in text and "https://host/a.parquet" in text
    found, others = known([now], [Measured.from_json(text)])
    assert not others and found["a"].listed == now, "signed anew it is the same, and fetched as it is signed now"


@given(st.sets(st.integers(1, 60), min_size=1))
def test_page_numbers_as_text(pages: set[int]) -> None:
    assert select_pages(page_text(sorted(pages)), 60) == tuple(sorted(pages))


def test_notes_survive_their_files() -> None:
    item = Item("ä.pdf", Origin("/ä.pdf"), "00", 2, (1, 2))
    told = Receipt("part-1", "part-1.jsonl", SETTINGS, ((item.document, "00", (1, 2)),), {"ok": 2}, {"input": 1})
    assert Receipt.from_json(told.to_json()) == told
    for one in (document("a", 5), document("b", 0, failure=Failure("password", "no")), document("c", 0)):
        assert Measured.from_json(one.to_json()) == one


def test_limits_leave_results_good_and_settings_do_not() -> None:
    plain = BulkSettings()
    assert BulkSettings(limits=PageLimits(seconds=5)).hash == plain.hash
    others = [BulkSettings(ReadSettings(dpi=300)), BulkSettings(schema="invoice"), BulkSettings(ReadSettings("ppocr"))]
    assert len({plain.hash, *(one.hash for one in others)}) == 4
    assert [one.described for one in others] == ["model nano, dpi 300", "model nano, schema invoice", "model ppocr"]


def test_what_is_said_of_settings_is_no_secret() -> None:
    read = ReadSettings("m", password="p-w", api_key="k-y", url="https://me:s-c@host/v1?token=t-k", threads=2)
    assert BulkSettings(read, schema="{" * 99).described == "model m, url https://host/v1, schema one of your own"


def test_pace_tells_speed_and_time_left() -> None:
    pace = Pace(total=1100, done=100, now=0.0)
    assert pace.left(0.0) is None
    pace.add(50, {}, 10.0)
    pace.add(50, {"crash": 1}, 20.0)
    assert (pace.rate(20.0), pace.left(20.0)) == (5.0, 180.0)
    assert pace.line(20.0) == "200 of 1,100 pages, 5.00 pages/s, 3:00 left, 1 failed (1 crash)"


def test_the_speed_is_of_late() -> None:
    pace = Pace(10_000, 0, 0.0)
    for second in range(0, 1000, 10):
        pace.add(100 if second < 500 else 10, {}, float(second))
    assert 0.9 < pace.rate(990.0) < 1.2


def test_durations() -> None:
    assert [duration(s) for s in (0.4, 59, 61, 3661)] == ["0 s", "59 s", "1:01", "1:01:01"]
