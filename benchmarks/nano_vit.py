"""What nano's imported tower is worth: nano-vit, trained from nothing, on the same crops. Knows no training.

    python -m benchmarks.nano_vit --model runs/vit/tower/model [--data DIR] [--real DIR] [--lines 60]

Both readers and their drafts read the labelled crops of ``--data`` and nano's validation lines in one run; beside them
stands what the run itself logged. Figures go to ``results/nano_vit.json``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from bayou.config import load, to_dict
from bayou.recipes.nano_lines import validation_samples, with_trusted_texts
from bayou.training.run_log import LOG_FILE
from bayou.training.settings import LineData, LineTrainingConfig
from benchmarks import measurement, truth
from benchmarks.accuracy import crop_rows
from benchmarks.engines import Bayou, Draft, Engine
from benchmarks.stand_ins import stored

SHIPPED = "nano"


def logged(stage: Path) -> list[measurement.Row]:
    """What a stage's log says at each validation: lines seen and processor time until then, in steps alone."""
    rows: list[measurement.Row] = []
    lines = seconds = 0.0
    for text in (stage / "logs" / "rank0" / LOG_FILE).read_text(encoding="utf-8").splitlines():
        values = json.loads(text)
        lines += values.get("lines", 0)
        seconds += values.get("processor_seconds", 0.0)
        if "validation/exact" in values:
            scores = {"exact": values["validation/exact"], "draft_exact": values["validation/draft_exact"]}
            rates = {"cer": values["validation/cer"], "draft_cer": values["validation/draft_cer"]}
            seen = {"lines": round(lines), "processor_minutes": seconds / 60}
            rows.append({"part": "run", "step": values["step"], **seen, **scores, **rates})
    return rows


def run_settings(run: Path) -> dict[str, object]:
    """What the run was given; of folders their names alone."""
    config = load(LineTrainingConfig, run / "settings.json")
    real = config.data.real
    named = replace(config.data, real=None if real is None else Path(real.name))
    return to_dict(replace(config, output=Path(config.output.name), start=None, data=named))


def main() -> None:
    parser = argparse.ArgumentParser(description="nano beside nano-vit on labelled crops and validation lines.")
    parser.add_argument("--model", type=Path, required=True, help="nano-vit's folder, in that of its run")
    parser.add_argument("--data", type=Path, default=truth.default_folder(), help="folder with words and lines")
    parser.add_argument("--real", type=Path, help="folder of real crops, as for data.real")
    parser.add_argument("--lines", type=int, default=60, help="drawn validation lines of each category")
    options = parser.parse_args()
    data = LineData(real=options.real, validation_lines=options.lines)
    rows = logged(options.model.parent)
    measurement.show(rows)
    with tempfile.TemporaryDirectory() as folder:
        watched = with_trusted_texts(validation_samples(LineTrainingConfig(data=data)))
        sets = {"crops": truth.crops(options.data), "validation": stored(watched, Path(folder))}
        model = str(options.model)
        engines: list[Engine] = [Bayou(SHIPPED), Draft(SHIPPED), Bayou(model, "torch"), Draft(model, "torch")]
        for engine in engines:
            engine.start()
            for part, crops in sets.items():
                found = [{**row, "part": part} for row in crop_rows(engine, crops)]
                measurement.show(found)
                rows += found
    settings = {
        "lines": options.lines,
        "folding": "lower case, accents removed, a-z and 0-9 kept; strict: as it stands",
        "run": run_settings(options.model.parent.parent),
    }
    print(measurement.write("nano_vit", settings, rows))


if __name__ == "__main__":
    main()
