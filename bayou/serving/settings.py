"""How the server is set up, and which settings are refused. Knows values; not sockets, models or pages."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from bayou.errors import UsageError

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ServingLimits:
    """What one request, and all together, may take.

    Attributes:
        max_bytes: Largest body of a request.
        max_pages: Most pages that are read while the client waits; longer documents are jobs.
        max_job_pages: Most pages of a job.
        max_pixels: Largest page.
        page_seconds: So long a worker may be silent; then it is killed, and a fresh one takes its place.
        request_seconds: So long a request may be worked on, its wait not counted.
        waiting: Most requests that wait for a worker; more are told to come again.
    """

    max_bytes: int = 50 * MEGABYTE
    max_pages: int = 50
    max_job_pages: int = 5_000
    max_pixels: int = 50_000_000
    page_seconds: float = 120.0
    request_seconds: float = 600.0
    waiting: int = 16

    def __post_init__(self) -> None:
        numbers = (self.max_bytes, self.max_pages, self.max_job_pages, self.max_pixels, self.waiting)
        if min(numbers) < 1 or min(self.page_seconds, self.request_seconds) <= 0:
            raise UsageError("limits are greater than 0")


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """How the server is set up.

    Attributes:
        api_keys: Any of them opens the API; none at all is only for this computer alone.
        workers: Processes that read, each with a model of its own.
        allowed_hosts: Names by which the server is called, beside its own.
        origins: Web sites whose pages may call the server ("https://example.org").
        allow_remote_images: Fetch pictures that a chat names by web address, from public addresses alone.
        database: Where jobs are kept, as SQLAlchemy's URL; None: an SQLite file of this user's.
        keep_hours: So long a finished job's result is kept.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    api_keys: tuple[str, ...] = field(default=(), repr=False)
    workers: int = 1
    allowed_hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    allow_remote_images: bool = False
    database: str | None = field(default=None, repr=False)
    keep_hours: float = 24.0
    limits: ServingLimits = ServingLimits()

    def __post_init__(self) -> None:
        if self.workers < 1 or not 0 <= self.port <= 65535:
            raise UsageError("at least one worker, and a port from 0 to 65535")
        if any(not key.strip() or not key.isascii() for key in self.api_keys):
            raise UsageError("an API key is a text of ASCII characters, and not empty")
        if not self.api_keys and not is_loopback(self.host):
            raise UsageError(
                f"{self.host} can be reached by others: give a key with --api-key or BAYOU_SERVE_KEY, or leave"
                " --host away, which serves this computer alone"
            )


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a server that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
