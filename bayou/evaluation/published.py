"""Figures that others published, by benchmark, each with where it was read. Knows numbers; makes none.

The OpenVLM board's table stands on the 800m's model card, OCRBench's groups on its leaderboard. What the paper's own
tables have beyond these could not be read, and is not here.
"""

from __future__ import annotations

from bayou.evaluation.benchmark import Published

CARD = "model card of h2oai/h2ovl-mississippi-800m, OpenVLM leaderboard table"
OCRBENCH_BOARD = "OCRBench leaderboard, echo840/ocrbench-leaderboard"
LISTED = "paper page at wizwand.com (values of arXiv 2410.13611)"

BOARD_COLUMNS = ("mmbench", "mmstar", "mmmu", "mathvista", "hallusionbench", "ai2d", "ocrbench", "mmvet")
BOARD: dict[str, tuple[float, ...]] = {
    "Qwen2-VL-2B": (72.2, 47.5, 42.2, 47.8, 42.4, 74.7, 797, 51.5),
    "H2OVL-Mississippi-2B": (64.8, 49.6, 35.2, 56.8, 36.4, 69.9, 782, 44.7),
    "InternVL2-2B": (69.6, 49.8, 36.3, 46.0, 38.0, 74.1, 781, 39.7),
    "Phi-3-Vision": (65.2, 47.7, 46.1, 44.6, 39.0, 78.4, 637, 44.1),
    "MiniMonkey": (68.9, 48.1, 35.7, 45.3, 30.9, 73.7, 794, 39.8),
    "MiniCPM-V-2": (65.8, 39.1, 38.2, 39.8, 36.1, 62.9, 605, 41.0),
    "InternVL2-1B": (59.7, 45.6, 36.7, 39.4, 34.3, 63.8, 755, 31.5),
    "PaliGemma-3B-mix-448": (65.6, 48.3, 34.9, 28.7, 32.2, 68.3, 614, 33.1),
    "H2OVL-Mississippi-0.8B": (47.7, 39.1, 34.0, 39.0, 29.6, 53.6, 751, 30.0),
    "DeepSeek-VL-1.3B": (63.8, 39.9, 33.8, 29.8, 27.6, 51.5, 413, 29.2),
}

OCRBENCH_GROUPS = (
    "Text Recognition",
    "Scene Text-centric VQA",
    "Doc-oriented VQA",
    "Key Information Extraction",
    "Handwritten Mathematical Expression Recognition",
)
OCRBENCH: dict[str, tuple[int, ...]] = {
    "MiniCPM-V 2.6": (261, 186, 176, 181, 48, 852),
    "granite-vision-3.3-2b": (253, 180, 158, 158, 75, 824),
    "MiniMonkey": (251, 174, 141, 169, 71, 806),
    "H2OVL-Mississippi-2B": (252, 171, 140, 166, 53, 782),
    "InternVL2-1B": (255, 166, 130, 156, 72, 779),
    "InternVL2-4B": (235, 170, 138, 164, 69, 776),
    "InternVL2-2B": (245, 172, 122, 167, 62, 768),
    "H2OVL-Mississippi-0.8B": (274, 162, 112, 152, 51, 751),
    "Qwen-VL-Max": (254, 166, 148, 143, 12, 723),
    "Gemini": (215, 174, 128, 134, 8, 659),
    "GPT4V": (167, 163, 146, 160, 9, 645),
    "MiniCPM-V-2": (245, 171, 103, 86, 0, 605),
    "TextMonkey": (169, 164, 115, 113, 0, 561),
}


def board(benchmark: str, figure: str = "all") -> tuple[Published, ...]:
    """One column of the OpenVLM board."""
    place = BOARD_COLUMNS.index(benchmark)
    return tuple(Published(model, figure, values[place], CARD) for model, values in BOARD.items())


def ocrbench() -> tuple[Published, ...]:
    """OCRBench's total and groups."""
    return tuple(
        Published(model, figure, float(value), OCRBENCH_BOARD)
        for model, values in OCRBENCH.items()
        for figure, value in zip((*OCRBENCH_GROUPS, "all"), values, strict=True)
    )
