"""Attention within each document of a packed sequence (needs torch). Knows bounds; no ids, no weights.

Two twins that a test holds equal: a mask for the ordinary attention, which runs anywhere and costs the square of the
sequence, and CUDA's kernel for sequences of unlike length, which never looks across a bound.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from bayou.errors import MissingExtraError

VARLEN_TORCH = (2, 13)
"""The first torch whose ``varlen_attn`` has the arguments used here."""


class Documents(NamedTuple):
    """Where the documents of a packed sequence lie; in the place of a mask it means: causal within each.

    Attributes:
        bounds: int32 [D + 1], from 0 to the length of the sequence.
        longest: Tokens of the longest document, or more.
    """

    bounds: Tensor
    longest: int


def documents_mask(bounds: Tensor, length: int) -> Tensor:
    """The mask [1, 1, T, T] that looks back within each document alone; True: look there."""
    places = torch.arange(length, device=bounds.device, dtype=bounds.dtype)
    document = torch.searchsorted(bounds, places, right=True)
    return ((document[:, None] == document[None]) & (places[:, None] >= places[None]))[None, None]


def check_varlen() -> None:
    """Whether this torch has the kernel.

    Raises:
        MissingExtraError: It is too old.
    """
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    if version < VARLEN_TORCH:
        raise MissingExtraError(
            f"packed training on a GPU needs torch {'.'.join(map(str, VARLEN_TORCH))} or newer, not {torch.__version__}"
        )


def attend_within(queries: Tensor, keys: Tensor, values: Tensor, documents: Documents) -> Tensor:
    """Causal attention within each document, by CUDA's kernel, bfloat16 or float16.

    Args:
        queries: [1, heads, T, head size].
        keys: [1, key-value heads, T, head size].
        values: As keys.

    Returns:
        [1, heads, T, head size].
    """
    from torch.nn.attention.varlen import varlen_attn

    bounds, longest = documents
    mixed = varlen_attn(
        queries[0].transpose(0, 1).contiguous(),
        keys[0].transpose(0, 1).contiguous(),
        values[0].transpose(0, 1).contiguous(),
        cu_seq_q=bounds,
        cu_seq_k=bounds,
        max_q=longest,
        max_k=longest,
        window_size=(-1, 0),
        enable_gqa=queries.shape[1] != keys.shape[1],
    )
    assert isinstance(mixed, Tensor)
    return mixed.transpose(0, 1)[None]
