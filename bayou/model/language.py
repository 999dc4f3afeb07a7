"""Danube, the decoder: embeddings, positions and cache to logits (needs torch). Knows no images, text or sampling.

Llama's and Mistral's shape without a sliding window: RMSNorm before attention and before a SwiGLU, rotary positions
over the whole head, grouped queries; no biases but, in Qwen2's shape, those of q, k and v. Parameter names are those of
the released files below ``language_model.``. Positions are an argument and need not be unique: nano's visual tokens
share theirs with the characters of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from bayou.model.config import LanguageConfig
from bayou.model.packed_attention import Documents, attend_within

INITIAL_STD = 0.02
Mask = Tensor | Documents | None


class KeyValueCache:
    """Keys and values of the tokens read so far, one pair a layer, [batch, key-value heads, tokens, head size]."""

    def __init__(self, layers: int) -> None:
        self._pairs: list[tuple[Tensor, Tensor] | None] = [None] * layers

    @property
    def length(self) -> int:
        """Tokens held: those of the last complete pass."""
        last = self._pairs[-1]
        return 0 if last is None else last[0].shape[2]

    def keep(self, rows: Tensor) -> None:
        """Go on with these rows of the batch alone, in this order (a row may be taken twice)."""
        self._pairs = [pair and (pair[0][rows], pair[1][rows]) for pair in self._pairs]

    def tensors(self) -> Iterator[Tensor]:
        """Keys, then values of each layer in turn."""
        for pair in self._pairs:
            if pair is not None:
                yield from pair

    def fill(self, tensors: Iterable[Tensor]) -> None:
        """Hold what ``tensors`` gave, and nothing else."""
        given = iter(tensors)
        self._pairs = list(zip(given, given, strict=True))

    def append(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add new tokens to a layer; returns all of its keys and values."""
        held = self._pairs[layer]
        if held is not None:
            keys = torch.cat((held[0], keys), dim=2)
            values = torch.cat((held[1], values), dim=2)
        self._pairs[layer] = (keys, values)
        return keys, values

    def truncate(self, length: int) -> None:
        """Forget every token from ``length`` on."""
        self._pairs = [pair and (pair[0][:, :, :length], pair[1][:, :, :length]) for pair in self._pairs]


class RMSNorm(nn.Module):
    """Root-mean-square norm: variance in float32, back to the input's type, then the weight."""

    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        normed = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return self.weight * normed.to(x.dtype)


