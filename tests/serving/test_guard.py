"""Who may call: names, sites, keys, sizes; and what every reply carries."""

from __future__ import annotations

import http.client
import logging
from urllib.parse import urlsplit

import pytest

from bayou.errors import UsageError
from bayou.serving import guard
from bayou.serving.settings import ServingLimits, ServingSettings
from tests.serving.conftest import MakeClient
from tests.serving.pictures import png
from tests.serving.running_server import running

KEY = {"Authorization": "Bearer secret"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_a_public_address_needs_a_key(host: str) -> None:
    with pytest.raises(UsageError, match="--api-key"):
        ServingSettings(host=host)
    assert ServingSettings(host=host, api_keys=("secret",)).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.9.1"])
def test_this_computer_alone_needs_none(host: str) -> None:
    assert ServingSettings(host=host).host == host


def test_an_empty_key_opens_nothing() -> None:
    with pytest.raises(UsageError):
        ServingSettings(api_keys=("",))


def test_the_api_needs_the_key_and_the_page_does_not(make_client: MakeClient) -> None:
    client = make_client(api_keys=("other", "secret"))
    assert client.get("/").status_code == client.get("/health").status_code == 200
    for path in ("/v1/models", "/metrics", "/openapi.json"):
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic secret"}):
            refused = client.get(path, headers=headers)
            assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
        assert client.get(path, headers=KEY).status_code == 200


def test_a_name_that_only_leads_here_is_refused(make_client: MakeClient) -> None:
    for host, status in (
        ("evil.example", 403),
        ("evil.example:8000", 403),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
    ):
        assert make_client().get("/health", headers={"Host": host}).status_code == status, host
    assert make_client(allowed_hosts=("scans.home",)).get("/health", headers={"Host": "scans.home"}).status_code == 200


def test_pages_of_other_sites_may_not_call_unless_allowed(make_client: MakeClient) -> None:
    site = {"Origin": "https://site.example"}
    assert make_client().post("/v1/read", headers=site).status_code == 403
    assert make_client().get("/health", headers={"Origin": "http://127.0.0.1:8000"}).status_code == 200
    client = make_client(origins=("https://site.example",))
    reply = client.get("/v1/models", headers=site)
    assert reply.headers["access-control-allow-origin"] == "https://site.example"
    asked = client.options("/v1/read", headers={**site, "Access-Control-Request-Method": "POST"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET, POST, DELETE")


def test_a_large_body_is_refused_with_and_without_its_length(make_client: MakeClient) -> None:
    client = make_client(limits=ServingLimits(max_bytes=200))
    assert client.post("/v1/read", files={"file": ("a.png", png(300, 300) + bytes(300))}).status_code == 413

    def parts():
        for _ in range(9):
            yield b"x" * 100

    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/read", content=parts(), headers=headers).status_code == 413


def test_replies_carry_what_protects_a_page_and_logs_no_names(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "bayou.serving"):
        reply = make_client().post("/v1/read?note=private", files={"file": ("private.png", png())})
    assert "default-src 'self'" in reply.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert "POST /v1/read 200" in caplog.text
    assert "private" not in caplog.text and "line 0" not in caplog.text


def test_all_bodies_together_have_a_limit(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_HELD", 0.5)
    client = make_client(limits=ServingLimits(max_bytes=1000))
    assert client.get("/v1/models").status_code == 200
    refused = client.post("/v1/read", content=b"x" * 600)
    assert refused.status_code == 429 and refused.headers["retry-after"] == "1"
    for _ in range(3):  # what was refused, and what has its reply, counts no more
        assert client.post("/v1/read", content=b"x" * 400).status_code == 400


def test_a_body_that_does_not_come_is_given_up(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.2)
    with running(make_client().app) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        connection.putrequest("POST", "/v1/read")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", "100")
        connection.endheaders(b"{")
        assert connection.getresponse().status == 408
        connection.close()
