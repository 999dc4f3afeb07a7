"""The peer recogniser beside rapidocr's own class on the same crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from bayou.reading.peers.ppocr import PeerRecogniser

PEER_CONFIDENCE_TOLERANCE = 2e-3

TEXTS = ("Total 31.00", "The river rises in the hills above the town and runs", "No. 5", "x")


def crop(text: str, colour: str = "black") -> np.ndarray:
    font = ImageFont.load_default(30)
    width = int(font.getlength(text)) + 16
    image = Image.new("RGB", (width, 44), "white")
    ImageDraw.Draw(image).text((8, 4), text, fill=colour, font=font)
    return np.array(image)


@pytest.fixture(scope="module")
def recogniser() -> PeerRecogniser:
    return PeerRecogniser()


def test_it_reads_as_rapidocr_does(recogniser: PeerRecogniser) -> None:
    rapidocr = pytest.importorskip("rapidocr")
    pytest.importorskip("onnxruntime")
    from rapidocr.ch_ppocr_rec.typings import TextRecInput

    engine = rapidocr.RapidOCR(params={"Global.log_level": "critical"})._load_rec_model()
    crops = [crop(text, colour) for text in TEXTS for colour in ("black", "#c02010")]
    for image, ours in zip(crops, recogniser.recognise(crops), strict=True):
        theirs = engine(TextRecInput(img=image[:, :, ::-1]))
        assert ours.text == theirs.txts[0]
        assert ours.legibility == pytest.approx(theirs.scores[0], abs=PEER_CONFIDENCE_TOLERANCE)


def test_characters_stand_in_order_where_they_are_printed(recogniser: PeerRecogniser) -> None:
    (line,) = recogniser.recognise([crop(TEXTS[1])])
    assert line.text == TEXTS[1]
    assert line.source == "peer"
    assert line.spans is not None and line.character_confidences is not None
    assert len(line.spans) == len(line.character_confidences) == len(line.text)
    starts = [start for start, _ in line.spans]
    assert starts == sorted(starts) and starts[0] < 0.05 and line.spans[-1][1] > 0.95
    middle = line.spans[len(line.text) // 2]
    assert 0.35 < middle[0] < middle[1] < 0.65


def test_order_of_crops_is_kept_and_white_says_nothing(recogniser: PeerRecogniser) -> None:
    white = np.full((40, 200, 3), 255, np.uint8)
    lines = recogniser.recognise([crop(TEXTS[1]), white, crop(TEXTS[0])])
    assert [line.text for line in lines] == [TEXTS[1], "", TEXTS[0]]
    assert lines[1].confidence == 0.0
    assert recogniser.recognise([]) == []


def test_no_models_are_taken_from_elsewhere(recogniser: PeerRecogniser) -> None:
    from bayou.reading.wheel_models import DETECTOR, LINE_CLASSIFIER, RECOGNISER, wheel_model

    assert all(Path(wheel_model(name)).is_file() for name in (DETECTOR, LINE_CLASSIFIER, RECOGNISER))
