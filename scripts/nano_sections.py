"""Sections of docs/performance.md on training and fine-tuning nano. Knows the figures' names; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from scripts.report_tables import Columns, Report, origin, table

TRAINING: Columns = (
    ("stage", "stage", ""),
    ("device", "device", ""),
    ("lines_a_batch", "lines a batch", ""),
    ("workers", "processes that render ahead", ""),
    ("lines_per_s", "lines/s", ".1f"),
    ("pages_per_s", "pages/s", ".2f"),
    ("data_wait", "share of waiting for data", ".4f"),
    ("made_once_ms_a_line", "made once, ms a line", ".0f"),
)
FINETUNING: Columns = (
    ("model", "model", ""),
    ("lines_given", "lines given", ""),
    ("processor_minutes", "minutes of a processor core", ".1f"),
    ("font_exact", "lines of the font read exactly", ".3f"),
    ("font_cer", "CER", ".3f"),
    ("ordinary_exact", "ordinary lines exactly", ".3f"),
    ("ordinary_cer", "CER ", ".3f"),
)

VIT_RUN: Columns = (
    ("step", "step", ""),
    ("lines", "lines seen", ""),
    ("processor_minutes", "minutes of a processor core", ".1f"),
    ("draft_exact", "its tower's draft, exact", ".3f"),
    ("exact", "nano-vit, exact", ".3f"),
    ("draft_cer", "CER of the draft", ".3f"),
    ("cer", "CER", ".3f"),
)
VIT_CROPS: Columns = (
    ("part", "lines", ""),
    ("category", "category", ""),
    ("n", "n", ""),
    ("engine", "reader", ""),
    ("exact_folded", "exact, folded", ".3f"),
    ("cer_folded", "CER, folded", ".3f"),
    ("exact_strict", "exact, strict", ".3f"),
    ("cer_strict", "CER, strict", ".3f"),
)


def nano_training(report: Report) -> str:
    text = (
        f"One process, {report['settings']['steps']} steps a stage, the first eighth left out. A page is 50 lines. "
        "Decoder and neck learn from what the frozen tower makes of a line once (last column); the tower from pixels."
    )
    return "\n\n".join(["## Training nano", origin(report), text, table(report["results"], TRAINING)])


def finetuning(report: Report) -> str:
    settings = report["settings"]
    text = (
        f"The font {settings['font']}, which nano never saw; {settings['test_lines']} other lines of it and "
        f"{settings['ordinary_lines']} ordinary ones are read. Settings not named: {settings['defaults']}."
    )
    return "\n\n".join(["## Fine-tuning nano", origin(report), text, table(report["results"], FINETUNING)])


def nano_vit(report: Report) -> str:
    run = [row for row in report["results"] if row["part"] == "run"]
    read = [row for row in report["results"] if row["part"] != "run" and row["category"] == "all"]
    text = (
        "nano as shipped beside nano-vit, whose tower began from nothing and learned for a short time "
        "([nano](models/nano.md)). First what the run logged of the lines that it watched; then both on labelled crops "
        "and on nano's validation lines."
    )
    parts = ["## nano and nano-vit", origin(report), text, table(run, VIT_RUN), table(read, VIT_CROPS)]
    return "\n\n".join(parts)


SECTIONS: dict[str, Callable[[Report], str]] = {
    "nano_training": nano_training,
    "nano_vit": nano_vit,
    "finetuning": finetuning,
}
