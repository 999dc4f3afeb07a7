"""Pictures by web address: fetched from public addresses alone, within limits, wherever a redirect leads."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import httpx
import pytest

from bayou.serving.remote_images import fetch, is_public
from bayou.serving.replies import Refusal

PUBLIC = "93.184.216.34"
KNOWN = {"pictures.example": PUBLIC, "inside.example": "10.0.0.5", "localhost": "127.0.0.1", PUBLIC: PUBLIC}

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look_up(loop, host, port, **_):
        if host not in KNOWN and not host[0].isdigit():
            raise socket.gaierror("unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (KNOWN.get(host, host), port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)


def get(url: str, answer: Answer, max_bytes: int = 100) -> bytes:
    return asyncio.run(fetch(url, max_bytes, httpx.MockTransport(answer)))


def refused(url: str, answer: Answer = lambda _: httpx.Response(200, content=b"secret")) -> str:
    with pytest.raises(Refusal) as error:
        get(url, answer)
    return error.value.kind


def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.host, request.headers["Host"], request.extensions["sni_hostname"]))
        return httpx.Response(200, content=b"a picture")

    assert get("https://pictures.example/a.png?b=c#d", answer) == b"a picture"
    assert asked == [(PUBLIC, "pictures.example", "pictures.example")]


@pytest.mark.parametrize(
    "url",
    [
        "http://inside.example/",
        "http://localhost/",
        "http://127.0.0.1/",
        "http://169.254.169.254/latest",
        "http://0.0.0.0/",
        "http://100.64.0.1/",
    ],
)
def test_private_addresses_are_refused(url: str) -> None:
    assert refused(url) == "Forbidden"


@pytest.mark.parametrize(
    "url", ["ftp://pictures.example/", "https://a@pictures.example/", "http://pictures.example:22/"]
)
def test_odd_addresses_are_refused(url: str) -> None:
    assert refused(url) == "UsageError"


def test_a_redirect_is_checked_too() -> None:
    def to(place: str) -> Answer:
        return lambda request: httpx.Response(302, headers={"Location": place})

    assert refused("https://pictures.example/", to("http://127.0.0.1/")) == "Forbidden"
    assert refused("https://pictures.example/", to("file:///etc/passwd")) == "UsageError"
    assert refused("https://pictures.example/", to("https://pictures.example/")) == "NetworkError"


def test_size_status_and_names_have_limits() -> None:
    assert refused("https://pictures.example/", lambda _: httpx.Response(200, content=b"x" * 101)) == "LimitError"
    assert refused("https://pictures.example/", lambda _: httpx.Response(404)) == "NetworkError"
    assert refused("https://unknown.example/") == "NetworkError"


@pytest.mark.parametrize("address", ["::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "224.0.0.1", "192.0.2.1"])
def test_which_addresses_are_not_public(address: str) -> None:
    assert not is_public(address) and is_public(PUBLIC) and is_public("2606:2800:220:1::1")