def rotary_table(positions: Tensor, head_dim: int, theta: float, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosines and sines [B, 1, T, head_dim / 2] for positions [B, T].

    The inverse frequencies and the angles are float32, as the released models computed them: a float64 table moves the
    logits by up to 2e-5 at position 3,000.
    """
    exponents = torch.arange(0, head_dim, 2, dtype=torch.float32, device=positions.device) / head_dim
    inverse_frequency = 1.0 / (theta**exponents)
    angles = positions.to(torch.float32)[:, None, :, None] * inverse_frequency
    return angles.cos().to(dtype), angles.sin().to(dtype)


def rotate(x: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    """Turn heads [B, heads, T, head_dim]: dimension i pairs with i + head_dim / 2."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cosines - second * sines, second * cosines + first * sines), dim=-1)


class Attention(nn.Module):
    """Grouped-query self-attention with rotary positions."""

    def __init__(self, config: LanguageConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.heads, self.kv_heads = config.num_attention_heads, config.num_key_value_heads
        self.head_dim = config.head_dim
        self.q_proj = nn.Linear(config.hidden_size, self.heads * self.head_dim, bias=config.attention_bias)
        self.k_proj = nn.Linear(config.hidden_size, self.kv_heads * self.head_dim, bias=config.attention_bias)
        self.v_proj = nn.Linear(config.hidden_size, self.kv_heads * self.head_dim, bias=config.attention_bias)
        self.o_proj = nn.Linear(self.heads * self.head_dim, config.hidden_size, bias=False)

    def forward(self, x: Tensor, table: tuple[Tensor, Tensor], mask: Mask, cache: KeyValueCache | None) -> Tensor:
        batch, length, _ = x.shape
        queries = self.q_proj(x).view(batch, length, self.heads, self.head_dim).transpose(1, 2)
        keys = self.k_proj(x).view(batch, length, self.kv_heads, self.head_dim).transpose(1, 2)
        values = self.v_proj(x).view(batch, length, self.kv_heads, self.head_dim).transpose(1, 2)
        queries, keys = rotate(queries, *table), rotate(keys, *table)
        if cache is not None:
            keys, values = cache.append(self.layer, keys, values)
        if isinstance(mask, Documents):
            mixed = attend_within(queries, keys, values, mask)
        else:
            mixed = functional.scaled_dot_product_attention(
                queries,
                keys,
                values,
                attn_mask=mask,
                is_causal=mask is None and length > 1,  # forward() gives a mask where a cache stands before several
                enable_gqa=self.heads != self.kv_heads,
            )
        projected: Tensor = self.o_proj(mixed.transpose(1, 2).reshape(batch, length, self.heads * self.head_dim))
        return projected


class SwiGLU(nn.Module):
    """The gated feed-forward part."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        projected: Tensor = self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))
        return projected


class DecoderLayer(nn.Module):
    """Attention, then feed-forward, each after a norm and added to the stream."""

    def __init__(self, config: LanguageConfig, layer: int) -> None:
        super().__init__()
        self.self_attn = Attention(config, layer)
        self.mlp = SwiGLU(config)
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)

    def forward(self, x: Tensor, table: tuple[Tensor, Tensor], mask: Mask, cache: KeyValueCache | None) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), table, mask, cache)
        stream: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return stream


class Decoder(nn.Module):
    """The layers without the output matrix (``language_model.model``)."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(DecoderLayer(config, layer) for layer in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class LanguageModel(nn.Module):
    """A Danube decoder.

    A new one has normal weights of standard deviation 0.02 (norms: ones); on the meta device it has none.
    """

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        self.config = config
        self.recompute = False  # whether a layer's inner values are computed anew when gradients need them
        self.model = Decoder(config)
        if not config.tie_word_embeddings:  # tied ones use the embeddings and have no key of their own in the file
            self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        for module in self.modules():
            if isinstance(module, nn.Linear | nn.Embedding):
                nn.init.normal_(module.weight, std=INITIAL_STD)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def new_cache(self) -> KeyValueCache:
        """An empty cache for this decoder, of any batch size."""
        return KeyValueCache(self.config.num_hidden_layers)

    def embed(self, ids: Tensor) -> Tensor:
        """Embeddings [B, T, hidden] of token ids [B, T]."""
        embedded: Tensor = self.model.embed_tokens(ids)
        return embedded

    def hidden_states(
        self, inputs_embeds: Tensor, positions: Tensor, mask: Mask = None, cache: KeyValueCache | None = None
    ) -> Tensor:
        """The normed stream [B, T, hidden] before the output matrix; arguments as for ``forward``."""
        length, past = inputs_embeds.shape[1], 0 if cache is None else cache.length
        if mask is None and past > 0 and length > 1:
            keep = torch.ones(length, past + length, dtype=torch.bool, device=inputs_embeds.device)
            mask = keep.tril(diagonal=past)[None, None]
        if isinstance(mask, Tensor) and mask.dtype != torch.bool:
            mask = mask.to(inputs_embeds.dtype)
        table = rotary_table(positions, self.config.head_dim, self.config.rope_theta, inputs_embeds.dtype)
        stream = inputs_embeds
        for layer in self.model.layers:
            if self.recompute:
                stream = checkpoint(layer, stream, table, mask, cache, use_reentrant=False)
            else:
                stream = layer(stream, table, mask, cache)
        normed: Tensor = self.model.norm(stream)
        return normed

    def logits(self, hidden: Tensor) -> Tensor:
        """Logits [..., vocab] of what ``hidden_states`` returns."""
        output = self.model.embed_tokens.weight if self.config.tie_word_embeddings else self.lm_head.weight
        return functional.linear(hidden, output)

    def forward(
        self, inputs_embeds: Tensor, positions: Tensor, mask: Mask = None, cache: KeyValueCache | None = None
    ) -> Tensor:
        """Logits [B, T, vocab] for embeddings [B, T, hidden].

        Args:
            inputs_embeds: Rows of the sequence, text and visual tokens alike.
            positions: Rotary positions [B, T], integers, in any order and not necessarily different.
            mask: [B or 1, 1, T, S], S = cached + T tokens: boolean (True = look there) or added to the scores; None is
                causal in the order of the sequence. Every row needs a place to look at. ``Documents`` of a packed
                sequence, B = 1, on CUDA: causal within each.
            cache: What went before; this call appends to it. None: nothing did, and nothing is kept.
        """
        return self.logits(self.hidden_states(inputs_embeds, positions, mask, cache))
