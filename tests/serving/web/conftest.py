"""Chromium, and a page of it that must not complain or leave its origin."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving.web.stand_in import StandIn, standing_in

CHROMIUM = os.environ.get("BAYOU_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
EXPECTED = "Failed to load resource"
"""What Chromium logs of every answer from 400 on: the tests of errors provoke it."""

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed (pip install '.[dev]')")
    if CHROMIUM is None:
        pytest.skip("no Chromium: install the package chromium, or name one in BAYOU_CHROMIUM")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"] if root else [])
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[StandIn]:
    with standing_in() as server:
        yield server


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens the page at an address; at the end no error may have been logged, and nothing asked elsewhere."""
    complaints: list[str] = []
    contexts = []

    def opened(address: str, **settings: Any) -> Any:
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((address, "blob:", "data:")) else complaints.append(asked.url),
        )
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [each for each in complaints if not each.startswith(EXPECTED)] == []
