"""How a picture becomes square tiles: grids, cuts, the whole view, MSAC. Knows sizes; not pixels' values or prompts.

Grids are (columns, rows). A single pass resizes the picture to the grid that is nearest in shape, cuts it row by row,
and where there is more than one tile adds the whole picture as one more. MSAC (multi-scale adaptive cropping, the 2B's
way with a single picture) makes a second pass with a grid whose columns and rows do not divide the first one's.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from bayou.errors import UsageError

Grid = tuple[int, int]
TILE_SIZE = 448
MAX_TILES = 6

_FINE_MIN_TILES = 3  # has no effect of its own: a grid that divides neither way has at least 2 x 2 tiles
_WHOLE: Grid = (1, 1)


def candidate_grids(max_tiles: int, min_tiles: int = 1, avoid: Grid | None = None) -> list[Grid]:
    """Every grid of ``min_tiles`` to ``max_tiles`` tiles, fewest first.

    Args:
        avoid: Leave out grids whose columns divide this one's, and those whose rows do.
    """
    grids = [
        (columns, rows)
        for columns in range(1, max_tiles + 1)
        for rows in range(1, max_tiles // columns + 1)
        if min_tiles <= columns * rows and (avoid is None or (avoid[0] % columns != 0 and avoid[1] % rows != 0))
    ]
    return sorted(grids, key=lambda grid: grid[0] * grid[1])


def choose_grid(
    size: tuple[int, int], max_tiles: int = MAX_TILES, min_tiles: int = 1, avoid: Grid | None = None
) -> Grid:
    """The candidate nearest to the picture's shape, (1, 1) where there is no candidate.

    Distances are compared in double precision. Of two that are exactly as near, the larger grid wins if the picture has
    more than half as many pixels as that grid.

    Args:
        size: Width and height in pixels.
    """
    if max_tiles < 1:
        raise UsageError(f"max_tiles must be at least 1, not {max_tiles}")
    width, height = size
    aspect = width / height
    best, nearest = _WHOLE, float("inf")
    for columns, rows in candidate_grids(max_tiles, min_tiles, avoid):
        distance = abs(aspect - columns / rows)
        large_enough = width * height > 0.5 * TILE_SIZE * TILE_SIZE * columns * rows
        if distance < nearest or (distance == nearest and large_enough):
            best, nearest = (columns, rows), distance
    return best


def count_tiles(grid: Grid) -> int:
    """Tiles of one pass, the whole view included."""
    tiles = grid[0] * grid[1]
    return tiles + 1 if tiles > 1 else tiles


@dataclass(frozen=True, slots=True)
class TilePlan:
    """The grids of one picture: one pass, or with ``fine`` two (MSAC)."""

    coarse: Grid
    fine: Grid | None = None

    @property
    def grids(self) -> tuple[Grid, ...]:
        """In the order in which they are chosen: coarse, then fine."""
        return (self.coarse,) if self.fine is None else (self.coarse, self.fine)

    @property
    def tiles(self) -> int:
        """Number of tiles, whole view included."""
        if self.fine is None:
            return count_tiles(self.coarse)
        return count_tiles(self.fine) - 1 + count_tiles(self.coarse) - 1 + 1


def plan_tiles(size: tuple[int, int], max_tiles: int = MAX_TILES, msac: bool = False) -> TilePlan:
    """Choose the grid, or with ``msac`` both grids, for a picture of ``size`` = (width, height) pixels."""
    coarse = choose_grid(size, max_tiles)
    if not msac:
        return TilePlan(coarse)
    return TilePlan(coarse, choose_grid(size, max_tiles, _FINE_MIN_TILES, avoid=coarse))


def tile_boxes(grid: Grid) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of each tile in the resized picture, row by row."""
    columns, rows = grid
    return [
        (column * TILE_SIZE, row * TILE_SIZE, (column + 1) * TILE_SIZE, (row + 1) * TILE_SIZE)
        for row in range(rows)
        for column in range(columns)
    ]


def cut_tiles(image: Image.Image, plan: TilePlan) -> list[Image.Image]:
    """The tiles [448, 448] of an RGB picture: fine ones, coarse ones, and one whole view last.

    Resizing is bicubic and does not keep the aspect. A 1 x 1 grid is the whole view alone.
    """
    parts = [part for grid in reversed(plan.grids) for part in _cut(image, grid)]
    return [*parts, _resize(image, _WHOLE)]


def _cut(image: Image.Image, grid: Grid) -> list[Image.Image]:
    if grid == _WHOLE:
        return []
    resized = _resize(image, grid)
    return [resized.crop(box) for box in tile_boxes(grid)]


def _resize(image: Image.Image, grid: Grid) -> Image.Image:
    return image.resize((grid[0] * TILE_SIZE, grid[1] * TILE_SIZE), Image.Resampling.BICUBIC)
