"""The smallest run there is: small's stages on a network of toy size, on lines rendered on the way. Knows no torch.

Nothing useful is learnt; it shows that everything works, on one processor in a minute or on several at once.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bayou.data.packing import Stream
from bayou.data.sample import Sample
from bayou.data.synthetic.lines import render_line
from bayou.errors import UsageError
from bayou.inputs.messages import Message
from bayou.recipes.vlm_command import open_mixtures, run_recipe
from bayou.training.packed_feed import OpenStream
from bayou.training.vlm_settings import EngineSettings, ExpectedSample, PlanSettings, Source, Stage, VLMTrainingConfig

RENDERED = Source("rendered-lines")
"""Made on the way; every other source is a folder of shards below ``data``."""

START = Path("tests/golden/tiny-800m")
QUESTION = "Read the text."
_LINES = ExpectedSample(tiles=1, text_tokens=40, answer_tokens=15)


def _stage(name: str, steps: int, vision: float = 0.0, projector: float = 0.0, language: float = 0.0) -> Stage:
    return Stage(
        name,
        steps,
        vision,
        projector,
        language,
        sources=(RENDERED,),
        tokens_a_pack=1024,
        tiles_a_pack=3,
        packs_a_step=4,
        max_tiles=1,
        expect=_LINES,
    )


SETTINGS = VLMTrainingConfig(
    output=Path("runs/tiny"),
    member="tiny-800m",
    start=START,
    stages=(
        _stage("projector", 4, projector=1e-3),
        _stage("general", 8, projector=5e-4, language=5e-4),
        _stage("ocr", 8, vision=1e-4, projector=5e-4, language=5e-4),
    ),
    lanes=4,
    look_ahead=12,
    checkpoint_every=5,
    log_every=1,
    engine=EngineSettings(precision="float32", recompute=()),
    plan=PlanSettings(gpus=1),
)


@dataclass(frozen=True, slots=True)
class RenderedLines:
    """Numbered pictures of lines and what they say."""

    seed: int

    def sample(self, number: int) -> Sample:
        """Sample ``number``."""
        line = render_line(self.seed, number)
        file = io.BytesIO()
        Image.fromarray(line.image).save(file, "PNG")
        asked = Message("user", [file.getvalue(), QUESTION])
        key = f"{self.seed}-{number}"
        return Sample(key, (asked, Message("assistant", line.text)), RENDERED.name, "Apache-2.0", "text-recognition")


def open_streams(config: VLMTrainingConfig) -> OpenStream:
    """Rendered lines where a stage asks for nothing else, else its folders of shards."""

    if config.start == START and not START.is_dir():
        raise UsageError(
            "tiny starts from a checkpoint in bayou's repository: call it there, or say start=DIR", str(START)
        )

    def opened(stage: Stage, number: int) -> Stream:
        if stage.sources == (RENDERED,):
            return RenderedLines(config.seed * len(config.stages) + number)
        return open_mixtures(config)(stage, number)

    return opened


def main(argv: list[str]) -> int:
    """``bayou train tiny``: returns the exit code."""
    about = "Train a network of toy size through all of small's stages: to see that everything works."
    return run_recipe("tiny", SETTINGS, argv, about, open_streams)
