"""``bayou data check``: finished shards against their checksums. Knows arguments; checking is the data room's."""

from __future__ import annotations

from pathlib import Path

import click

from bayou.cli.terminal import megabytes, write_result
from bayou.errors import InputError


@click.command("check", short_help="Compare finished shards with their checksums.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def check_command(folder: Path) -> None:
    """Read every byte of the shards in FOLDER, or in the folders in it, and name the first that is damaged."""
    from bayou.data.shards import INDEX, ShardFolder

    folders = [folder] if (folder / INDEX).is_file() else sorted(path.parent for path in folder.glob(f"*/{INDEX}"))
    if not folders:
        raise InputError("no finished shards here", str(folder))
    for one in folders:
        shards = ShardFolder(one)
        shards.verify()
        write_result(f"{len(shards):>12,}  {megabytes(shards.size):>14}  {one.name}\n")
