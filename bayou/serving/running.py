"""Runs the server until it is told to stop. Knows uvicorn; no routes."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from platformdirs import user_state_dir

from bayou.errors import UsageError
from bayou.reading.folder_workers import ReadSettings
from bayou.serving.app import make_app
from bayou.serving.job_store import JobStore
from bayou.serving.pool import Pool
from bayou.serving.settings import ServingSettings
from bayou.serving.worker import MakeServedReader

PATIENCE_SECONDS = 20
"""So long requests in hand may take to end when the server is stopped."""


def run(
    settings: ServingSettings,
    reading: ReadSettings,
    make_reader: MakeServedReader,
    version: str,
    on_listening: Callable[[str], None],
) -> None:
    """Serve until SIGINT or SIGTERM; then what is in hand is finished, within a limit.

    Args:
        on_listening: Told the server's address when it takes requests.

    Raises:
        UsageError: The address can't be listened at.
        ModelError: The model can't be loaded.
    """
    listening = _socket(settings)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("bayou.serving").setLevel(logging.INFO)  # others' may name addresses and files
    host, port = listening.getsockname()[:2]
    store = JobStore(settings.database or _own_database(settings))
    pool = Pool(make_reader, reading, settings.workers, settings.limits)
    pool.start()
    config = uvicorn.Config(
        make_app(settings, pool, store, version),
        log_config=None,
        log_level="warning",
        access_log=False,  # it would log whole addresses; the guard logs routes
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=PATIENCE_SECONDS,
        timeout_keep_alive=30,
    )
    shown = f"[{host}]" if ":" in host else host
    on_listening(f"http://{shown}:{port}")
    # uvicorn sends itself the signal again when it is done, which would end the process before its workers.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        pool.close()
        store.close()


def _own_database(settings: ServingSettings) -> str | None:
    """A file of this port's server, which finds its jobs again; in memory where the port is any."""
    if settings.port == 0:
        return None
    folder = Path(user_state_dir("bayou", appauthor=False))
    return f"sqlite:///{(folder / f'jobs-{settings.port}.sqlite3').as_posix()}"


def _socket(settings: ServingSettings) -> socket.socket:
    """Bound before the model is loaded, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((settings.host.strip("[]"), settings.port))
    except OSError as error:
        made.close()
        what = f"can't listen at {settings.host} port {settings.port}: {error.strerror or error}"
        raise UsageError(f"{what}; name another with --port") from error
    made.listen(512)
    return made
