"""Pictures by web address, fetched from public addresses alone. Knows HTTP and addresses; used only where allowed.

A name is looked up here, each of its addresses checked, and the connection made to the one that was checked: a name
that leads elsewhere the second time it is looked up gains nothing. Redirects go through the same check.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import urljoin, urlsplit

import httpx

from bayou.serving.replies import Refusal

MOST_REDIRECTS = 3
SECONDS = 15.0
PORTS = (80, 443)
REDIRECTS = (301, 302, 303, 307, 308)


async def fetch(url: str, max_bytes: int, transport: httpx.AsyncBaseTransport | None = None) -> bytes:
    """What stands at a public address.

    Raises:
        Refusal: It isn't public, can't be reached in time, is no picture of at most ``max_bytes``.
    """
    try:
        async with asyncio.timeout(SECONDS):
            async with httpx.AsyncClient(trust_env=False, transport=transport, timeout=SECONDS) as client:
                for _ in range(MOST_REDIRECTS + 1):
                    found = await _get(client, url, max_bytes)
                    if isinstance(found, bytes):
                        return found
                    url = found
    except (httpx.HTTPError, TimeoutError, OSError, UnicodeError) as error:
        raise Refusal("NetworkError", f"a picture by web address can't be fetched ({type(error).__name__})") from error
    raise Refusal("NetworkError", "a picture's web address leads from one to the next too often")


async def _get(client: httpx.AsyncClient, url: str, max_bytes: int) -> bytes | str:
    """The picture, or the address that it has moved to."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if parts.scheme not in ("http", "https") or parts.hostname is None or port not in PORTS or "@" in parts.netloc:
        raise Refusal("UsageError", "a picture's web address is http or https, at the usual port, without a password")
    address = await public_address(parts.hostname, port)
    shown = f"[{address}]" if ":" in address else address
    request = client.build_request(
        "GET",
        parts._replace(netloc=f"{shown}:{port}", fragment="").geturl(),
        headers={"Host": parts.hostname, "Accept": "image/*, application/pdf"},
        extensions={"sni_hostname": parts.hostname},
    )
    reply = await client.send(request, stream=True)
    try:
        if reply.status_code in REDIRECTS:
            return urljoin(url, reply.headers.get("location", ""))
        if reply.status_code != 200:
            raise Refusal("NetworkError", f"a picture by web address can't be fetched (status {reply.status_code})")
        data = b""
        async for chunk in reply.aiter_bytes():
            data += chunk
            if len(data) > max_bytes:
                raise Refusal("LimitError", f"a picture by web address has more than {max_bytes} bytes")
        return data
    finally:
        await reply.aclose()


async def public_address(host: str, port: int) -> str:
    """An address of a name, all of whose addresses are public.

    Raises:
        Refusal: One isn't, which also says that the name leads into a private network.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Refusal("NetworkError", "a picture's web address is not known") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise Refusal("Forbidden", "a picture's web address leads to this computer or a private network")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    plain = mapped or found
    return plain.is_global and not plain.is_multicast and not plain.is_reserved
