"""nano-vit's tower: columns as the decoder expects them, that it learns, a folder that only torch reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch.nn import functional

from bayou.engine.model import load
from bayou.errors import UsageError
from bayou.export.member import open_member
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.line_images import prepare_line
from bayou.model.columns import BLANK, best_path
from bayou.model.config import LanguageConfig, LineVitConfig, VLMConfig
from bayou.model.line_vit import LineVit, column_places
from bayou.model.line_vlm import LineVLM
from bayou.reading.reader import Reader
from bayou.recipes.finetune import finetune_model
from bayou.recipes.nano_lines import head_alphabet, model_config, vocabulary
from bayou.training.line_export import Spelling, write_line_model
from bayou.training.optimizer import adamw

ALPHABET = tuple("abc")
KNOWN_BY_HEART = 60
"""Of 64 texts after 250 steps."""


def tiny(patch_height: int = 48, patch_width: int = 24) -> LineVitConfig:
    return LineVitConfig(
        features=8,
        classes=5,
        num_attention_heads=2,
        hidden_size=16,
        num_hidden_layers=2,
        intermediate_size=32,
        patch_height=patch_height,
        patch_width=patch_width,
    )


@pytest.mark.parametrize(("height", "width"), [(48, 8), (48, 24), (16, 8), (24, 16)])
def test_a_feature_for_every_8_pixels_whatever_the_patches(height: int, width: int) -> None:
    tower = LineVit(tiny(height, width))
    for pixels in (8, 320, 808):
        features = tower(torch.zeros(2, 3, 48, pixels))
        assert features.shape == (2, pixels // 8, 8)
        assert tower.head(features).shape == (2, pixels // 8, 5)


def test_a_column_sees_what_stands_there() -> None:
    torch.manual_seed(0)
    tower = LineVit(tiny(16, 8)).eval()
    tower.encoder.layers = torch.nn.ModuleList()  # without attention, a column knows its own pixels alone
    plain, marked = torch.zeros(1, 3, 48, 320), torch.zeros(1, 3, 48, 320)
    marked[..., 32:48, 80:88] = 1.0  # its lowest patch
    changed = (tower(marked) != tower(plain)).any(-1)[0]
    assert changed.nonzero().flatten().tolist() == [10]


def test_no_two_columns_of_the_longest_line_stand_in_one_place() -> None:
    places = column_places(900, 16)
    assert places.shape == (900, 16)
    assert len(torch.unique(places, dim=0)) == 900


def test_the_recipes_head_writes_what_the_decoder_writes() -> None:
    config = model_config("vit")
    assert isinstance(config.vision, LineVitConfig)
    assert {*head_alphabet("vit"), " "} == set(vocabulary())
    assert config.vision.classes == len(vocabulary()) + 1  # and the blank
    assert config.language == model_config("published").language


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    tokenizer = CharacterTokenizer([*ALPHABET, " "])
    language = LanguageConfig(16, 1, 2, 1, 32, vocab_size=tokenizer.vocab_size)
    model = LineVLM(VLMConfig(tiny(), language, name="nano-vit", max_tiles=1, template="line"))
    write_line_model(tmp_path / "vit", model, Spelling(ALPHABET, tokenizer), 0.9, quantised=False)
    return tmp_path / "vit"


def test_its_folder_is_read_by_torch_as_it_was_written(folder: Path) -> None:
    torch.manual_seed(0)
    image = np.random.default_rng(0).integers(0, 255, (40, 200, 3)).astype(np.uint8)
    model = LineVLM(load(folder, runtime="torch").config)
    assert isinstance(model.config.vision, LineVitConfig)
    (encoded,) = load(folder, runtime="torch").runtime.encode([prepare_line(image)])
    assert encoded.draft is not None
    assert set(encoded.draft.text) <= {*ALPHABET, " "}
    (line,) = Reader(model=str(folder), runtime="torch").read_lines([image])
    assert set(line.text) <= {*ALPHABET, " "}


def test_what_cannot_be_done_with_it_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--runtime torch"):
        load(folder)
    with pytest.raises(UsageError, match="isn't exported"):
        open_member(folder)
    with pytest.raises(UsageError, match="isn't fine-tuned"):
        finetune_model(str(folder), tmp_path / "none.jsonl", tmp_path / "out", [], False, lambda text: None)


@pytest.mark.slow
def test_it_learns_texts_by_heart() -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    font = ImageFont.load_default(30)
    texts = ["".join(rng.choice(list("0123456789"), 6)) for _ in range(64)]
    pixels = torch.stack([torch.from_numpy(prepare_line(drawn(text, font), 192)) for text in texts])
    wanted = torch.tensor([[int(digit) + 1 for digit in text] for text in texts])
    tower = LineVit(vit_of(model_config("vit")))
    optimizer = adamw({tower: 1.0}, 1e-3, (0.9, 0.98), 0.05)
    lengths = torch.full((16,), wanted.shape[1])
    for _ in range(250):
        some = torch.from_numpy(rng.permutation(64)[:16])
        columns = functional.log_softmax(tower.head(tower(pixels[some])), -1).transpose(0, 1)
        loss = functional.ctc_loss(columns, wanted[some], torch.full((16,), len(columns)), lengths, BLANK)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimizer.step()
    with torch.no_grad():
        classes = tower.head(tower(pixels)).argmax(-1).numpy()
    read = [best_path(row)[0].tolist() for row in classes]
    assert sum(one == text for one, text in zip(read, wanted.tolist(), strict=True)) >= KNOWN_BY_HEART


def drawn(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> NDArray[np.uint8]:
    image = Image.new("RGB", (180, 48), "white")
    ImageDraw.Draw(image).text((6, 6), text, fill="black", font=font)
    return np.asarray(image)


def vit_of(config: VLMConfig) -> LineVitConfig:
    assert isinstance(config.vision, LineVitConfig)
    return config.vision
