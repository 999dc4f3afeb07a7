"""What a build made, for people: report.json, and report.html with pictures of samples. Knows counts and shards.

The page is one file: its pictures are in it, and it asks for nothing else.
"""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bayou.data.build import Built
from bayou.data.recipe import SourceSettings
from bayou.data.sample import Sample
from bayou.data.shards import ShardFolder
from bayou.documents.write_file import whole_file
from bayou.inputs.images import load_image
from bayou.inputs.messages import ImagePart

JSON_NAME, HTML_NAME = "report.json", "report.html"
SHOWN = 4
"""Samples shown of each source, evenly spread over it."""

_SIDE, _SHOWN_TEXT = 320, 400

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .2rem .7rem; text-align: left; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } tr + tr { border-top: 1px solid #ddd }
.samples { display: flex; flex-wrap: wrap; gap: 1rem } figure { width: 17rem; margin: 0; font-size: 13px }
img { max-width: 100%; max-height: 20rem; border: 1px solid #ccc }
figcaption { white-space: pre-wrap; overflow-wrap: anywhere }
.closed { color: #a00 }
"""


def write_report(built: Built, output: Path) -> None:
    """Writes ``report.json`` and ``report.html``, each whole or not at all.

    Raises:
        OutputError: They can't be written.
        InputError: A shard can't be read.
    """
    with whole_file(output / JSON_NAME) as file:
        file.write((json.dumps(report(built), indent=1, ensure_ascii=False) + "\n").encode())
    shown = [(source, _samples(output / source.name)) for source, _ in built.sources]
    with whole_file(output / HTML_NAME) as file:
        file.write(_page(report(built), shown).encode())


def report(built: Built) -> dict[str, object]:
    """The counts, of values that JSON has."""
    sources = []
    for source, counts in built.sources:
        reasons = {name.removeprefix("refused/"): n for name, n in counts.items() if name.startswith("refused/")}
        sources.append(
            {
                "name": source.name,
                "task": source.task,
                "licence": source.licence,
                "commercial": source.commercial,
                "from": source.path if source.kind == "hub" else Path(source.path).name,
                "rows": counts.get("rows", 0),
                "kept": counts.get("kept", 0),
                "pictures": counts.get("pictures", 0),
                "bytes": counts.get("bytes", 0),
                "characters": counts.get("characters", 0),
                "refused": dict(sorted(reasons.items(), key=lambda item: -item[1])),
            }
        )
    return {
        "kept": sum(counts.get("kept", 0) for _, counts in built.sources),
        "bytes": sum(counts.get("bytes", 0) for _, counts in built.sources),
        "tasks": _summed(built, lambda source: source.task),
        "licences": _summed(built, lambda source: source.licence),
        "sources": sources,
    }


def _summed(built: Built, group: Callable[[SourceSettings], str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for source, counts in built.sources:
        sums[group(source)] = sums.get(group(source), 0) + counts.get("kept", 0)
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def _samples(folder: Path) -> list[Sample]:
    shards = ShardFolder(folder)
    shown = min(SHOWN, len(shards))
    return [shards[len(shards) * number // shown] for number in range(shown)]


def _page(counts: dict[str, object], shown: Sequence[tuple[SourceSettings, list[Sample]]]) -> str:
    sources = counts["sources"]
    assert isinstance(sources, list)
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Training data</title>",
        f"<style>{_STYLE}</style><h1>Training data</h1>",
        f"<p>{counts['kept']:,} samples, {int(str(counts['bytes'])) / 1e9:,.2f} GB.</p>",
        _table(("source", "task", "licence", "rows", "kept", "pictures", "MB"), (_row(one) for one in sources)),
        "<h2>Not taken</h2><p>Each one, with its reason, is in refused.jsonl.</p>",
        _table(
            ("source", "reason", "samples"),
            ((one["name"], reason, n) for one in sources for reason, n in one["refused"].items()),
        ),
    ]
    for source, samples in shown:
        parts.append(f"<h2>{html.escape(source.name)}</h2><div class=samples>{''.join(map(_figure, samples))}</div>")
    return "\n".join(parts) + "\n</html>\n"


def _row(one: dict[str, object]) -> tuple[object, ...]:
    licence = str(one["licence"]) + ("" if one["commercial"] is not False else " (not for commercial use)")
    size = round(int(str(one["bytes"])) / 1e6, 1)
    return one["name"], one["task"], licence, one["rows"], one["kept"], one["pictures"], size


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    def cell(value: object, tag: str) -> str:
        number = isinstance(value, int | float)
        said = f"{value:,}" if number else html.escape(str(value))
        closed = " class=closed" if "not for commercial" in said else ""
        return f"<{tag}{' class=n' if number else closed}>{said}</{tag}>"

    lines = ["".join(cell(value, "td") for value in row) for row in rows]
    titles = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    return f"<table><tr>{titles}</tr>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _figure(sample: Sample) -> str:
    pictures = [part for message in sample.messages for part in message.parts if isinstance(part, ImagePart)]
    texts = [
        ("❯ " if message.role == "user" else "") + " ".join(part for part in message.parts if isinstance(part, str))
        for message in sample.messages
    ]
    said = "\n".join(texts)
    said = said if len(said) <= _SHOWN_TEXT else said[:_SHOWN_TEXT] + " …"
    images = "".join(f'<img src="{_address(part)}" alt="">' for part in pictures[:2])
    caption = f"{html.escape(said)}\n<small>{html.escape(sample.key)}</small>"
    return f"<figure>{images}<figcaption>{caption}</figcaption></figure>"


def _address(part: ImagePart) -> str:
    image = load_image(part.source)
    image.thumbnail((_SIDE, _SIDE))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
