"""A desk for the tests of synthetic pages: few faces of this machine, and no texts but bayou's own."""

from __future__ import annotations

import pytest

from bayou.data.synthetic.documents.painting import Desk
from bayou.data.synthetic.fonts import FontFace, FontLibrary


@pytest.fixture(scope="session")
def desk(faces: list[FontFace]) -> Desk:
    return Desk.of(FontLibrary([f for f in faces if not f.held_out]), traced=True)
