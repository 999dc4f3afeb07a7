"""``bayou serve``: documents over HTTP, for a browser and for programs. Knows the command line; no routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from bayou.cli.extras import missing_package
from bayou.cli.model_options import MemorySize
from bayou.cli.terminal import say, version

if TYPE_CHECKING:
    from bayou.reading.folder_workers import ReadSettings


class ServeFlags(TypedDict):
    """The options as click gives them."""

    host: str
    port: int
    api_key: tuple[str, ...]
    allow_host: tuple[str, ...]
    allow_origin: tuple[str, ...]
    allow_remote_images: bool
    workers: int
    queue: int
    max_bytes: int
    max_pages: int
    max_pixels: int
    page_seconds: float
    request_seconds: float
    database: str | None
    keep_hours: float
    model: str
    runtime: str | None
    precision: str | None
    device: str | None
    threads: int | None
    max_memory: int | None


@click.command(short_help="Read, answer and extract over HTTP, with a web page.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; others than this computer need a key."
)
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", default=8000, show_default=True, help="0: any.")
@click.option(
    "--api-key",
    multiple=True,
    envvar="BAYOU_SERVE_KEY",
    metavar="KEY",
    help="Who calls must know it; may be repeated. Unseen by others in the variable BAYOU_SERVE_KEY.",
)
@click.option(
    "--model",
    default="nano",
    show_default=True,
    metavar="NAME",
    help="nano, ppocr, 800m, 2b, a Hub id, or a model's folder.",
)
@click.option("--runtime", type=click.Choice(["openvino", "torch"]), help="What runs the model. [default: openvino]")
@click.option("--precision", type=click.Choice(["float32", "bf16", "int8", "int4"]), help="How exactly it computes.")
@click.option("--device", metavar="NAME", help="CPU, GPU, NPU (see `bayou doctor`); with torch cuda, mps.")
@click.option(
    "--threads", type=click.IntRange(1), metavar="N", help="Threads of a worker. [default: the cores, shared out]"
)
@click.option(
    "--max-memory", type=MemorySize(), metavar="SIZE", help="What a worker's model may take, for instance 2GB."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    default=1,
    show_default=True,
    help="Processes that read, each with a model.",
)
@click.option(
    "--queue",
    type=click.IntRange(1, 10_000),
    default=16,
    show_default=True,
    metavar="N",
    help="Requests that may wait; more get 429.",
)
@click.option(
    "--max-bytes", type=MemorySize(), default="50MB", show_default=True, metavar="SIZE", help="Largest request."
)
@click.option(
    "--max-pages",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    metavar="N",
    help="Pages of a request; longer documents are jobs.",
)
@click.option(
    "--max-pixels", type=click.IntRange(1), default=50_000_000, show_default=True, metavar="N", help="Pixels of a page."
)
@click.option(
    "--page-seconds",
    type=click.FloatRange(0.1),
    default=120,
    show_default=True,
    metavar="S",
    help="A worker silent for so long is killed.",
)
@click.option(
    "--request-seconds",
    type=click.FloatRange(0.1),
    default=600,
    show_default=True,
    metavar="S",
    help="Longest work on a request.",
)
@click.option(
    "--allow-host", multiple=True, metavar="NAME", help="Another name that the server is called by; may be repeated."
)
@click.option(
    "--allow-origin", multiple=True, metavar="URL", help="A web site whose pages may call the server; may be repeated."
)
@click.option(
    "--allow-remote-images", is_flag=True, help="Fetch pictures that a chat names by web address; never private ones."
)
@click.option(
    "--database",
    envvar="BAYOU_DATABASE",
    metavar="URL",
    help="Where jobs are kept: postgresql+pg8000://... or sqlite:///FILE. [default: a file of this user's]",
)
@click.option(
    "--keep-hours",
    type=click.FloatRange(0),
    default=24,
    show_default=True,
    metavar="H",
    help="So long a finished job's result is kept.",
)
@click.pass_context
def serve(ctx: click.Context, **flags: Unpack[ServeFlags]) -> int:
    """Serve documents over HTTP: a web page, bayou's own routes and OpenAI's chat, all on this computer.

    \b
    bayou serve                                      then open http://127.0.0.1:8000
    bayou serve --model 2b --workers 2
    BAYOU_SERVE_KEY=... bayou serve --host 0.0.0.0   for others, who need the key

    Nothing that is sent is kept, but for what a job still has to read. No text of a document is logged.
    """
    try:
        from bayou.serving.running import run
        from bayou.serving.settings import ServingLimits, ServingSettings
        from bayou.serving.warm_reader import make_warm_reader
    except ModuleNotFoundError as error:
        raise missing_package(error, "serving") from error
    settings = ServingSettings(
        host=flags["host"],
        port=flags["port"],
        api_keys=flags["api_key"],
        workers=flags["workers"],
        allowed_hosts=flags["allow_host"],
        origins=tuple(origin.rstrip("/") for origin in flags["allow_origin"]),
        allow_remote_images=flags["allow_remote_images"],
        database=flags["database"],
        keep_hours=flags["keep_hours"],
        limits=ServingLimits(
            max_bytes=flags["max_bytes"],
            max_pages=flags["max_pages"],
            max_pixels=flags["max_pixels"],
            page_seconds=flags["page_seconds"],
            request_seconds=flags["request_seconds"],
            waiting=flags["queue"],
        ),
    )
    say(f"loading {flags['model']}")
    maker = ctx.obj or make_warm_reader
    run(settings, _reading(flags), maker, version(), lambda address: say(f"listening at {address}"))
    return 0


def _reading(flags: ServeFlags) -> ReadSettings:
    from bayou.reading.folder_workers import ReadSettings

    return ReadSettings(
        model=flags["model"],
        runtime=flags["runtime"],
        precision=flags["precision"],
        device=flags["device"],
        threads=flags["threads"],
        max_memory=flags["max_memory"],
    )
