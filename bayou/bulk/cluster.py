"""Ray: started on this computer, or one that runs already. Knows Ray's start and end; not what is computed."""

from __future__ import annotations

import logging
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from bayou.errors import MissingExtraError, UsageError

EMBEDDED_STORE = 200 << 20
"""Bytes of the object store of an embedded Ray: what goes through it are items and receipts."""
CLIENT = "ray://"
CLIENT_PORT = 10001
ANSWER_SECONDS = 10.0
"""So long is waited for somebody at the address of a Ray; Ray itself waits for minutes."""


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """Where Ray is, and what a worker takes of it.

    Attributes:
        address: ``ray://host:10001``, ``host:6379`` or ``auto``; None starts Ray on this computer for this run.
        workers: How many read; None: as many as there are processors (or graphics processors, if a worker takes one).
        cpus, gpus: What one worker takes.
        dashboard: With an embedded Ray, its web page, and where its metrics are for Prometheus.
    """

    address: str | None = None
    workers: int | None = None
    cpus: float = 1.0
    gpus: float = 0.0
    dashboard: bool = False


@contextmanager
def cluster(options: ClusterOptions) -> Iterator[int]:
    """Ray is there while the block runs; gives the number of workers.

    Raises:
        MissingExtraError: Ray isn't installed.
        UsageError: There is none at the address, or it has no room for a single worker.
    """
    # Ray reports how it is used to its makers unless told not to; bayou reports nothing to anybody.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray lets its workers wait for all others on the computer (nice 15); `bayou read` doesn't.
    os.environ.setdefault("RAY_worker_niceness", "0")
    # What its C++ side has to say of each actor that it would start again is for Ray's developers.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    ray = load_ray()
    if ray.is_initialized():
        yield _workers(ray, options)
        return
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if options.address is None:
            cpus = max(1, round((options.workers or os.cpu_count() or 1) * options.cpus))
            room = {"num_cpus": cpus, "object_store_memory": EMBEDDED_STORE}
            with nullcontext() if options.dashboard else _without_its_process(), _without_its_greeting():
                ray.init(address="local", include_dashboard=options.dashboard, **room, **quiet)
        else:
            with _without_its_greeting():
                ray.init(address=options.address, **quiet)
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        if options.address is None:
            raise UsageError(f"Ray can't be started on this computer: {error}") from error
        raise no_ray(options.address, error) from error
    try:
        yield _workers(ray, options)
    finally:
        ray.shutdown()


def check_address(address: str | None) -> None:
    """Says at once where nobody listens; what isn't a host and a port is left to Ray.

    Raises:
        UsageError: Nobody answers there.
    """
    host, _, port = (address or "").removeprefix(CLIENT).rpartition(":")
    if not host and (address or "").startswith(CLIENT):
        host, port = port, str(CLIENT_PORT)
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SECONDS).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise no_ray(str(address), error) from error


def no_ray(address: str, error: Exception) -> UsageError:
    """For people, with what they can do."""
    cure = (
        "see that a Ray runs there (`ray status`) and that its port is open, or leave --address away to start one here"
    )
    return UsageError(f"no Ray at {address}: {error or type(error).__name__}; {cure}")


@contextmanager
def _without_its_greeting() -> Iterator[None]:
    """Ray's C++ side says which log level it was told; what else goes to standard error is passed on afterwards."""
    with tempfile.TemporaryFile() as told:
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(told.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            told.seek(0)
            for line in told:
                if b"RAY_BACKEND_LOG_LEVEL" not in line:
                    os.write(2, line)


@contextmanager
def _without_its_process() -> Iterator[None]:
    """No process for the dashboard either: Ray starts one even where it is told to leave the dashboard out.

    All that it does then is to ask the metadata servers of three clouds whose computer this is, before it finds that
    usage isn't to be reported. Starting without it is quicker, too.
    """
    from ray._private import services

    start = services.start_api_server
    services.start_api_server = lambda *_, **__: ("", None)
    try:
        yield
    finally:
        services.start_api_server = start


def load_ray() -> Any:
    """The package, with Ray Data told to be quiet.

    Raises:
        MissingExtraError: It isn't installed.
    """
    try:
        import ray
        import ray.data
    except ModuleNotFoundError as error:
        raise MissingExtraError(f'bulk needs the package {error.name}: pip install "bayou[bulk]"') from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what ends a run comes as an error, too
    return ray


def _workers(ray: Any, options: ClusterOptions) -> int:
    room = ray.cluster_resources()
    fits = room.get("CPU", 0.0) / options.cpus if options.cpus else float("inf")
    if options.gpus:
        fits = min(fits, room.get("GPU", 0.0) / options.gpus)
    if fits < 1:
        raise UsageError(f"a worker needs {options.cpus:g} CPU and {options.gpus:g} GPU; Ray has {room}")
    return options.workers or int(min(fits, 10_000))
