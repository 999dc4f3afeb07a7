"""RapidOCR's whole recogniser (PP-OCRv6 small): line images to text. Knows crops and characters; not pages or boxes.

The same arithmetic as rapidocr's own class, one line at a time: height 48, width padded with mid-grey to at least 320
pixels, blue before red, best path through the head's classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bayou.inputs.line_images import prepare_line, resized_width
from bayou.model.columns import best_path
from bayou.reading.confidence import mean_probability, text_probability
from bayou.reading.recogniser import RecognisedLine
from bayou.reading.wheel_models import RECOGNISER, compile_model, import_openvino, read_model

COLUMN = 8
"""Pixels of width that one column of the head's output stands for."""


class PeerRecogniser:
    """PP-OCRv6 small through OpenVINO. Not thread-safe."""

    name = "ppocr"

    def __init__(self, device: str = "CPU", threads: int | None = None) -> None:
        ov = import_openvino()
        model = read_model(RECOGNISER)
        self._characters = ["", *model.get_rt_info()["framework"]["character"].value.splitlines(), " "]
        # 18,710 probabilities a column are reduced to the best one inside the graph; copying them out costs more.
        best = ov.opset13.topk(model.output(0).get_node().input_value(0), np.int64(1), 2, "max", "none")
        results = [ov.opset13.result(best.output(0)), ov.opset13.result(best.output(1))]
        network = ov.Model(results, model.get_parameters())
        self._request = compile_model(network, device, threads).create_infer_request()

    def recognise(self, crops: Sequence[NDArray[np.uint8]]) -> list[RecognisedLine]:
        """One result for each crop (uint8 RGB [H, W, 3]), in the same order."""
        results: list[RecognisedLine] = [RecognisedLine("", 0.0, 0.0, "peer")] * len(crops)
        # Like widths follow one another: the runtime prepares itself anew whenever the width changes.
        for index in sorted(range(len(crops)), key=lambda i: crops[i].shape[1] / crops[i].shape[0]):
            results[index] = self._recognise_one(crops[index])
        return results

    def _recognise_one(self, crop: NDArray[np.uint8]) -> RecognisedLine:
        self._request.infer([np.ascontiguousarray(prepare_line(crop)[None, ::-1])])
        probabilities = self._request.get_output_tensor(0).data[0, :, 0]
        classes, spans = best_path(self._request.get_output_tensor(1).data[0, :, 0])
        if len(classes) == 0:
            return RecognisedLine("", 0.0, 0.0, "peer", (), ())
        # A class seen in several columns counts with its first one, as in RapidOCR.
        confidences = [float(probabilities[first]) for first, _ in spans]
        characters = [self._characters[index] for index in classes]
        width = resized_width(crop.shape[1], crop.shape[0]) / COLUMN
        return self._line(characters, confidences, [(min(a / width, 1.0), min(b / width, 1.0)) for a, b in spans])

    @staticmethod
    def _line(characters: list[str], confidences: list[float], spans: list[tuple[float, float]]) -> RecognisedLine:
        # A few of the head's classes are written with more than one code point; each gets the class's span.
        flat = [
            (letter, sure, span)
            for text, sure, span in zip(characters, confidences, spans, strict=True)
            for letter in text
        ]
        return RecognisedLine(
            text="".join(letter for letter, _, _ in flat),
            confidence=text_probability(confidences),
            legibility=mean_probability(confidences),  # RapidOCR's score
            source="peer",
            spans=tuple(span for _, _, span in flat),
            character_confidences=tuple(sure for _, sure, _ in flat),
        )
