"""The runs of small and base on 8, 64 and 256 GPUs, on paper: a table for docs/training.md.

    python -m benchmarks.training_plan [--mfu 0.3]

Counted: samples, tokens, operations, steps (from the recipes and ``bayou.training.costs``). Measured here: how many
tiles a processor core cuts in a second. Assumed, until somebody measures it on such machines: all of ``Assumed``.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bayou.inputs.messages import Message
from bayou.inputs.processor import Processor
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.family import member
from bayou.recipes import base, small
from bayou.training.costs import parameters
from bayou.training.gpus import gpu_named
from bayou.training.vlm_plan import plan_stage
from bayou.training.vlm_settings import VLMTrainingConfig
from benchmarks.drawing import prose_page
from benchmarks.measurement import RESULTS, ROOT, Row, show, write
from benchmarks.random_checkpoint import GOLDEN

SIZES = (8, 64, 256)
RUNS = {"0.8B": small.SETTINGS, "2B": base.SETTINGS}
SECONDS = 1.0
PAGE, MARK = ROOT / "docs" / "training.md", "python -m benchmarks.training_plan"
"""Where the table stands, between two comments."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is taken for granted.

    Attributes:
        gpu: Kind of GPU.
        mfu: Share of its peak that computing reaches.
        node: GPUs in a computer; weights are shared out within it.
        inside: Bytes a second between GPUs of a computer, each way.
        outside: Bytes a second from a GPU to another computer, each way.
        sample_bytes: Of a sample in its shard.
        read_again: How often a shard's bytes are read for each time they are used: lanes meet in the same windows.
        cores: Processor cores for each GPU.
        dollars: For a GPU and hour.
    """

    gpu: str = "H100"
    mfu: float = 0.3
    node: int = 8
    inside: float = 300e9
    outside: float = 40e9
    sample_bytes: float = 150e3
    read_again: float = 1.5
    cores: int = 16
    dollars: float = 2.5


def tiles_a_core() -> float:
    """Tiles of a page as JPEG that one core reads, cuts and normalises in a second, by the gate that training uses."""
    file = io.BytesIO()
    prose_page(40)[0].save(file, "JPEG", quality=85)
    processor = Processor(member("tiny-800m"), Tokenizer.from_folder(GOLDEN / "tiny-800m"))
    talk = [Message("user", [file.getvalue(), "Read."]), Message("assistant", "A page of text.")]
    tiles, begun = 0, time.process_time()
    while time.process_time() - begun < SECONDS:
        tiles += len(processor.sample(talk).inputs.pixels)
    return tiles / (time.process_time() - begun)


def plan(run: str, config: VLMTrainingConfig, gpus: int, assumed: Assumed, core_tiles: float) -> dict[str, object]:
    """One run on so many GPUs; no part of what the network takes is hidden behind computing."""
    shape, gpu = member(config.member), gpu_named(assumed.gpu)
    stages = [plan_stage(config, shape, stage) for stage in config.stages]
    size = sum(parameters(shape).values())
    steps = samples = tokens = tiles = operations = computing = talking = 0.0
    for made in stages:
        packs = max(made.stage.packs_a_step, gpus)  # each GPU takes one at least
        stage_steps = made.stage.steps * made.stage.packs_a_step / packs
        rounds = stage_steps * packs / gpus
        work = sum(made.operations.values())
        steps, samples, tokens, tiles = (
            steps + stage_steps,
            samples + made.samples,
            tokens + made.tokens,
            tiles + made.tiles,
        )
        operations += work
        computing += work / (gpus * gpu.flops * assumed.mfu)
        # bfloat16 weights forward and backward, float32 gradients once; then shares of these among the computers.
        talking += rounds * 8 * size / assumed.inside
        if gpus > assumed.node:
            talking += rounds * 2 * 4 * size / assumed.node / assumed.outside
    seconds = computing + talking
    cores = tiles / seconds / gpus / core_tiles
    read = samples * assumed.sample_bytes * assumed.read_again
    return {
        "member": run,
        "gpus": gpus,
        "packs_a_step": max(config.stages[0].packs_a_step, gpus),
        "steps": round(steps),
        "samples": samples,
        "tokens": tokens,
        "operations": operations,
        "bytes_read": read,
        "hours": seconds / 3600,
        "gpu_hours": seconds / 3600 * gpus,
        "dollars": seconds / 3600 * gpus * assumed.dollars,
        "network_share": talking / seconds,
        "cores_a_gpu": cores,
        "read_mb_per_s": read / seconds / 1e6,
        "limit": _limit(talking / seconds, cores / assumed.cores, max(1.0, gpus / config.stages[0].packs_a_step)),
    }


def _limit(network: float, cores: float, batch: float) -> str:
    """What would give way first."""
    if cores > 1:
        return "cutting pictures: too few cores"
    if batch > 1:
        return f"the batch: {batch:g} times as large, so {batch:g} times fewer steps"
    return "the network" if network > 0.25 else "the GPUs"


def markdown(rows: Sequence[Row]) -> str:
    """The table of docs/training.md."""
    head = (
        *("member", "GPUs", "packs a step", "steps", "samples", "tokens", "operations", "read", "hours", "GPU-hours"),
        *("cost", "network", "cores a GPU", "MB/s read", "limit"),
    )
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        number = {name: float(str(value)) for name, value in row.items() if name not in ("member", "limit")}
        cells = (
            str(row["member"]),
            f"{number['gpus']:.0f}",
            f"{number['packs_a_step']:.0f}",
            f"{number['steps']:,.0f}",
            f"{number['samples'] / 1e6:.1f} M",
            f"{number['tokens'] / 1e9:.1f} G",
            f"{number['operations'] / 1e18:.0f} E",
            f"{number['bytes_read'] / 1e12:.1f} TB",
            f"{number['hours']:.1f}",
            f"{number['gpu_hours']:,.0f}",
            f"${number['dollars']:,.0f}",
            f"{number['network_share']:.0%}",
            f"{number['cores_a_gpu']:.1f}",
            f"{number['read_mb_per_s']:,.0f}",
            str(row["limit"]),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def assumptions(settings: Mapping[str, object]) -> str:
    """What the table rests on, in words."""
    value = {name: float(str(number)) for name, number in settings.items() if name != "gpu"}
    lines = (
        f"Measured: one core of the machine this was made on cuts {value['tiles_a_core']:.0f} tiles a second.",
        f"Assumed until measured: {settings['gpu']} at {value['mfu']:.0%} of their published peak, {value['node']:.0f}",
        f"in a computer; {value['inside'] / 1e9:.0f} GB/s between them and {value['outside'] / 1e9:.0f} GB/s to other",
        f"computers, none of it hidden behind computing; {value['sample_bytes'] / 1e3:.0f} kB a sample, read",
        f"{value['read_again']:.1f} times; ${value['dollars']:.2f} a GPU and hour.",
    )
    return "\n".join(lines)


def kept_text(path: Path = RESULTS / "training_plan.json") -> str:
    """The table of the kept results, and what it rests on: a part of docs/training.md."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return markdown(kept["results"]) + "\n\n" + assumptions(kept["settings"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mfu", type=float, default=Assumed().mfu)
    assumed = Assumed(mfu=parser.parse_args().mfu)
    core_tiles = tiles_a_core()
    rows = [plan(run, config, gpus, assumed, core_tiles) for run, config in RUNS.items() for gpus in SIZES]
    show(rows)
    path = write("training_plan", {**dataclasses.asdict(assumed), "tiles_a_core": round(core_tiles, 1)}, rows)
    print(path)
    text, begin, end = PAGE.read_text(encoding="utf-8"), f"<!-- {MARK} -->\n", f"\n<!-- end of {MARK} -->"
    before, after = text.partition(begin)[0], text.partition(end)[2]
    PAGE.write_text(before + begin + kept_text(path) + end + after, encoding="utf-8")


if __name__ == "__main__":
    main()
