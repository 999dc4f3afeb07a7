"""Time from dropping a picture on the page of ``bayou serve`` to its first text, and to all of it, in Chromium.

``python -m benchmarks.web_page`` starts a server of its own, with nano, and a browser. Knows the page's classes.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.drawing import prose_page
from benchmarks.measurement import ROOT, show, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

INVOICE = ROOT / "examples" / "invoice.png"
LINES = 50
ALLOWED_SECONDS = 3.0
"""From the drop to the first text, on two cores."""

DROP = """async ([name, content]) => {
  const given = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  given.items.add(new File([bytes], name, { type: "image/png" }));
  const shown = (selector) => new Promise((resolve) => {
    const look = () => document.querySelector(selector) ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
  });
  const start = performance.now();
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
  const picture = await shown("#viewer image");
  const text = await shown("#text .draft, #text .line");
  const all = await shown(".file[data-state=read], .file[data-state=failed]");
  return [picture, text, all].map((time) => (time - start) / 1000);
}"""


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """The address of a ``bayou serve`` with ``options`` that has loaded its model."""
    command = [sys.executable, "-m", "bayou", "serve", "--port", "0", *options]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stderr
        for line in server.stderr:
            if "listening at " in line:
                yield line.rpartition(" ")[2].strip() + "/"
                return
        raise RuntimeError(f"bayou serve ended with {server.wait()} before it listened")
    finally:
        server.terminate()
        server.communicate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; BAYOU_CHROMIUM names another than the one on the path."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("BAYOU_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("no Chromium: install the package chromium, or name one in BAYOU_CHROMIUM")
    with sync_playwright() as playwright:
        alone = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=alone)
        yield browser
        browser.close()


def dropped(page: Page, name: str, content: bytes) -> tuple[float, float, float]:
    """Seconds from the drop on a fresh page to the picture, the first text and the end.

    Raises:
        RuntimeError: The page could not be read.
    """
    page.reload()
    picture, text, whole = page.evaluate(DROP, [name, base64.b64encode(content).decode()])
    if page.locator(".file[data-state=read]").count() != 1:
        raise RuntimeError(f"{name}: {page.locator('.file-state').inner_text()}")
    return picture, text, whole


def drawn(lines: int) -> bytes:
    file = io.BytesIO()
    prose_page(lines)[0].save(file, "PNG", dpi=(150, 150))
    return file.getvalue()


def measured(page: Page, name: str, content: bytes, runs: int) -> dict[str, Any]:
    """A row of figures: medians, and the slowest first text."""
    times = [dropped(page, name, content) for _ in range(runs)]
    pictures, texts, wholes = zip(*times, strict=True)
    return {
        "page": name,
        "lines": page.locator("#text .line").count(),
        "picture_s": median(pictures),
        "first_text_s": median(texts),
        "first_text_slowest_s": max(texts),
        "whole_page_s": median(wholes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="times each page is dropped [5]")
    arguments = parser.parse_args()
    pages = {INVOICE.name: INVOICE.read_bytes(), f"{LINES} lines of prose.png": drawn(LINES)}
    with serving() as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(300_000)
        page.goto(address)
        _, first, _ = dropped(page, INVOICE.name, pages[INVOICE.name])
        rows = [measured(page, name, content, arguments.runs) for name, content in pages.items()]
        settings = {
            "runs": arguments.runs, "allowed_s": ALLOWED_SECONDS, "first_after_start_s": first,
            "browser": f"Chromium {browser.version}",
        }  # fmt: skip
    show(rows)
    print(f"the first page after the server's start: {first:.2f} s to its first text")
    print(write(Path(__file__).stem, settings, rows))


if __name__ == "__main__":
    main()
