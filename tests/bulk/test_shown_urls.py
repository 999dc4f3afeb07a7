"""URLs without their secrets: what tells documents apart stays, what signs or unlocks goes, wherever it stands."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.bulk.shown_urls import is_url, path_of, shown, without_secrets

AMAZON = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F2026&X-Amz-Date=20261126T000000Z&X-Amz-Signature="
GOOGLE = "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Expires=900&X-Goog-Signature="
AZURE = "sv=2024-11-04&st=2026-11-26&se=2026-11-27&sr=b&sp=r&spr=https&sig="
CLOUDFRONT = "Expires=1700000000&Key-Pair-Id=K1&Policy=eyJ&Signature="
OLD_AMAZON = "AWSAccessKeyId=AKIA&Expires=1700000000&Signature="


@pytest.mark.parametrize("signed", [AMAZON, GOOGLE, AZURE, OLD_AMAZON, CLOUDFRONT])
def test_one_that_is_signed_anew_is_called_the_same(signed: str) -> None:
    first, second = (shown(f"https://host/a%20b.pdf?versionId=3&{signed}{secret}") for secret in ("abc", "def%2B"))
    assert first == second and first.startswith("https://host/a%20b.pdf?versionId=3")
    assert "AKIA" not in first and "abc" not in first


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://me:secret@host:8080/a.pdf", "https://host:8080/a.pdf"),
        ("ftp://me:p@ss@host/a.pdf", "ftp://host/a.pdf"),
        ("https://token@host/a.pdf", "https://host/a.pdf"),
        ("https://host/get?id=17&page=2", "https://host/get?id=17&page=2"),
        ("https://host/get?id=17&accessToken=x&api-token=y&sessionid=z", "https://host/get?id=17"),
        ("https://host/get?author=me&design=3&st=7&sp=1", "https://host/get?author=me&design=3&st=7&sp=1"),
        ("https://host/a.pdf#access_token=x", "https://host/a.pdf"),
        ("https://host/a.pdf?", "https://host/a.pdf"),
        ("abfs://scans@account.dfs.core.windows.net/a.pdf", "abfs://scans@account.dfs.core.windows.net/a.pdf"),
        ("s3://bucket/what? #1.pdf", "s3://bucket/what? #1.pdf"),
        ("https://old.org/2020/https://me:secret@host/a?sig=x", "https://old.org/2020/https://host/a"),
        ("https://host/a,https://me:secret@host/b", "https://host/a,https://host/b"),
        ('"https://me:secret@host/a.pdf"', '"https://host/a.pdf"'),
        ("simplecache::https://me:secret@host/a.pdf", "simplecache::https://host/a.pdf"),
        ("/scans/a b@c.pdf?sig=x", "/scans/a b@c.pdf?sig=x"),
        ("C:\\scans\\a.pdf", "C:\\scans\\a.pdf"),
    ],
)
def test_what_is_told(url: str, said: str) -> None:
    assert shown(url) == said and shown(said) == said


def test_what_is_long_or_a_key_is_a_hash() -> None:
    long = shown(f"https://host/get?t={'a' * 40}&key=scans/a.pdf&u=a%40b")
    assert "aaaa" not in long and "scans" not in long and "%40" not in long and long.count("=~") == 3
    assert long != shown(f"https://host/get?t={'b' * 40}&key=scans/a.pdf&u=a%40b")
    assert shown("https://host/get?key=a") != shown("https://host/get?key=b")


@pytest.mark.parametrize("password", ["a/b", "a#b", "a?b", "[", "a:b/c"])
def test_a_password_that_breaks_the_url_is_not_told(password: str) -> None:
    told = shown(f"https://me:se{password}cret@host/a.pdf")
    assert "cret" not in told and "me:se" not in told and told.startswith("https://~")


SECRETS = st.text(string.ascii_letters + string.digits + "!$&'()*+,;=:~._-", min_size=8, max_size=20)


@given(SECRETS, st.sampled_from(["sig", "X-Amz-Signature", "token", "password", "client_secret", "jwt"]))
def test_secrets_are_in_no_message(secret: str, name: str) -> None:
    value = secret.replace("&", "").replace("=", "") + "0123456789"
    for url in (f"https://me:{value}@host/a.pdf?x=1", f"https://host/a b.pdf?x=1&{name}={value}"):
        for text in (f"{url} is gone", f"404, message='Not Found', url='{url}'", f"<{url}>, ({url})"):
            said = without_secrets(text, url)
            assert value not in said and "host/a" in said


def test_urls_and_paths() -> None:
    assert is_url("s3://b/k") and is_url("https://x/y")
    assert not is_url("C:\\scans") and not is_url("a/b.png") and not is_url("c://x")
    assert path_of("https://host/a.parquet?sig=a/b#c") == "https://host/a.parquet"
    assert path_of("s3://b/a?.pdf") == "s3://b/a?.pdf" and path_of("/a?.pdf") == "/a?.pdf"
