"""Fields, Ask, Export, the key, the keyboard, phone and dark screens, and axe-core, in Chromium."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bayou.documents.json_format import from_json
from tests.serving.web.conftest import Open
from tests.serving.web.stand_in import StandIn, standing_in
from tests.serving.web.test_reading_in_the_page import choose, lines, opened

pytestmark = pytest.mark.slow
AXE = Path(os.environ.get("BAYOU_AXE") or Path(__file__).resolve().parents[3] / "build" / "axe" / "axe.min.js")
TABS = ("text", "fields", "ask", "export")


def test_fields_come_with_evidence_or_a_reason(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    page.click("#tab-fields")
    page.wait_for_selector("#schema option[value=receipt]", state="attached")
    page.select_option("#schema", "receipt")
    page.click("text=Find the fields")
    page.wait_for_selector(".field")
    total, date = page.locator(".field").all()
    assert total.inner_text().split("\n")[0] == "To pay"
    assert "36.8" in total.inner_text() and "55 % sure" in total.inner_text()
    assert "not found" in date.inner_text() and "not on the page" in date.inner_text()
    total.locator(".evidence-button").hover()
    mark = page.locator("#viewer .evidence rect")
    assert (mark.get_attribute("x"), mark.get_attribute("y")) == ("300", "260")
    assert page.locator(".rows caption").inner_text() == "Bought"
    assert page.locator(".rows th").all_inner_texts() == ["Goods", "Amount"]
    assert page.locator(".rows td").all_inner_texts()[0] == "Oak board"
    sent = server.forms("/v1/extract")[0]
    assert sent["schema"] == "receipt" and from_json(sent["document"]).pages[0].number == 1


def test_fields_from_before_a_correction_say_so(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    page.click("#tab-fields")
    page.wait_for_selector("#schema option[value=receipt]", state="attached")
    page.click("text=Find the fields")
    page.wait_for_selector(".field")
    assert page.locator(".result .notice").count() == 0
    page.click("#tab-text")
    page.locator("#text .line").first.click()
    page.keyboard.type("More ")
    page.keyboard.press("Enter")
    page.click("#tab-fields")
    assert "find them again" in page.locator(".result .notice").inner_text()
    page.click("text=Find the fields")
    page.wait_for_selector(".result .notice", state="detached")


def test_an_own_schema_is_sent_and_one_that_is_no_json_is_not(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    page.click("#tab-fields")
    page.wait_for_selector("#schema option[value=own]", state="attached")
    page.select_option("#schema", "own")
    page.fill("#own-schema", "{ nothing")
    page.click("text=Find the fields")
    assert "not JSON" in page.locator(".result .error").inner_text()
    page.fill("#own-schema", '{"type": "object"}')
    page.click("text=Find the fields")
    page.wait_for_selector(".field")
    assert [form["schema"] for form in server.forms("/v1/extract")] == ['{"type": "object"}']


def test_questions_are_answered_with_history_and_evidence(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    page.click("#tab-ask")
    for question in ("What is the total?", "Who signed?", "Write a poem"):
        page.fill("#question", question)
        page.keyboard.press("Enter")
        page.wait_for_selector("#panel-ask button.primary:enabled")
    turns = [turn.inner_text() for turn in page.locator(".turn").all()]
    assert "£36.80" in turns[0] and "80 % sure" in turns[0]
    assert "Not in this document" in turns[1]
    assert "bayou pull 800m" in turns[2]
    page.locator(".evidence-button").focus()
    assert page.locator("#viewer .evidence rect").count() == 1
    assert server.forms("/v1/ask")[1]["history"] == '[["What is the total?","£36.80"]]'


@pytest.mark.parametrize("to", ["markdown", "pdf", "csv"])
def test_exports_are_downloaded(to: str, open_page: Open, server: StandIn, tmp_path: Path) -> None:
    page = opened(open_page, server)
    page.click("#tab-export")
    with page.expect_download() as download:
        page.click(f"button[data-to={to}]")
    assert download.value.suggested_filename == {"markdown": "invoice.md", "pdf": "made.pdf", "csv": "invoice.csv"}[to]
    download.value.save_as(tmp_path / "made")
    expected = {"markdown": b"# Invoice", "pdf": b"%PDF-", "csv": b"Item,Amount"}[to]
    assert (tmp_path / "made").read_bytes().startswith(expected)


def test_an_export_is_copied_and_a_refused_one_says_why(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server, permissions=["clipboard-read", "clipboard-write"])
    page.click("#tab-export")
    page.get_by_role("button", name="Copy Markdown").click()
    page.wait_for_selector("text=Markdown is copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith("# Invoice")
    page.get_by_role("button", name="Download ALTO").click()
    assert page.locator("#panel-export .error").inner_text().endswith("ALTO: no format alto")


def test_the_key_is_asked_for_and_kept_for_the_tab_alone(open_page: Open) -> None:
    with standing_in(key="sesame") as server:
        page = open_page(server.address)
        choose(page, "invoice.png", "other.png")
        page.fill("#key-input", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=does not take this key")
        page.fill("#key-input", "sesame")
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelectorAll('.file[data-state=read]').length === 2")
        assert page.evaluate("Object.values(sessionStorage)") == ["sesame"]
        assert page.evaluate("localStorage.length") == 0 and page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="Take other.png off the list").click()
        page.evaluate("sessionStorage.clear()")
        page.click("#tab-fields")
        page.wait_for_selector("#key-dialog[open]")
        page.click("#key-cancel")
        assert "wants a key" in page.locator(".result .error").inner_text()


def test_the_keyboard_alone_is_enough(open_page: Open, server: StandIn) -> None:
    page = open_page(server.address)
    given = [{"name": "invoice.png", "mimeType": "image/png", "buffer": b"a file"}]
    page.on("filechooser", lambda chooser: chooser.set_files(given))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".file[data-state=read]")
    reached = []
    page.focus("#add")
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className"))
    wanted = ["file-open", "page-on", "boxes", "zoom-in", "viewer", "tab-text", "threshold", "line"]
    places = [next((k for k, name in enumerate(reached) if name.startswith(each)), None) for each in wanted]
    assert None not in places, dict(zip(wanted, places, strict=True))
    assert places == sorted(places)
    assert sum(name.startswith("line") for name in reached[:30]) <= 2, "arrows, not Tab, go from line to line"
    page.focus("#tab-text")
    chosen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "End", "Home"):
        page.keyboard.press(key)
        chosen.append(page.evaluate("document.activeElement.id"))
        assert page.locator("[role=tabpanel]:visible").get_attribute("aria-labelledby") == chosen[-1]
    assert chosen == [f"tab-{name}" for name in ("fields", "ask", "export", "text", "export", "text")]
    page.locator("#text .line").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.type("Dear Ms Dahl,")
    page.keyboard.press("Enter")
    assert lines(page)[1] == "Dear Ms Dahl,"


def test_a_phone_shows_page_and_text_without_scrolling_sideways(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    viewer, text = (page.locator(name).bounding_box() for name in ("#viewer", "#text"))
    assert viewer["height"] > 180 and text["height"] > 220 and viewer["y"] + viewer["height"] <= text["y"]
    assert page.locator("#add-photo").is_visible()
    assert page.get_attribute("#photo-input", "capture") == "environment"
    line = page.locator("#text .line", has_text="£18.40")
    line.tap()
    assert page.locator("#viewer .box.lit").count() == 1
    assert page.locator(".editing").count() == 0
    line.tap()
    assert page.locator(".editing").count() == 1
    page.keyboard.press("Escape")
    for tab in TABS:
        page.locator(f"#tab-{tab}").tap()
        assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_tab(scheme: str, open_page: Open, server: StandIn) -> None:
    if not AXE.is_file():
        pytest.skip("no axe-core: scripts/fetch_axe gets it from npm, or BAYOU_AXE names its axe.min.js")
    page = open_page(server.address, color_scheme=scheme)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(19, 23, 24)") == (scheme == "dark")
    found = {"start": violations(page)}
    choose(page, "invoice.png", "broken.pdf")
    page.wait_for_selector(".file[data-state=read]")
    page.wait_for_selector(".file[data-state=failed]")
    page.locator("#text .line", has_text="£36.8O").click()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    for tab in TABS:
        page.click(f"#tab-{tab}")
        prepare(page, tab)
        found[tab] = violations(page)
    page.locator(".file-open", has_text="broken.pdf").click()
    found["error"] = violations(page)
    page.evaluate("document.querySelector('#key-dialog').showModal()")
    found["key"] = violations(page)
    assert found == {name: [] for name in found}


def prepare(page: Any, tab: str) -> None:
    """Brings a tab into the state that has most to look at."""
    if tab == "fields":
        page.click("text=Find the fields")
        page.wait_for_selector(".field")
    if tab == "ask":
        page.fill("#question", "What is the total?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".answer")


def violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run()")
    return [
        f"{each['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for each in result["violations"]
        for node in each["nodes"]
    ]
