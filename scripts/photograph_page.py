"""Makes the pictures of the web page in docs/pictures: the example invoice as Chromium shows it. Measures nothing.

python -m scripts.photograph_page
"""

from __future__ import annotations

import argparse
import io
from typing import TYPE_CHECKING

from PIL import Image

from benchmarks.measurement import ROOT
from benchmarks.web_page import INVOICE, chromium, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = ROOT / "docs" / "pictures"
COLOURS = 192


def opened(browser: Browser, address: str, scheme: str) -> Page:
    """The page with the invoice read."""
    page = browser.new_page(
        viewport={"width": 1320, "height": 860}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.set_default_timeout(120_000)
    page.goto(address)
    page.set_input_files("#file-input", INVOICE)
    page.wait_for_selector(".file[data-state=read]")
    return page


def keep(page: Page, name: str) -> None:
    """Writes what is seen as a small PNG."""
    page.wait_for_timeout(600)  # until scrolling has come to rest
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = PICTURES / f"{name}.png"
    seen.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    with serving() as address, chromium() as browser:
        page = opened(browser, address, "light")
        page.keyboard.press("F8")
        keep(page, "web-text")
        page = opened(browser, address, "dark")
        page.click("#tab-fields")
        page.wait_for_selector("#schema option[value=invoice]", state="attached")
        page.select_option("#schema", "invoice")
        page.get_by_role("button", name="Find the fields").click()
        page.wait_for_selector(".field")
        page.locator(".evidence-button").first.focus()
        keep(page, "web-fields")


if __name__ == "__main__":
    main()
