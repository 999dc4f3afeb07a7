"""How fast a square-tile member trains (torch), packed, random weights: the whole step, tower alone, decoder alone.

    python -m benchmarks.training_gpu                              # 0.8B on a GPU, transformers beside it
    python -m benchmarks.training_gpu --device cpu --member tiny-800m --tokens 1024 --tiles 3 --steps 2

One process. The data lie in memory, so nothing waits for them; what reading costs, the trainer's log tells. Operations
are counted as in ``bayou.training.costs`` (nothing for what is computed twice); MFU is their share of the GPU's
published peak. The rival is transformers' InternVL of the same shape as its trainer would run it (``training_rival``).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from bayou.data.packing import Budget
from bayou.inputs.processor import IGNORED_LABEL, ProcessedInput, TrainingSample
from bayou.inputs.template import TOKENS_PER_TILE
from bayou.model.config import VLMConfig
from bayou.model.family import member
from bayou.model.vlm import MississippiVLM
from bayou.training.costs import Load, training
from bayou.training.gpus import peak_of
from bayou.training.optimizer import adamw
from bayou.training.packed_sequence import PackedSequence, join_samples
from bayou.training.packed_tensors import mask_of, tensors_of
from bayou.training.sharding import Group, give_weights, joined_group, set_recomputing, share_out
from bayou.training.vlm_settings import PARTS, EngineSettings
from benchmarks.measurement import show, write
from benchmarks.training_rival import rival_step

TILES, TEXT, ANSWER = 4, 176, 120
"""A document as the recipes expect one: tiles, tokens beside theirs, and learnt ones among these."""

WARM = 3
ALL = dict.fromkeys(PARTS, 1.0)


def documents(shape: VLMConfig, budget: Budget, rng: np.random.Generator) -> list[tuple[str, str, TrainingSample]]:
    """Made-up samples that fill a pack: pictures of noise, text at random."""
    tiles = min(TILES, budget.tiles)
    visual = TOKENS_PER_TILE * tiles
    length = visual + TEXT
    made = []
    for number in range(min(budget.tokens // length, budget.tiles // tiles)):
        ids = rng.integers(3, 31_999, length).astype(np.int32)
        ids[8 : 8 + visual] = shape.image_token_id
        labels = np.full(length, IGNORED_LABEL, dtype=np.int32)
        labels[-ANSWER:] = ids[-ANSWER:]
        pixels = rng.standard_normal((tiles, 3, 448, 448), dtype=np.float32)
        made.append((str(number), "made up", TrainingSample(ProcessedInput("", ids, pixels, (), (tiles,)), labels)))
    return made


def load_of(pack: PackedSequence) -> Load:
    """What a pack puts through the network, padding not counted."""
    lengths = np.diff(pack.bounds)[: len(pack.keys)].astype(np.float64)
    tokens = float(lengths.sum())
    return Load(tokens, len(pack.targets), len(pack.image_places) / TOKENS_PER_TILE, float((lengths**2).sum()) / tokens)


def timed(step: Callable[[], object], steps: int, device: torch.device) -> tuple[float, float | None]:
    """Seconds of a step, median, and the most memory used at a time, in GB (CUDA alone)."""
    cuda = device.type == "cuda"
    seconds = []
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    for number in range(WARM + steps if cuda else 1 + steps):
        begun = time.perf_counter()
        step()
        if cuda:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - begun)
        print(f"  {number}: {seconds[-1]:.3f} s", flush=True)
    return float(np.median(seconds[-steps:])), torch.cuda.max_memory_allocated() / 1e9 if cuda else None


def whole_step(shape: VLMConfig, pack: PackedSequence, engine: EngineSettings, group: Group) -> Callable[[], object]:
    """A step as the trainer takes it: shared out, all parts learn."""
    torch.manual_seed(0)
    weights = MississippiVLM(shape).state_dict()
    with torch.device("meta"):
        model = MississippiVLM(shape)
    share_out(model, group, engine)
    give_weights(model, weights, group)
    set_recomputing(model, engine.recompute, ALL)
    parts = {model.vision_model: 1e-5, model.mlp1: 1e-4, model.language_model: 1e-5}
    optimizer = adamw(parts, 1e-5, (0.9, 0.95), 0.05)
    parameters = list(model.parameters())
    share = torch.from_numpy(pack.weights / pack.weights.sum()).to(group.device)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        mask = mask_of(pack, group.device, engine)
        losses = model.answer_losses(tensors_of(pack, group.device), mask, engine.loss_rows)
        (losses @ share).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return step


def tower_step(
    shape: VLMConfig, pack: PackedSequence, engine: EngineSettings, device: torch.device
) -> Callable[[], object]:
    """Tower and projector alone, forward and backward, weights in the type they compute in."""
    model = _alone(shape, engine, device)
    model.language_model = None  # type: ignore[assignment]
    pixels = torch.from_numpy(pack.pixels).to(device, _type(engine))

    def step() -> None:
        model.zero_grad(set_to_none=True)
        model.encode(pixels).float().square().mean().backward()

    return step


def decoder_step(
    shape: VLMConfig, pack: PackedSequence, engine: EngineSettings, device: torch.device
) -> Callable[[], object]:
    """Decoder and loss alone, forward and backward, visual tokens at random."""
    model = _alone(shape, engine, device)
    model.vision_model = None  # type: ignore[assignment]
    tensors, mask = tensors_of(pack, device), mask_of(pack, device, engine)
    visual = torch.randn(len(pack.image_places), shape.language.hidden_size, device=device, dtype=_type(engine))

    def step() -> None:
        model.zero_grad(set_to_none=True)
        embeds = model.language_model.embed(tensors.ids[None]).index_copy(1, tensors.image_places, visual[None])
        stream = model.language_model.hidden_states(embeds, tensors.positions[None], mask)[0, tensors.answer_places]
        logits: Tensor = model.language_model.logits(stream).float()
        torch.nn.functional.cross_entropy(logits, tensors.targets).backward()

    return step


def _type(engine: EngineSettings) -> torch.dtype:
    return torch.bfloat16 if engine.precision == "bf16" else torch.float32


def _alone(shape: VLMConfig, engine: EngineSettings, device: torch.device) -> MississippiVLM:
    with torch.device(device):
        model = MississippiVLM(shape).to(_type(engine))
    if engine.compile != "off":
        for layer in (*model.vision_model.encoder.layers, *model.language_model.model.layers):
            layer.compile(backend=engine.compile, dynamic=False)
    set_recomputing(model, engine.recompute, ALL)
    return model


def row(
    what: str, found: tuple[float, float | None], load: Load, operations: float, peak: float | None
) -> dict[str, object]:
    seconds, memory = found
    return {
        "what": what,
        "seconds": round(seconds, 4),
        "tokens_per_s": round(load.tokens / seconds, 1),
        "tiles_per_s": round(load.tiles / seconds, 2),
        "teraflops": round(operations / seconds / 1e12, 3),
        "mfu": None if peak is None else round(operations / seconds / peak, 4),
        "peak_memory_gb": None if memory is None else round(memory, 2),
    }


def measure(options: argparse.Namespace) -> list[dict[str, object]]:
    shape, budget = member(options.member), Budget(options.tokens, options.tiles)
    cuda = options.device == "cuda"
    engine = EngineSettings(
        device=options.device,
        precision="bf16" if cuda else "float32",
        compile=options.compile,
        recompute=("vision", "language") if options.recompute else (),
    )
    made = documents(shape, budget, np.random.default_rng(0))
    pack = join_samples(made, shape.image_token_id, 0.5, None if engine.compile == "off" else budget)
    load = load_of(pack)
    works = training(shape, load, ALL)
    rows = []
    with joined_group(engine) as group:
        peak = peak_of(torch.cuda.get_device_name()) if cuda else None
        device = group.device
        steps: list[tuple[str, Callable[[], Callable[[], object]], float]] = [
            ("bayou, whole step", lambda: whole_step(shape, pack, engine, group), sum(w.all for w in works.values())),
            (
                "bayou, tower and projector alone",
                lambda: tower_step(shape, pack, engine, device),
                works["vision"].all + works["projector"].all,
            ),
            ("bayou, decoder alone", lambda: decoder_step(shape, pack, engine, device), works["language"].all),
            (
                "transformers, whole step",
                lambda: rival_step(shape, [sample for _, _, sample in made], device),
                sum(w.all for w in works.values()),
            ),
        ]
        for what, prepare, operations in steps:
            print(what, flush=True)
            if cuda:
                torch.cuda.empty_cache()
            rows.append(row(what, timed(prepare(), options.steps, device), load, operations, peak))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--member", default="800m")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tokens", type=int, default=8192, help="of a pack")
    parser.add_argument("--tiles", type=int, default=26, help="of a pack")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--compile", choices=("off", "inductor", "aot_eager"), default="off")
    parser.add_argument("--recompute", action="store_true", help="layers are computed again for gradients")
    parser.add_argument("--output", default="training_gpu", help="name of the file in benchmarks/results")
    options = parser.parse_args()
    rows = measure(options)
    show(rows)
    gpu = torch.cuda.get_device_name() if options.device == "cuda" else None
    document = {"tiles": TILES, "text_tokens": TEXT, "answer_tokens": ANSWER}
    settings = {name: value for name, value in vars(options).items() if name != "output"}
    print(write(options.output, {**settings, "gpu": gpu, "document": document}, rows))


if __name__ == "__main__":
    main()
