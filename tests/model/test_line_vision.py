"""nano's tower equals the published recogniser whose weights it starts from, in torch and as OpenVINO runs the file."""

from __future__ import annotations

import numpy as np
import openvino
import pytest
import torch
from numpy.typing import NDArray

from bayou.errors import ModelError
from bayou.model.config import LineVisionConfig
from bayou.model.line_vision import LineVision
from bayou.model.line_vision_import import import_tower, read_characters
from bayou.reading.wheel_models import DETECTOR, RECOGNISER, wheel_model
from bayou.training.frozen_tower import FrozenTower

TOWER_PROBABILITY_BOUND = 5e-5
TOWER_FEATURE_BOUND = 1e-3
WIDTHS = (96, 320, 504)


@pytest.fixture(scope="module")
def tower() -> LineVision:
    imported = LineVision(LineVisionConfig()).eval()
    import_tower(imported, wheel_model(RECOGNISER))
    return imported


def noise(width: int) -> NDArray[np.float32]:
    return np.random.default_rng(width).uniform(-1, 1, (2, 3, 48, width)).astype(np.float32)


@pytest.mark.parametrize("width", WIDTHS)
def test_probabilities_equal_the_published_graph(tower: LineVision, width: int) -> None:
    core = openvino.Core()
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    published = core.compile_model(core.read_model(wheel_model(RECOGNISER)), "CPU", settings)
    pixels = noise(width)
    expected = published(pixels[:, ::-1])[0]  # the file takes blue first
    with torch.inference_mode():
        found = tower.head(tower(torch.from_numpy(pixels))).softmax(-1).numpy()
    assert found.shape == (2, width // 8, 18710)
    assert np.abs(found - expected).max() < TOWER_PROBABILITY_BOUND


def test_the_frozen_tower_is_the_same_tower(tower: LineVision) -> None:
    pixels = noise(320)
    frozen = FrozenTower(wheel_model(RECOGNISER))
    features, classes = frozen(pixels)
    with torch.inference_mode():
        expected = tower(torch.from_numpy(pixels))
        likeliest = tower.head(expected).argmax(-1)
    assert np.abs(features - expected.numpy()).max() < TOWER_FEATURE_BOUND
    np.testing.assert_array_equal(classes, likeliest.numpy())
    columns, again = frozen.columns(pixels)
    np.testing.assert_array_equal(again, classes)
    with torch.inference_mode():
        mixed = tower.neck(torch.from_numpy(columns).transpose(1, 2).unsqueeze(2))
    assert np.abs(mixed.numpy() - expected.numpy()).max() < TOWER_FEATURE_BOUND


def test_the_alphabet_has_a_class_for_each_character() -> None:
    characters = read_characters(wheel_model(RECOGNISER))
    assert len(characters) == LineVisionConfig().classes - 2  # the blank and the space have classes of their own
    assert len(set(characters)) == len(characters)


def test_another_network_is_refused() -> None:
    with pytest.raises(ModelError, match="PP-OCRv6-small"):
        import_tower(LineVision(LineVisionConfig()), wheel_model(DETECTOR))
    with pytest.raises(ModelError, match="alphabet"):
        read_characters(wheel_model(DETECTOR))
