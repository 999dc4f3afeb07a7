"""A model's files on the Hugging Face Hub: which there are, and getting them. Knows HTTP and hashes; no checkpoints.

Requests go through huggingface_hub's session, which heeds proxies, certificates and HF_HUB_OFFLINE, but with headers of
our own: they tell nothing of the computer, and no token but that of HF_TOKEN. The library's own download begins a file
anew after an interruption; here it goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from huggingface_hub import ModelInfo, constants, get_session, hf_hub_url, hf_raise_for_status
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from bayou.errors import BayouError, ModelError, NetworkError, UsageError

ENDPOINT, TOKEN = "HF_ENDPOINT", "HF_TOKEN"
_MAY_PASS = (408, 429, 500, 502, 503, 504)
_TOO_FAR, _PARTIAL = 416, 206
_DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_AT_ONCE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError)
"""Where the first request ends so, there is no network, and waiting helps nobody."""


@dataclass(frozen=True, slots=True)
class HubSettings:
    """Which Hub, and how much patience with it.

    Attributes:
        endpoint: Its address.
        token: Says who asks; None: nobody.
        retries: How often in a row a request is made again that brought nothing.
        first_wait_seconds: Before the first of them; each later wait is twice as long.
        longest_wait_seconds: Also where the Hub asks for more.
        silent_seconds: After so long without a byte a connection is given up.
    """

    endpoint: str
    token: str | None = field(default=None, repr=False)
    retries: int = 5
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    silent_seconds: float = 30.0

    @classmethod
    def from_environment(cls) -> HubSettings:
        """huggingface.co or what HF_ENDPOINT names; a token only where HF_TOKEN holds one."""
        endpoint = os.environ.get(ENDPOINT) or constants.ENDPOINT
        return cls(endpoint.rstrip("/"), os.environ.get(TOKEN) or None)


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as the Hub describes it: its bytes, and their SHA-256 or, of small files, git's SHA-1 of a blob."""

    name: str
    size: int
    digest: str
    is_git: bool = False

    def is_in(self, path: Path) -> bool:
        """Whether a file on the disk is this one, by size and content."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        begun = hashlib.sha256()
        if self.is_git:
            begun = hashlib.sha1(f"blob {self.size}\0".encode(), usedforsecurity=False)
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: begun).hexdigest() == self.digest


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository at one commit, by name."""

    repository: str
    commit: str
    files: Mapping[str, HubFile]


