"""Files into the page and text out of it, in Chromium: drop, paste, stream, links, doubts, corrections, errors."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tests.serving.web.conftest import Open
from tests.serving.web.stand_in import StandIn

pytestmark = pytest.mark.slow
PIXEL = base64.b64encode(b"a picture").decode()
TRANSFER = """([name, type, content]) => {
  const given = new DataTransfer();
  given.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name, { type }));
  return given;
}"""


def choose(page: Any, *names: str) -> None:
    page.set_input_files("#file-input", [{"name": name, "mimeType": "", "buffer": b"a file"} for name in names])


def opened(open_page: Open, server: StandIn, name: str = "invoice.png", **settings: Any) -> Any:
    page = open_page(server.address, **settings)
    choose(page, name)
    page.wait_for_selector(".file[data-state=read]")
    return page


def lines(page: Any) -> list[str]:
    return page.locator("#text .line").all_text_contents()


def test_a_dropped_file_is_read(open_page: Open, server: StandIn) -> None:
    page = open_page(server.address)
    given = page.evaluate_handle(TRANSFER, ["invoice.png", "image/png", PIXEL])
    page.dispatch_event("body", "dragenter", {"dataTransfer": given})
    assert page.locator("#dropping").is_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": given})
    page.wait_for_selector(".file[data-state=read]")
    assert page.locator("#dropping").is_hidden()
    assert lines(page)[:3] == ["Invoice", "Dear Ms Ådahl,", "please pay within 3O days"]
    assert lines(page)[-1] == "Yours <b>sincerely</b>"
    assert page.locator("#text td, #text th").all_inner_texts() == [
        "Item",
        "Amount",
        "Oak board",
        "£18.40",
        "Total",
        "£36.8O",
    ]
    assert server.forms("/v1/read")[0]["file"] == ("invoice.png", b"a picture")
    assert "10 lines, 3 doubtful" in page.locator("#announcer").inner_text()


def test_a_pasted_screenshot_is_read(open_page: Open, server: StandIn) -> None:
    page = open_page(server.address)
    given = page.evaluate_handle(TRANSFER, ["image.png", "image/png", PIXEL])
    page.evaluate(
        "(given) => document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: given, bubbles: true }))",
        given,
    )
    page.wait_for_selector(".file[data-state=read]")
    name, content = server.forms("/v1/read")[0]["file"]
    assert name.startswith("Screenshot ") and content == b"a picture"


def test_text_and_boxes_light_each_other(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    boxes = page.locator("#viewer .box")
    assert boxes.count() == 10
    page.locator("#text .line", has_text="Oak board").hover()
    lit = page.locator("#viewer .box.lit")
    assert lit.count() == 1
    assert lit.get_attribute("points").startswith("40,230 ")
    boxes.nth(0).hover()
    assert page.locator("#text .line.lit").all_inner_texts() == ["Invoice"]
    page.locator("#viewer .box").nth(1).click()
    assert page.evaluate("document.activeElement.textContent") == "Dear Ms Ådahl,"


def test_a_focused_line_is_shown_on_its_page(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    for _ in range(4):
        page.click("#zoom-in")
    last = page.locator("#text .line").last
    last.focus()
    page.wait_for_function(
        """() => {
          const box = document.querySelector("#viewer .box.lit")?.getBoundingClientRect();
          const frame = document.querySelector("#viewer").getBoundingClientRect();
          return box && box.top > frame.top && box.bottom < frame.bottom
            && box.left >= frame.left && box.right <= frame.right;
        }"""
    )
    assert page.locator("#page-place").inner_text() == "Page 2 of 2"


def test_doubtful_lines_are_marked_and_found_by_key(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    doubtful = page.locator("#text .line.doubtful")
    assert doubtful.all_text_contents() == ["please pay within 3O days", "£18.40", "£36.8O"]
    assert doubtful.nth(0).get_attribute("aria-description") == "Doubtful, 60 % sure"
    assert page.locator("#text .doubt").all_text_contents() == ["days", "£18.40", "£36.8O"]
    assert page.locator("#viewer .box.doubtful").count() == 3
    seen = []
    for key in ("F8", "F8", "n", "F8", "Shift+F8"):
        page.keyboard.press(key)
        seen.append(page.evaluate("document.activeElement.textContent"))
    assert seen == ["please pay within 3O days", "£18.40", "£36.8O", "please pay within 3O days", "£36.8O"]
    page.select_option("#threshold", "0.99")
    assert page.locator("#text .line.doubtful").count() == 3
    page.select_option("#threshold", "0.8")
    assert page.locator(".doubts").inner_text() == "3 doubtful"


def test_a_line_is_corrected_in_place_and_taken_back(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server)
    page.locator("#text .line", has_text="£36.8O").click()
    assert page.locator(".close-up").get_attribute("viewBox") == "293 253 74 34"
    page.keyboard.press("Control+a")
    page.keyboard.type("£36.80")
    page.keyboard.press("Enter")
    assert page.locator(".close-up").count() == 0
    assert "£36.80" in lines(page)
    fixed = page.locator("#text .line.corrected")
    assert fixed.get_attribute("aria-description") == "Corrected by hand"
    assert page.evaluate("document.activeElement.textContent") == "£36.80"
    assert page.locator(".doubts").inner_text() == "2 doubtful · 1 corrected"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.type("never mind")
    page.keyboard.press("Escape")
    assert "Total" in lines(page)
    page.keyboard.press("Control+z")
    assert "£36.8O" in lines(page) and page.locator("#text .line.corrected").count() == 0
    page.keyboard.press("Control+Shift+z")
    assert "£36.80" in lines(page)


def test_a_correction_is_kept_in_the_document(open_page: Open, server: StandIn, tmp_path: Path) -> None:
    from bayou.documents.json_format import from_json

    page = opened(open_page, server)
    for said, corrected in {
        "£36.8O": "£36.80",
        "please pay within 3O days": "please pay within 30 days",
        "Dear Ms Ådahl,": "",
    }.items():
        page.locator("#text .line", has_text=said).click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.type(corrected)
        page.keyboard.press("Enter")
    page.click("#tab-export")
    with page.expect_download() as download:
        page.click("button[data-to=json]")
    path = tmp_path / "document.json"
    download.value.save_as(path)
    document = from_json(path.read_text(encoding="utf-8"))
    heading, paragraph, table = document.pages[0].blocks
    (terms,) = paragraph.lines
    assert (terms.text, terms.source, terms.confidence) == ("please pay within 30 days", "hand", 1)
    assert [(word.text, word.source) for word in terms.words] == [
        ("please", "model"), ("pay", "model"), ("within", "model"), ("30", "hand"), ("days", "model"),
    ]  # fmt: skip
    assert table.table is not None and table.table.rows[2][1].text == "£36.80"
    assert (document.name, document.model, len(document.pages)) == ("invoice.png", "nano", 2)
    assert "£36.80" in document.to_markdown()
    assert heading.lines[0].source == "model"


def test_one_bad_file_does_not_hold_up_the_others(open_page: Open, server: StandIn) -> None:
    page = open_page(server.address)
    choose(page, "broken.pdf", "busy.png", "invoice.png")
    page.wait_for_function("() => document.querySelectorAll('.file[data-state=read]').length === 2")
    broken = page.locator(".file[data-state=failed]")
    assert "not an image or PDF" in broken.inner_text()
    assert "not an image or PDF" in page.locator(".trouble").inner_text()
    page.locator(".file-open", has_text="invoice.png").click()
    assert page.locator(".trouble").count() == 0
    assert lines(page)[0] == "Invoice"


def test_a_locked_pdf_asks_for_its_password(open_page: Open, server: StandIn) -> None:
    page = open_page(server.address)
    choose(page, "locked.pdf")
    page.fill("#password", "open")
    page.keyboard.press("Enter")
    page.wait_for_selector(".file[data-state=read]")
    assert lines(page)[0] == "Invoice"


def test_reading_can_be_stopped_and_what_is_read_stays(open_page: Open, server: StandIn) -> None:
    page = open_page(server.address)
    choose(page, "slow.png")
    page.wait_for_selector(".draft")
    assert "Reading page 2 of 2" in page.locator(".file-state").inner_text()
    assert page.locator(".draft").all_inner_texts() == ["Yours <b>sincerely</b>"]
    assert page.locator("progress").get_attribute("value") == "1"
    page.get_by_role("button", name="Stop reading slow.png").click()
    assert server.broken_off.wait(5)
    assert page.locator(".file-state").inner_text() == "Stopped after 1 page"
    assert lines(page)[0] == "Invoice"


def test_a_damaged_page_says_so_and_the_next_is_read(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server, "torn.pdf")
    assert page.locator("#text .notice").all_inner_texts() == ["Could not be read: the page is damaged"]
    assert lines(page) == ["Yours <b>sincerely</b>"]
    assert page.locator("#viewer svg").count() == 2


def test_a_long_file_is_read_some_pages_at_a_time(open_page: Open, server: StandIn) -> None:
    page = opened(open_page, server, "long.pdf")
    assert [form["pages"] for form in server.forms("/v1/read")] == ["1-10", "11-20", "21-30"]
    assert page.locator("#text .page-title").all_text_contents() == [f"Page {number}" for number in range(1, 24)]
    for _ in range(2):
        page.click("#page-on")
    assert page.locator("#page-place").inner_text() == "Page 3 of 23"
