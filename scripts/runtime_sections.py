"""The performance page's sections on runtimes and conversion. Knows the figures' names; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from scripts.report_tables import Columns, Report, origin, table

DECODERS: Columns = (
    ("engine", "engine", ""),
    ("prefill_s", "1,792 embeddings, s", ".2f"),
    ("prefill_tokens_s", "tokens/s", ".0f"),
    ("decode_tokens_s", "then tokens/s", ".1f"),
    ("decode_tokens_s_least", "least", ".1f"),
    ("decode_tokens_s_most", "most", ".1f"),
    ("token_mb", "MB read a token", ".0f"),
    ("read_gb_s", "memory, GB/s", ".1f"),
    ("share_of_bandwidth", "share of bandwidth", ".2f"),
    ("prompt_and_1000_tokens_s", "prompt and 1,000 tokens, s", ".1f"),
    ("peak_memory_mb", "peak memory, MB", ".0f"),
    ("load_before", "load before", ""),
    ("runs", "runs", ""),
    ("date", "date", ""),
)
TOWERS: Columns = (
    ("engine", "engine", ""),
    ("tile_s", "a tile, s", ".2f"),
    ("tile_s_least", "least", ".2f"),
    ("tile_s_most", "most", ".2f"),
    ("peak_memory_mb", "peak memory, MB", ".0f"),
    ("load_before", "load before", ""),
    ("runs", "runs", ""),
    ("date", "date", ""),
)
WHOLE: Columns = (
    ("engine", "engine", ""),
    ("load_s", "load, s", ".1f"),
    ("page_first_token_s", "page to first token, s", ".1f"),
    ("page_first_token_s_least", "least", ".1f"),
    ("page_first_token_s_most", "most", ".1f"),
    ("page_1000_tokens_s", "page and 1,000 tokens, s", ".1f"),
    ("peak_memory_mb", "peak memory, MB", ".0f"),
    ("load_before", "load before", ""),
    ("runs", "runs", ""),
    ("date", "date", ""),
)
CONVERSION: Columns = (
    ("model", "model", ""),
    ("precision", "precision", ""),
    ("step", "step", ""),
    ("seconds", "s", ".1f"),
    ("processor_seconds", "processor, s", ".1f"),
    ("peak_mb", "peak memory, MB", ".0f"),
    ("kept_mb", "kept on disk, MB", ".0f"),
)


def runtimes(report: Report) -> str:
    settings = report["settings"]
    versions = ", ".join(f"{name} {version}" for name, version in settings["packages"].items() if version)
    how = (
        f"{versions}; {settings['threads']} threads. "
        f"{settings['checkpoint']}: such a model writes nonsense, but as fast. Medians of at most {settings['runs']} "
        "runs, each engine in a process of its own. Memory is what the process held at most. Load before "
        "is how many processes ran or waited, on average, in the minute before: the machine had other work too."
    )
    what = (
        "### Decoder\n\nA prompt of 1,792 embeddings, what a page of 7 tiles makes, then single tokens at that "
        "context. The share is of what the memory, measured just before, allows a decoder that reads all weights and "
        "keys and values once a token."
    )
    parts = ["## The 0.8B on several runtimes", origin(report), how]
    page = "A page of print through `bayou.load` and `Model.stream`: a picture of 7 tiles, nothing known from before."
    tables = (
        ("decoder", what, DECODERS),
        ("tower", "### Vision encoder with its projector\n\n7 tiles at once.", TOWERS),
        ("page", f"### A full page\n\n{page}", WHOLE),
    )
    for part, text, columns in tables:
        rows = [row for row in report["results"] if row["part"] == part]
        parts += [text, table(rows, columns)] if rows else []
    return "\n\n".join(parts)


def convert(report: Report) -> str:
    text = "The first load rounds the weights and keeps them; the next finds them. Random weights of the full shape."
    return "\n\n".join(["## Conversion", origin(report), text, table(report["results"], CONVERSION)])


SECTIONS: dict[str, Callable[[Report], str]] = {"runtimes": runtimes, "convert": convert}
