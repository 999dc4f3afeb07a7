"""Grids, boxes and tile counts against the reference's tables, and properties of any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bayou.errors import UsageError
from bayou.inputs.tiling import (
    TILE_SIZE,
    TilePlan,
    candidate_grids,
    choose_grid,
    count_tiles,
    cut_tiles,
    plan_tiles,
    tile_boxes,
)
from tests.golden_set import read_json

SIZES = st.tuples(st.integers(1, 6000), st.integers(1, 6000))


def test_every_row_of_the_reference() -> None:
    rows = read_json("tiling.json")["rows"]
    assert len(rows) > 1000
    for row in rows:
        single = plan_tiles(tuple(row["size"]), row["max_tiles"])
        both = plan_tiles(tuple(row["size"]), row["max_tiles"], msac=True)
        assert both.fine is not None
        found = {
            "coarse_grid": list(single.coarse),
            "coarse_tiles": single.tiles,
            "fine_grid": list(both.fine),
            "fine_tiles": count_tiles(both.fine),
            "msac_total_tiles": both.tiles,
        }
        assert both.coarse == single.coarse
        assert found == {name: row[name] for name in found}, row["size"]


def test_boxes_of_the_reference() -> None:
    checked = 0
    for row in read_json("tiling.json")["rows"]:
        for name in ("coarse", "fine"):
            if f"{name}_boxes" not in row:
                continue
            boxes = [box for box in row[f"{name}_boxes"] if box != "thumbnail"]
            assert [list(box) for box in tile_boxes(tuple(row[f"{name}_grid"]))] == boxes
            assert len(row[f"{name}_boxes"]) == count_tiles(tuple(row[f"{name}_grid"]))
            checked += 1
    assert checked > 0


def test_worked_examples() -> None:
    examples = read_json("tiling-examples.json")
    for row in examples["800m_no_msac"]:
        plan = plan_tiles((row["width"], row["height"]))
        assert list(plan.coarse) == row["grid"]
        assert plan.tiles == row["tiles_incl_thumbnail"]
    for row in examples["2b_msac"]:
        plan = plan_tiles((row["width"], row["height"]), msac=True)
        assert [list(grid) for grid in plan.grids] == [row["coarse_grid"], row["fine_grid"]]
        assert plan.tiles == row["tiles_total"] == len(row["tile_order"])
    for row in examples["msac_table_max6"]:
        fine = candidate_grids(6, 3, avoid=tuple(row["coarse"]))
        assert sorted(fine) == sorted(tuple(grid) for grid in row["fine_candidates"])


@given(SIZES, st.integers(1, 12))
def test_the_grid_is_a_nearest_candidate(size: tuple[int, int], max_tiles: int) -> None:
    grid = choose_grid(size, max_tiles)
    aspect = size[0] / size[1]
    distances = {candidate: abs(aspect - candidate[0] / candidate[1]) for candidate in candidate_grids(max_tiles)}
    assert distances[grid] == min(distances.values())


@given(SIZES, st.integers(1, 12))
def test_both_passes_differ_both_ways(size: tuple[int, int], max_tiles: int) -> None:
    plan = plan_tiles(size, max_tiles, msac=True)
    assert plan.fine is not None
    if plan.fine != (1, 1):
        assert plan.coarse[0] % plan.fine[0] != 0
        assert plan.coarse[1] % plan.fine[1] != 0
    assert 1 <= plan.tiles <= 2 * max_tiles + 1


@given(st.integers(1, 12))
def test_boxes_tile_the_resized_picture(max_tiles: int) -> None:
    for columns, rows in candidate_grids(max_tiles):
        canvas = np.zeros((rows * TILE_SIZE, columns * TILE_SIZE), dtype=np.uint8)
        for left, top, right, bottom in tile_boxes((columns, rows)):
            canvas[top:bottom, left:right] += 1
        assert (canvas == 1).all()


def solid(colours: list[list[int]]) -> Image.Image:
    """A picture of one grey square of a tile's size for each number."""
    return Image.fromarray(np.kron(np.array(colours, dtype=np.uint8), np.ones((TILE_SIZE, TILE_SIZE), dtype=np.uint8)))


def test_tiles_are_cut_row_by_row_and_the_whole_comes_last() -> None:
    tiles = cut_tiles(solid([[10, 20, 30], [40, 50, 60]]), TilePlan((3, 2)))
    assert [tile.size for tile in tiles] == [(TILE_SIZE, TILE_SIZE)] * 7
    assert [tile.getpixel((200, 200)) for tile in tiles[:6]] == [10, 20, 30, 40, 50, 60]
    assert len(set(np.asarray(tiles[6]).ravel().tolist())) > 6


def test_fine_tiles_stand_before_coarse_ones() -> None:
    image = solid([[10, 20], [30, 40]])
    tiles = cut_tiles(image, TilePlan(coarse=(1, 2), fine=(2, 2)))
    assert len(tiles) == TilePlan(coarse=(1, 2), fine=(2, 2)).tiles == 7
    assert [tile.getpixel((200, 200)) for tile in tiles[:4]] == [10, 20, 30, 40]


def test_a_small_picture_is_one_tile() -> None:
    assert len(cut_tiles(Image.new("RGB", (3, 3)), TilePlan((1, 1)))) == 1
    assert len(cut_tiles(Image.new("RGB", (3, 3)), TilePlan((1, 1), (1, 1)))) == 1


def test_no_tiles_at_all_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="max_tiles"):
        choose_grid((100, 100), 0)
