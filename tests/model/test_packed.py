"""A packed sequence against its samples one by one, and each fast way against its slow twin."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from bayou.data.packing import Budget
from bayou.model.config import LanguageConfig
from bayou.model.language import LanguageModel, Mask
from bayou.model.packed_attention import Documents, attend_within, check_varlen, documents_mask
from bayou.model.vlm import MississippiVLM
from bayou.model.weights import load_model
from bayou.training.packed_sequence import PackedSequence, join_samples
from bayou.training.packed_tensors import mask_of, tensors_of
from bayou.training.vlm_settings import EngineSettings
from tests.golden_set import COMMITTED
from tests.training.test_packed_sequence import IMAGE, joined, samples

PACKED_LOSS_TOLERANCE = 2e-5
PACKED_GRADIENT_TOLERANCE = 2e-5
VARLEN_TOLERANCE = 2e-2
CPU = torch.device("cpu")


def network() -> MississippiVLM:
    return load_model(COMMITTED / "tiny-800m").train()


def losses(model: MississippiVLM, pack: PackedSequence, rows: int = 1024, mask: Mask = None) -> Tensor:
    found = mask_of(pack, CPU, EngineSettings()) if mask is None else mask
    return model.answer_losses(tensors_of(pack, CPU), found, rows)


def gradients(model: MississippiVLM, loss: Tensor) -> dict[str, Tensor]:
    model.zero_grad()
    loss.backward()
    return {name: parameter.grad.clone() for name, parameter in model.named_parameters() if parameter.grad is not None}


def assert_same_gradients(first: dict[str, Tensor], second: dict[str, Tensor]) -> None:
    assert first.keys() == second.keys()
    for name, gradient in first.items():
        scale = gradient.abs().max().clamp_min(1e-3)
        assert ((second[name] - gradient) / scale).abs().max() < PACKED_GRADIENT_TOLERANCE, name


def test_packed_equals_unpacked() -> None:
    model = network()
    pack = joined()
    packed = losses(model, pack)
    together = gradients(model, packed.sum())
    alone = []
    for _, _, sample in samples():
        ids = torch.from_numpy(sample.inputs.ids).long()[None]
        pixels = torch.from_numpy(sample.inputs.pixels) if len(sample.inputs.pixels) else None
        logits = model(ids, pixels).logits[0]
        labels = torch.from_numpy(sample.labels).long()
        learnt = torch.nonzero(labels != -100)[:, 0]
        alone.append(functional.cross_entropy(logits[learnt - 1], labels[learnt], reduction="none"))
    torch.testing.assert_close(packed, torch.cat(alone), rtol=0, atol=PACKED_LOSS_TOLERANCE)
    assert_same_gradients(gradients(model, torch.cat(alone).sum()), together)


def test_no_sample_sees_another() -> None:
    model, pack = network(), joined()
    before = losses(model, pack).detach()
    pack.ids[: pack.bounds[1]] = 5  # the first sample says something else
    after = losses(model, pack).detach()
    others = torch.from_numpy(pack.answer_documents) > 0
    assert torch.equal(before[others], after[others])
    assert not torch.equal(before[~others], after[~others])


@pytest.mark.parametrize("rows", [1, 5])
def test_losses_in_pieces_equal_those_of_one_piece(rows: int) -> None:
    model, pack = network(), joined()
    whole, pieces = losses(model, pack), losses(model, pack, rows)
    torch.testing.assert_close(pieces, whole, rtol=0, atol=PACKED_LOSS_TOLERANCE)
    assert_same_gradients(gradients(model, whole.sum()), gradients(model, pieces.sum()))


def test_recomputing_changes_no_bit() -> None:
    model, pack = network(), joined()
    kept = gradients(model, losses(model, pack).sum())
    model.vision_model.recompute = model.language_model.recompute = True
    again = gradients(model, losses(model, pack).sum())
    assert all(torch.equal(gradient, again[name]) for name, gradient in kept.items())


def test_padding_changes_no_loss() -> None:
    model = network()
    plain, padded = joined(), join_samples(samples(), IMAGE, 0.5, Budget(640, 3))
    first, second = losses(model, plain), losses(model, padded)
    torch.testing.assert_close(second, first, rtol=0, atol=PACKED_LOSS_TOLERANCE)
    assert_same_gradients(gradients(model, first.sum()), gradients(model, second.sum()))


def test_text_alone_gives_the_tower_a_gradient_of_zero() -> None:
    model = network()
    found = gradients(model, losses(model, join_samples(samples()[:1], IMAGE, 0.5)).sum())
    assert found.keys() == dict(model.named_parameters()).keys()
    assert not found["mlp1.1.weight"].any()
    assert not found["vision_model.encoder.layers.0.attn.qkv.weight"].any()


def test_the_mask_looks_back_within_each_document() -> None:
    mask = documents_mask(torch.tensor([0, 2, 3, 6], dtype=torch.int32), 6)[0, 0]
    expected = torch.block_diag(*(torch.ones(n, n).tril() for n in (2, 1, 3))).bool()
    assert torch.equal(mask, expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="the kernel is CUDA's")
@pytest.mark.parametrize(("heads", "kv_heads", "size"), [(16, 8, 96), (32, 8, 80), (4, 2, 16)])
def test_the_kernel_equals_the_mask(heads: int, kv_heads: int, size: int) -> None:
    check_varlen()
    torch.manual_seed(0)
    bounds = torch.tensor([0, 5, 6, 133, 400], dtype=torch.int32, device="cuda")
    shapes = [(1, n, 400, size) for n in (heads, kv_heads, kv_heads)]
    given = [torch.randn(*shape, device="cuda", dtype=torch.bfloat16, requires_grad=True) for shape in shapes]
    fast = attend_within(*given, Documents(bounds, 267))
    mask = documents_mask(bounds, 400)
    slow = functional.scaled_dot_product_attention(*given, attn_mask=mask, enable_gqa=True)
    torch.testing.assert_close(fast, slow, rtol=0, atol=VARLEN_TOLERANCE)
    for a, b in zip(torch.autograd.grad(fast.sum(), given), torch.autograd.grad(slow.sum(), given), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=VARLEN_TOLERANCE * float(b.abs().max()))


def test_the_decoder_hands_documents_to_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the CPU a stand-in with the kernel's arguments, made of the mask: shapes and order of what is handed over."""
    model = LanguageModel(LanguageConfig(32, 2, 4, 2, 64, vocab_size=40)).eval()
    bounds = torch.tensor([0, 3, 7, 12], dtype=torch.int32)
    seen = []

    def kernel(
        query: Tensor, key: Tensor, value: Tensor, *, cu_seq_q: Tensor, cu_seq_k: Tensor, **options: object
    ) -> Tensor:
        seen.append((cu_seq_q, cu_seq_k, options))
        rows = [part.transpose(0, 1)[None] for part in (query, key, value)]
        mask = documents_mask(cu_seq_q, len(query))
        return functional.scaled_dot_product_attention(*rows, attn_mask=mask, enable_gqa=True)[0].transpose(0, 1)

    monkeypatch.setattr("torch.nn.attention.varlen.varlen_attn", kernel)
    embeds, positions = torch.randn(1, 12, 32), torch.tensor([[0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 3, 4]])
    found = model(embeds, positions, Documents(bounds, 5))
    torch.testing.assert_close(
        found, model(embeds, positions, documents_mask(bounds, 12)), rtol=0, atol=PACKED_LOSS_TOLERANCE
    )
    assert len(seen) == 2
    assert seen[0][2] == {"max_q": 5, "max_k": 5, "window_size": (-1, 0), "enable_gqa": True}
