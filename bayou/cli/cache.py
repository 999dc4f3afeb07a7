"""``bayou cache``: what bayou keeps between runs. Knows how to show it; what is in it is others' business."""

from __future__ import annotations

import json

import click

from bayou.cache import cache_folder, cached_items, clear_cache
from bayou.cli.terminal import megabytes, write_result


@click.group(short_help="List or clear what bayou keeps between runs.")
def cache() -> None:
    """List or clear what bayou keeps between runs: only things that it can make, or fetch, again.

    The folder is the system's place for caches, or what the environment variable BAYOU_CACHE names.
    """


@cache.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def ls(as_json: bool) -> None:
    """List what is in the cache, and its sizes."""
    items = cached_items()
    total = sum(item.size for item in items)
    if as_json:
        listed = [{"name": item.path.name, "size": item.size} for item in items]
        write_result(json.dumps({"folder": str(cache_folder()), "size": total, "items": listed}, indent=2) + "\n")
        return
    lines = [f"{megabytes(item.size):>12}  {item.path.name}" for item in items]
    write_result("\n".join([*lines, f"{megabytes(total):>12}  {cache_folder()}"]) + "\n")


@cache.command()
def clear() -> None:
    """Remove everything in the cache."""
    write_result(f"{megabytes(clear_cache())} removed from {cache_folder()}\n")
