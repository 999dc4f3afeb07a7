"""The decoder: cached, chunked, padded and reordered passes equal the plain one; positions and masks do as told."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from bayou.model.config import LanguageConfig
from bayou.model.language import LanguageModel, RMSNorm, rotary_table, rotate

CONFIG = LanguageConfig(
    hidden_size=32,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=2,
    intermediate_size=48,
    vocab_size=50,
)
PASS_TOLERANCE = 2e-5
ROTARY_TOLERANCE = 1e-6
LENGTH = 11


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    torch.manual_seed(0)
    made = LanguageModel(CONFIG)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "norm" not in name:
                parameter.mul_(8)  # so that every part has a say, and a wrong detail shows
    return made.eval().requires_grad_(False)


def inputs(batch: int = 2, length: int = LENGTH, seed: int = 1) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    embeds = torch.randn(batch, length, CONFIG.hidden_size, generator=generator)
    return embeds, torch.arange(length).expand(batch, -1)


def close(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=0, atol=PASS_TOLERANCE)


@pytest.mark.parametrize("chunks", [[1] * LENGTH, [4, 7], [4, 1, 1, 5], [10, 1]])
def test_cached_passes_equal_the_whole(model: LanguageModel, chunks: list[int]) -> None:
    embeds, positions = inputs()
    cache, found, start = model.new_cache(), [], 0
    for size in chunks:
        part = slice(start, start + size)
        found.append(model(embeds[:, part], positions[:, part], None, cache))
        start += size
        assert cache.length == start
    close(torch.cat(found, dim=1), model(embeds, positions))


def test_masks_of_both_kinds_and_none_are_the_same(model: LanguageModel) -> None:
    embeds, positions = inputs()
    keep = torch.ones(LENGTH, LENGTH, dtype=torch.bool).tril()[None, None]
    added = torch.zeros(1, 1, LENGTH, LENGTH).masked_fill(~keep, float("-inf"))
    expected = model(embeds, positions)
    close(model(embeds, positions, keep), expected)
    close(model(embeds, positions, added), expected)
    close(model(embeds, positions, added.double()), expected)


def test_the_future_is_not_seen(model: LanguageModel) -> None:
    embeds, positions = inputs()
    changed = embeds.clone()
    changed[:, 6:] += 1
    before, after = model(embeds, positions), model(changed, positions)
    close(after[:, :6], before[:, :6])
    assert not torch.allclose(after[:, 6:], before[:, 6:], atol=PASS_TOLERANCE)


def test_padding_does_not_change_a_row(model: LanguageModel) -> None:
    """Left padding behind a mask, positions kept: what a batch of prompts of different lengths does."""
    embeds, positions = inputs(batch=1, length=6)
    padded = torch.cat((torch.randn(1, 3, CONFIG.hidden_size), embeds), dim=1)
    keep = torch.ones(9, 9, dtype=torch.bool).tril()
    keep[3:, :3] = False
    found = model(padded, torch.cat((torch.zeros(1, 3, dtype=torch.long), positions), dim=1), keep[None, None])
    close(found[:, 3:], model(embeds, positions))


def test_only_differences_of_positions_count(model: LanguageModel) -> None:
    embeds, positions = inputs()
    close(model(embeds, positions + 9), model(embeds, positions))
    assert not torch.allclose(model(embeds, positions * 2), model(embeds, positions), atol=PASS_TOLERANCE)


def test_tokens_with_one_position_are_told_apart_by_order_alone(model: LanguageModel) -> None:
    """With equal positions and no mask, attention is over a set: rows may be reordered."""
    embeds, _ = inputs(batch=1)
    order = torch.randperm(LENGTH, generator=torch.Generator().manual_seed(2))
    positions = torch.tensor([[0, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7]])
    everywhere = torch.ones(1, 1, LENGTH, LENGTH, dtype=torch.bool)
    plain = model(embeds, positions, everywhere)
    close(model(embeds[:, order], positions[:, order], everywhere), plain[:, order])


def test_truncated_and_chosen_rows(model: LanguageModel) -> None:
    embeds, positions = inputs(batch=3)
    cache = model.new_cache()
    model(embeds[:, :8], positions[:, :8], None, cache)
    cache.truncate(5)
    cache.keep(torch.tensor([2, 0, 0]))
    assert cache.length == 5
    rows = [2, 0, 0]
    found = model(embeds[rows, 5:], positions[:, 5:], None, cache)
    close(found, model(embeds, positions)[rows, 5:])


def test_logits_of_chosen_places(model: LanguageModel) -> None:
    embeds, positions = inputs()
    hidden = model.hidden_states(embeds, positions)
    assert hidden.shape == (2, LENGTH, CONFIG.hidden_size)
    close(model.logits(hidden[:, -1]), model(embeds, positions)[:, -1])


def test_rotation_keeps_lengths_and_turns_by_the_difference() -> None:
    generator = torch.Generator().manual_seed(3)
    query, key = torch.randn(2, 1, 1, 1, 8, generator=generator)
    scores = []
    for place in (0, 7):
        table = rotary_table(torch.tensor([[place]]), 8, 10000.0, torch.float32)
        other = rotary_table(torch.tensor([[place + 3]]), 8, 10000.0, torch.float32)
        turned = rotate(query, *table)
        torch.testing.assert_close(turned.norm(), query.norm(), rtol=0, atol=ROTARY_TOLERANCE)
        scores.append((turned * rotate(key, *other)).sum())
    torch.testing.assert_close(scores[0], scores[1], rtol=0, atol=10 * ROTARY_TOLERANCE)


def test_rotary_angles_by_hand() -> None:
    cosines, sines = rotary_table(torch.tensor([[0, 5]]), 4, 100.0, torch.float32)
    angles = torch.tensor([[0.0, 0.0], [5.0, 0.5]])
    torch.testing.assert_close(cosines[0, 0], angles.cos(), rtol=0, atol=ROTARY_TOLERANCE)
    torch.testing.assert_close(sines[0, 0], angles.sin(), rtol=0, atol=ROTARY_TOLERANCE)


def test_the_norm_by_hand() -> None:
    norm = RMSNorm(4, eps=0.5)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    x = torch.tensor([1.0, -1.0, 2.0, 0.0])
    expected = x / torch.tensor(6 / 4 + 0.5).sqrt() * norm.weight
    torch.testing.assert_close(norm(x), expected, rtol=0, atol=ROTARY_TOLERANCE)
    assert norm(x.bfloat16()).dtype == torch.float32  # bfloat16 rows meet float32 weights


def test_tied_weights_have_one_matrix() -> None:
    tied = LanguageModel(dataclasses.replace(CONFIG, tie_word_embeddings=True))
    assert "lm_head.weight" not in tied.state_dict()
    embeds, positions = inputs()
    hidden = tied.hidden_states(embeds, positions)
    close(tied(embeds, positions), hidden @ tied.model.embed_tokens.weight.T)


def test_a_new_model_is_random_and_finite() -> None:
    torch.manual_seed(0)
    first = LanguageModel(CONFIG).state_dict()
    torch.manual_seed(0)
    second = LanguageModel(CONFIG).state_dict()
    for name, tensor in first.items():
        assert torch.isfinite(tensor).all()
        assert torch.equal(tensor, second[name])
    assert first["lm_head.weight"].std() > 0
