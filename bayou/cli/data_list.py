"""``bayou data list``: the public data sets by name. Knows how to show them; the facts are the recipes'."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from bayou.cli.terminal import write_result


@click.command("list", short_help="List the public data sets that the recipes name.")
@click.argument("recipe", required=False, type=click.Choice(["small", "base"]))
@click.option("--json", "as_json", is_flag=True, help="As JSON, with where each fact was read.")
def list_command(recipe: str | None, as_json: bool) -> None:
    """List the public data sets by task, with licence and size; with RECIPE, what each of its stages draws of them.

    A ? stands after what wasn't read in the source; "nc" is for sets whose licence forbids commercial use.
    """
    from bayou.recipes.data_sets import DATA_SETS, RECIPES

    stages = RECIPES[recipe] if recipe else ()
    shares = [{share.source: share.pairs for share in stage.shares} for stage in stages]
    chosen = [d for d in DATA_SETS if not recipe or any(d.name in share for share in shares)]
    if as_json:
        named = [(stage.name, share) for stage, share in zip(stages, shares, strict=True)]
        rows = [{**asdict(d), "pairs": {name: s[d.name] for name, s in named if d.name in s}} for d in chosen]
        write_result(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
        return
    lines = [("task", "data set", "samples", "licence", "", *(stage.name for stage in stages))]
    for d in chosen:
        size = f"{d.samples:,}" + ("" if d.size_from else "?")
        licence = d.licence + ("" if d.licence_from or d.licence == "unknown" else "?")
        drawn = [f"{share[d.name]:,}" if d.name in share else "" for share in shares]
        lines.append((d.task, d.name, size, licence, "nc" if d.commercial is False else "", *drawn))
    if stages:
        lines.append(("", "all", "", "", "", *(f"{stage.pairs:,}" for stage in stages)))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    numbers = {2, *range(5, len(widths))}
    for line in lines:
        cells = [c.rjust(w) if i in numbers else c.ljust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True))]
        write_result("  ".join(cells).rstrip() + "\n")
