"""How near the perceptual hashes of copies of a picture are, and how far those of others: what a threshold rests on.

python -m benchmarks.near_pictures FOLDER [FOLDER ...]

Each folder's pictures (at most ``--most``) are copied as copies get about: saved as JPEG, made smaller, brightened.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bayou.data.fingerprints import HASH_BITS, differing_bits, perceptual_hash
from bayou.data.recipe import Duplicates
from bayou.data.sources import PICTURES
from benchmarks.measurement import Row, show, write


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def _scaled(image: Image.Image, share: float, filter_: Image.Resampling) -> Image.Image:
    return image.resize((max(8, round(image.width * share)), max(8, round(image.height * share))), filter_)


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "jpeg_60": lambda image: _jpeg(image, 60),
    "half": lambda image: _scaled(image, 0.5, Image.Resampling.BICUBIC),
    "smaller_jpeg_75": lambda image: _jpeg(_scaled(image, 0.7, Image.Resampling.LANCZOS), 75),
    "brighter": lambda image: image.point([round(255 * (level / 255) ** 0.8) for level in range(256)] * 3),
}


def _hash(image: Image.Image) -> NDArray[np.uint8]:
    return perceptual_hash(np.asarray(image))


def measure(folder: Path, most: int) -> Row:
    """Differing bits of 256: the highest of each kind of copy, and the lowest and the hundredth part's of others."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICTURES)[:most]
    images = [Image.open(path).convert("RGB") for path in files]
    hashes = np.stack([_hash(image) for image in images])
    others = np.concatenate([differing_bits(hashes[i], hashes[i + 1 :]) for i in range(len(hashes) - 1)])
    row: dict[str, object] = {"folder": folder.name, "n": len(images)}
    for name, copy in COPIES.items():
        bits = [int(differing_bits(_hash(copy(image)), own)) for image, own in zip(images, hashes, strict=True)]
        row[f"{name}_highest"] = max(bits)
    return {**row, "others_lowest": int(others.min()), "others_1_percent": int(np.percentile(others, 1))}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=100, help="pictures of each folder")
    given = parser.parse_args(argv)
    rows = [measure(folder, given.most) for folder in given.folders]
    show(rows)
    threshold = Duplicates().picture_bits
    print(write("near_pictures", {"most": given.most, "bits": HASH_BITS, "near_up_to": threshold}, rows))


if __name__ == "__main__":
    main()
