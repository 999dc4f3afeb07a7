"""How a server is reached: its address, key, patience. Knows values; no HTTP, messages or pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bayou.errors import UsageError


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """A server that speaks OpenAI's chat protocol (vLLM and others).

    Attributes:
        url: Up to and including the version: ``http://host:8000/v1``.
        api_key: Sent as a bearer token; None sends none.
        connect_seconds: How long to wait for a connection.
        silent_seconds: The longest silence while an answer is awaited or written.
        retries: How often a request is sent again when the server is too busy or has a fault of its own (429, 5xx).
        first_wait_seconds: Before the first retry; twice as long before each further one, or what the server asks for.
        longest_wait_seconds: No wait is longer, whatever the server asks for.

    Raises:
        UsageError: The url is no http or https address, or holds a password (the key has a place of its own);
            the key can't be one.
    """

    url: str
    api_key: str | None = field(default=None, repr=False)
    connect_seconds: float = 10.0
    silent_seconds: float = 600.0
    retries: int = 4
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 60.0

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError as error:
            raise UsageError(f"{self.url!r} is no address: {error}") from error
        if not named:
            raise UsageError(f"{self.url!r} is no address of a server; write it as http://host:8000/v1")
        if parts.username or parts.password:
            raise UsageError("the address of a server holds no user or password here; give the key by itself")
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise UsageError("the key of a server is of printable ASCII characters; this one is not")
        if parts.query or parts.fragment:
            raise UsageError(f"{self.url!r}: an address with ? or # is no server's; write it as http://host:8000/v1")

    @property
    def base(self) -> str:
        """The url without a slash at its end."""
        return self.url.rstrip("/")
