"""Visual tokens into the sequence, and the loss; on a small network with random weights."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from bayou.errors import InputError, ModelError
from bayou.model.config import LanguageConfig, VisionConfig, VLMConfig
from bayou.model.family import nano_config
from bayou.model.vlm import MississippiVLM, next_token_loss

CONFIG = VLMConfig(
    vision=VisionConfig(16, 1, 2, 32, image_size=56, patch_size=14),
    language=LanguageConfig(24, 2, 4, 2, 32, vocab_size=40),
    image_token_id=30,
)
IMAGE = CONFIG.image_token_id
TOKENS = 4  # of a tile
EQUAL_TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def model() -> MississippiVLM:
    torch.manual_seed(0)
    return MississippiVLM(CONFIG).eval()


def tiles(number: int) -> Tensor:
    return torch.randn(number, 3, 56, 56, generator=torch.Generator().manual_seed(number))


def test_rows_take_their_places_in_order(model: MississippiVLM) -> None:
    ids = torch.tensor([[1, IMAGE, IMAGE, 2], [IMAGE, 3, 4, 5]])
    visual = torch.arange(3.0)[:, None].expand(3, 24)
    merged = model.merge(ids, visual)
    assert torch.equal(merged[0, 1], visual[0])
    assert torch.equal(merged[0, 2], visual[1])
    assert torch.equal(merged[1, 0], visual[2])
    assert torch.equal(merged[1, 1:], model.language_model.embed(ids[1, 1:]))


@pytest.mark.parametrize("rows", [0, 2, 4])
def test_a_wrong_number_of_rows_is_refused(model: MississippiVLM, rows: int) -> None:
    with pytest.raises(InputError, match="visual tokens for 3 image positions"):
        model.merge(torch.tensor([[IMAGE, IMAGE, IMAGE, 1]]), torch.zeros(rows, 24))


def test_a_batch_equals_its_rows(model: MississippiVLM) -> None:
    pixels = tiles(3)
    long = torch.tensor([[1, *[IMAGE] * (2 * TOKENS), 5, 6]])
    short = torch.tensor([[2, *[IMAGE] * TOKENS, 7, *[0] * TOKENS, 0]])
    both = model(torch.cat((long, short)), pixels).logits
    torch.testing.assert_close(both[:1], model(long, pixels[:2]).logits, rtol=0, atol=EQUAL_TOLERANCE)
    alone = model(short[:, : TOKENS + 2], pixels[2:]).logits
    torch.testing.assert_close(both[1:, : TOKENS + 2], alone, rtol=0, atol=EQUAL_TOLERANCE)


def test_positions_go_on_after_the_cache(model: MississippiVLM) -> None:
    ids = torch.tensor([[1, *[IMAGE] * TOKENS, 5, 6, 7]])
    cache = model.language_model.new_cache()
    first = model(ids[:, :6], tiles(1), cache=cache).logits
    rest = [model(ids[:, i : i + 1], cache=cache).logits for i in range(6, 8)]
    whole = model(ids, tiles(1)).logits
    torch.testing.assert_close(torch.cat([first, *rest], dim=1), whole, rtol=0, atol=EQUAL_TOLERANCE)


def test_the_loss_is_that_of_the_next_token() -> None:
    logits = torch.randn(1, 4, 5, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([[3, -100, 2, 4]])
    probabilities = logits.softmax(dim=-1)
    expected = -(probabilities[0, 1, 2].log() + probabilities[0, 2, 4].log()) / 2
    torch.testing.assert_close(next_token_loss(logits, labels), expected, rtol=0, atol=EQUAL_TOLERANCE)


def test_a_tile_left_out_has_a_gradient_of_zero(model: MississippiVLM) -> None:
    ids = torch.tensor([[1, 2, 3]])
    model.zero_grad()
    loss = model(ids, tiles(1), labels=ids, tile_flags=torch.tensor([0])).loss
    assert loss is not None
    loss.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert bool(parameter.grad.any()) == name.startswith("language_model"), name
    torch.testing.assert_close(
        loss.detach(),
        functional.cross_entropy(model(ids).logits.detach()[0, :-1], ids[0, 1:]),
        rtol=0,
        atol=EQUAL_TOLERANCE,
    )


def test_a_flagged_tile_is_skipped(model: MississippiVLM) -> None:
    ids = torch.tensor([[1, *[IMAGE] * TOKENS, 5]])
    pixels = tiles(2)
    found = model(ids, pixels, tile_flags=torch.tensor([0, 1])).logits
    torch.testing.assert_close(found, model(ids, pixels[1:]).logits, rtol=0, atol=EQUAL_TOLERANCE)


def test_without_labels_there_is_no_loss(model: MississippiVLM) -> None:
    assert model(torch.tensor([[1, 2]])).loss is None


def test_a_line_tower_is_another_network() -> None:
    with pytest.raises(ModelError, match="square tiles"):
        MississippiVLM(nano_config(40))