class Hub:
    """One Hub, asked one thing after another.

    Args:
        settings: Which.
        on_wait: Told why it takes longer, before each wait.
    """

    def __init__(self, settings: HubSettings, on_wait: Callable[[str], None]) -> None:
        self.settings = settings
        self._on_wait = on_wait
        self._timeout = httpx2.Timeout(settings.silent_seconds)
        # Identity: sizes and ranges are those of the file itself, not of a compressed form.
        self._headers = {"user-agent": "bayou", "accept-encoding": "identity"}
        if settings.token is not None:
            self._headers["authorization"] = f"Bearer {settings.token}"

    def listing(self, repository: str, revision: str) -> Listing:
        """The files at a branch, tag or commit.

        Raises:
            UsageError: No such repository or revision, or HF_HUB_OFFLINE is set.
            ModelError: The Hub doesn't give it to us, or doesn't answer as a Hub does.
            NetworkError: It can't be reached, or stays too busy.
        """
        url = f"{self.settings.endpoint}/api/models/{repository}/revision/{quote(revision, safe='')}"
        what, tries = f"{repository} ({revision})", 0
        while True:
            try:
                response = get_session().get(url, params={"blobs": True}, headers=self._headers, timeout=self._timeout)
                hf_raise_for_status(response)
                return _listing(repository, response.json())
            except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
                raise UsageError(f"{ENDPOINT} is no address: {error}", self.settings.endpoint) from error
            except httpx2.HTTPError as error:
                tries += 1
                self._wait_or_raise(error, what, tries if not isinstance(error, _AT_ONCE) else None)
            except OfflineModeIsEnabled as error:
                raise UsageError("HF_HUB_OFFLINE forbids the network: unset it, or use --local", what) from error
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ModelError(f"{self.settings.endpoint} doesn't answer as the Hub does", what) from error

    def fetch(self, listing: Listing, file: HubFile, part: Path, on_bytes: Callable[[int], None]) -> None:
        """The bytes of a file, appended to those that are there already; their hash is the caller's to check.

        Args:
            part: Where; perhaps the beginning of an earlier try.
            on_bytes: Told how many are there, each time that some came.

        Raises:
            ModelError: The Hub doesn't give it, or sends more than it announced.
            NetworkError: The connection fails again and again without bringing anything.
            OSError: They can't be written.
        """
        repository, endpoint = listing.repository, self.settings.endpoint
        url = hf_hub_url(repository, file.name, revision=listing.commit, endpoint=endpoint)
        part.touch()
        tries = 0
        while (have := part.stat().st_size) < file.size:
            try:
                self._receive(url, file, part, on_bytes)
                error: httpx2.HTTPError = httpx2.RemoteProtocolError("the file ended early")
            except httpx2.HTTPError as failure:
                error = failure
                if isinstance(error, HfHubHTTPError) and error.response.status_code == _TOO_FAR:
                    part.write_bytes(b"")  # the part isn't of this file
            now = part.stat().st_size
            if now < file.size:
                tries = 1 if now > have else tries + 1
                self._wait_or_raise(error, f"{repository}/{file.name}", tries)

    def _receive(self, url: str, file: HubFile, part: Path, on_bytes: Callable[[int], None]) -> None:
        have = part.stat().st_size
        headers = {**self._headers, "range": f"bytes={have}-"} if have else self._headers
        with get_session().stream("GET", url, headers=headers, timeout=self._timeout) as response:
            if response.is_error:
                response.read()
            hf_raise_for_status(response)
            goes_on = response.status_code == _PARTIAL
            if goes_on and not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
                raise ModelError(f"{response.url.host} sends another part of the file than was asked for", file.name)
            have = have if goes_on else 0
            with part.open("ab" if goes_on else "wb") as output:
                for piece in response.iter_bytes():
                    have += len(piece)
                    if have > file.size:
                        output.truncate(0)
                        raise ModelError(f"{response.url.host} sends more than {file.size} bytes", file.name)
                    output.write(piece)
                    on_bytes(have)

    def _wait_or_raise(self, error: httpx2.HTTPError, what: str, tries: int | None) -> None:
        """Waits before the next try, the first being 1; None allows none. Raises what a user is to be told."""
        asked, why = "", f"no connection to {self.settings.endpoint}"
        if isinstance(error, HfHubHTTPError):
            status = error.response.status_code
            if status not in (*_MAY_PASS, _TOO_FAR):
                raise self._refusal(error, what) from error
            asked, why = error.response.headers.get("retry-after", ""), f"the Hub is too busy ({status})"
        elif not isinstance(error, _AT_ONCE):
            why = f"the connection broke off ({error or type(error).__name__})"
        if tries is None or tries > self.settings.retries:
            detail = "" if isinstance(error, HfHubHTTPError) or str(error) in why else f" ({error})"
            cure = "the same command goes on later; without a network, --local DIR takes files placed by hand"
            raise NetworkError(f"{why}{detail}: {cure}", what) from error
        wait = float(asked) if asked.isdecimal() else self.settings.first_wait_seconds * 2 ** (tries - 1)
        wait = min(wait, self.settings.longest_wait_seconds)
        self._on_wait(f"{why}; again in {wait:.0f} s")
        time.sleep(wait)

    def _refusal(self, error: HfHubHTTPError, what: str) -> BayouError:
        status, endpoint = error.response.status_code, self.settings.endpoint
        given = f"another {TOKEN}" if self.settings.token else TOKEN
        if isinstance(error, GatedRepoError):
            said = f"its owner gives it only to those who agreed to conditions: do so at {endpoint}, and set {given}"
            return ModelError(f"{said} ({status})", what)
        if isinstance(error, RepositoryNotFoundError):
            return UsageError(f"{endpoint} has no such repository; if it is private, set {given} ({status})", what)
        if isinstance(error, RevisionNotFoundError):
            return UsageError(f"there is no such branch, tag or commit ({status})", what)
        if status in (401, 403):
            return ModelError(f"{endpoint} refuses it ({status}): set {given}", what)
        return ModelError(f"{endpoint} answers {status} {error.response.reason_phrase}", what)


def _listing(repository: str, answer: Any) -> Listing:
    info = ModelInfo(**answer)
    files = {}
    for entry in info.siblings or ():
        size, digest = entry.size, entry.blob_id
        if entry.lfs is not None:
            size, digest = entry.lfs.size, entry.lfs.sha256
        # A file of which the Hub doesn't tell size and hash can't be checked, so it isn't there for us.
        if size is not None and digest is not None and _DIGEST.fullmatch(digest):
            files[entry.rfilename] = HubFile(entry.rfilename, size, digest, is_git=entry.lfs is None)
    if not info.sha or not files:
        raise ValueError("no commit, or no files with sizes and hashes")
    return Listing(repository, info.sha, files)
