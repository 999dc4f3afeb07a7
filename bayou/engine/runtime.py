"""What a runtime must do, and what it gives back. Knows arrays; not how tokens are chosen, or any one runtime."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from bayou.model.config import VLMConfig

Precision = Literal["float32", "bf16", "int8", "int4"]
TowerPrecision = Literal["float32", "bf16", "int8"]


@dataclass(frozen=True, slots=True)
class SquarePrecision:
    """Of a member with square tiles: of its decoder's matrices, and of its tower's and projector's."""

    decoder: Precision
    tower: TowerPrecision


def with_its_tower(precision: Precision) -> SquarePrecision:
    """What a precision means for the tower where nobody says: float32 and int4, which is chosen for want of memory, are
    of the whole; else the tower stays in bfloat16, as released."""
    towers: dict[Precision, TowerPrecision] = {"float32": "float32", "int4": "int8"}
    return SquarePrecision(precision, towers.get(precision, "bf16"))


FloatArray = NDArray[np.float32]
IntArray = NDArray[np.integer]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Draft:
    """What the tower's own head reads in a line (nano).

    Attributes:
        text: K characters as the head spells them.
        ids: Their ids in the decoder's vocabulary, K of them, the unknown id for one outside it.
        probabilities: float32 [K], the head's probability of each at its surest column.
        spans: int32 [K, 2], first and end column (of 8 pixels) of each character; blanks between belong to none.
        columns: Number of columns of the whole line.
    """

    text: str
    ids: tuple[int, ...]
    probabilities: FloatArray
    spans: NDArray[np.int32]
    columns: int


@dataclass(frozen=True, eq=False)
class Encoded:
    """One image's visual tokens, float32 [n, hidden], ready to stand among embeddings; and the draft, for a line."""

    tokens: FloatArray
    draft: Draft | None = None


class Cache(Protocol):
    """Keys and values of the positions a batch has been through, a slot for each, the same number for every row."""

    @property
    def batch(self) -> int:
        """Rows."""

    @property
    def length(self) -> int:
        """Slots filled so far."""

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows alone, in this order (a row may be taken twice)."""

    def state(self) -> Iterator[FloatArray]:
        """Keys, then values of each layer in turn, float32 [rows, heads, slots, size]; copies, exact."""


class Runtime(Protocol):
    """One loaded model on one device.

    Not thread-safe; a cache belongs to the runtime that made it.

    Attributes:
        config: The member that is loaded.
        precision: Of the decoder's weights.
        tower_precision: Of the tower's.
        name: "openvino", "torch", ...
    """

    config: VLMConfig
    precision: Precision
    tower_precision: TowerPrecision
    name: str

    def encode(self, pixels: Sequence[FloatArray], doubted: bool = False) -> list[Encoded]:
        """Images to visual tokens, in the same order.

        Args:
            pixels: float32; [3, 448, 448] tiles, or for nano [3, 48, W] lines, whose widths may differ.
            doubted: These are lines whose reading was in doubt: a tower in 8 bits, whose doubtful lines are seen once
                more in float32, isn't asked first.

        Returns:
            256 tokens a tile; K + 1 tokens and the draft of K characters a line.
        """

    def new_cache(self, batch: int) -> Cache:
        """An empty cache for ``batch`` rows."""

    def restore(self, state: Iterable[FloatArray]) -> Cache:
        """A cache that holds what ``state`` of a cache gave, of whatever rows and slots."""

    def embed(self, ids: IntArray) -> FloatArray:
        """The decoder's embeddings: ids [B, T] to float32 [B, T, hidden]."""

    def step(
        self,
        cache: Cache,
        embeds: FloatArray,
        positions: IntArray,
        visible: BoolArray,
        wanted: IntArray | None = None,
    ) -> FloatArray:
        """Run T more positions of every row; their keys and values take the cache's next T slots.

        Args:
            cache: Holding S slots, S + T after the call.
            embeds: [B, T, hidden].
            positions: [B, T], the rotary position of each; need not be the slot's number.
            visible: [B, T, S + T], whether the position sees the slot. Every position must see at least one.
            wanted: [B, N], indices into T, whose logits to compute; all T by default.

        Returns:
            Logits, float32 [B, N, vocabulary].
        """
