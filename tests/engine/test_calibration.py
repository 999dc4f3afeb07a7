"""Convolutions in 8 bits: the steps that are chosen, their file, and OpenVINO's arithmetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset15 as ops

from bayou.engine.calibration import LEVELS, Calibration, calibrate, read_calibrations, write_calibrations
from bayou.engine.quantization import LARGEST
from bayou.engine.runtimes.openvino_calibration import int8_sums
from bayou.engine.runtimes.openvino_line_tower import tower_graph
from bayou.engine.runtimes.openvino_settings import decoder_properties
from bayou.engine.weight_files import Weight, Weights
from bayou.errors import ModelError
from bayou.model.config import LineVisionConfig
from tests.engine.small_nano import network

CALIBRATED_ERROR_BOUND = 0.001
CALIBRATED_SUM_TOLERANCE = 2e-4


def layer(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A kernel and inputs after a GELU whose channels differ in size by three orders of magnitude."""
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(800, 96)) * np.exp(random.normal(size=96))
    kernel = random.normal(size=(48, 96)) * np.exp(random.normal(size=96))
    return kernel.astype(np.float32), np.maximum(inputs, -0.17).astype(np.float32)


def output(found: Calibration, kernel: np.ndarray, inputs: np.ndarray) -> np.ndarray:
    return found.rounded(inputs / found.divisors) @ found.kernel(kernel).dense().T - found.shift


def test_little_is_lost_and_more_without_divisors() -> None:
    kernel, inputs = layer()
    exact = inputs @ kernel.T
    found = calibrate(kernel, inputs)
    error = np.square(output(found, kernel, inputs) - exact).mean() / np.square(exact).mean()
    assert error < CALIBRATED_ERROR_BOUND
    assert abs((output(found, kernel, inputs) - exact).mean()) < CALIBRATED_ERROR_BOUND * exact.std()
    plain = Calibration(np.ones(96, np.float32), float(inputs.min()), float(inputs.max()), np.zeros(48, np.float32))
    assert error < np.square(output(plain, kernel, inputs) - exact).mean() / np.square(exact).mean()
    assert found.rounded(np.zeros((1, 96), np.float32)).max() == pytest.approx(0, abs=CALIBRATED_SUM_TOLERANCE)


def test_sums_of_two_products_fit_sixteen_bits() -> None:
    kernel, inputs = layer()
    steps = calibrate(kernel, inputs).kernel(kernel).stored.astype(np.int64)
    pairs = steps[:, ::2] + steps[:, 1::2]
    assert np.maximum(np.abs(steps).max(axis=1), np.abs(pairs).max(axis=1)).min() >= LARGEST - 1
    assert np.abs(pairs).max() * (LEVELS - 1) <= np.iinfo(np.int16).max


def test_a_file_there_and_back(tmp_path: Path) -> None:
    kernel, inputs = layer()
    file, found = tmp_path / "c.safetensors", calibrate(kernel, inputs)
    write_calibrations({"a": found}, {"a": kernel}, file)
    (read,) = read_calibrations(file, {"tower.a.weight": Weight(kernel)}, "tower.").values()
    assert np.array_equal(read.divisors, found.divisors) and np.array_equal(read.shift, found.shift)
    assert np.float32(read.low) == np.float32(found.low) and np.float32(read.high) == np.float32(found.high)
    with pytest.raises(ModelError, match="other weights"):
        read_calibrations(file, {"tower.a.weight": Weight(kernel * np.float32(1.001))}, "tower.")
    write_calibrations({"a": found}, {"a": kernel[:, :-1]}, file)
    with pytest.raises(ModelError, match="another shape"):
        read_calibrations(file, {"tower.a.weight": Weight(kernel[:, :-1])}, "tower.")
    file.write_bytes(b"")
    with pytest.raises(ModelError, match="safetensors"):
        read_calibrations(file, {}, "tower.")


def test_openvino_computes_what_the_steps_say() -> None:
    """The division, the rounding and the sums of the graph, on a device whose sums are right."""
    core = ov.Core()
    if int8_sums(core, "CPU") is None:
        pytest.skip("this processor cuts off sums of bytes, so the runtime computes in float32 here")
    tower = network().vision_model
    kernel = tower.blocks[1].fc1.weight.detach().numpy()
    inputs = np.random.default_rng(2).normal(size=(1, 96, 5, 8)).astype(np.float32)
    rows = inputs[0].reshape(96, -1).T
    found = calibrate(kernel[:, :, 0, 0], rows)
    x = ops.parameter([1, 96, 5, 8], ov.Type.f32)
    ends = [ops.constant((end * found.divisors).reshape(1, -1, 1, 1)) for end in (found.low, found.high)]
    steps = ops.fake_quantize(x, *ends, np.float32(found.low), np.float32(found.high), 256)
    whole = found.kernel(kernel)
    weight = ops.multiply(ops.convert(ops.constant(whole.stored), "f32"), ops.constant(whole.row_scale))
    y = ops.convolution(steps, weight, [1, 1], [0, 0], [0, 0], [1, 1])
    model = core.compile_model(ov.Model([ops.result(y)], [x]), "CPU", decoder_properties("int8", 1))
    computed = model(inputs)[0][0].reshape(192, -1).T
    expected = found.rounded(rows / found.divisors) @ whole.dense()[:, :, 0, 0].T
    np.testing.assert_allclose(computed, expected, rtol=0, atol=CALIBRATED_SUM_TOLERANCE * np.abs(expected).max())


def test_calibrations_of_another_tower_are_refused() -> None:
    weights = Weights({name: Weight(value.numpy()) for name, value in network().state_dict().items()})
    kernel, inputs = layer()
    wrong = calibrate(kernel, inputs)
    for name in ("blocks.0.fc1", "blocks.77.fc1"):
        with pytest.raises(ModelError, match="another tower"):
            tower_graph(LineVisionConfig(), weights, {name: wrong})
