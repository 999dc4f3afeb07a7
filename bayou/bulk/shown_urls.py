"""URLs as results, messages and the files of a run have them: without their secrets. Knows text; fetches nothing."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, unquote_plus, urlsplit

SIGNERS = ("x-amz-", "x-goog-", "x-ms-", "x-oss-", "x-cos-", "q-")
"""With what the names of parameters begin that clouds sign with."""
AZURE = frozenset("se si sip sks skoid sktid ske skt skv sp spr sr ss srt st sv sdd saoid suoid scid".split())
"""What stands beside Azure's ``sig``, and is something else anywhere else."""
SECRET_WORDS = frozenset(
    "access auth authorization awsaccesskeyid bearer cred credential credentials expire expires expiry googleaccessid "
    "hdnea hdnts hmac jwt ossaccesskeyid otp pass passwd password passwort pin policy pwd sas secret session sessionid "
    "sig sign signature signed token".split()
)
SECRET_ENDS = ("token", "secret", "password", "signature", "session", "credential")
CONTAINERS = ("abfs", "abfss", "wasb", "wasbs")
"""Protocols with the name of a container before the ``@``."""
LONGEST_SHOWN = 24
"""Characters of a value that is told as it is: what unlocks something is longer."""
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
START = re.compile(r"(?<![A-Za-z0-9+.-])(?=[A-Za-z][A-Za-z0-9+.-]+://)")
IN_TEXT = re.compile(r"\S*://\S*")


def is_url(text: str) -> bool:
    """Whether ``text`` names something by a URL; ``C:\\scans`` and ``scans/a:b.png`` don't."""
    scheme = text.partition("://")[0]
    return "://" in text and len(scheme) > 1 and scheme.replace("+", "").replace("-", "").isalnum()


def shown(name: str) -> str:
    """A URL for people, and as the id of its document: without a user, a password, or what a signed one is signed with.

    What signs or unlocks is left out, so that one signed anew is called the same. Any other parameter stays, since it
    may say which document this is; a hash stands for a value that is long, or a key. A path stays as it is.
    """
    pieces = START.split(name)  # URLs in URLs, too
    return "".join(_shown(piece) if START.match(piece) else piece for piece in pieces)


def without_secrets(text: str, *urls: str) -> str:
    """A message with its URLs as ``shown``; ``urls``: known ones, which may have spaces in them."""
    for url in urls:
        if is_url(url):
            text = text.replace(url, shown(url))
    return IN_TEXT.sub(lambda found: shown(found.group()), text)


def path_of(url: str) -> str:
    """The URL up to its query, where its name and its ending are; a path stays as it is."""
    if not url.lower().startswith(("http://", "https://")):
        return url  # in a bucket, ? and # are parts of a name
    return re.split(r"[?#]", url, maxsplit=1)[0]


def _shown(url: str) -> str:
    parts = _split(url)
    if parts is None:  # a password with / or # in it, for instance: nobody can say where it ends
        return f"{url.partition('://')[0]}://~{_hash(url)}"
    host = parts.netloc if parts.scheme in CONTAINERS else parts.netloc.rpartition("@")[2]
    query, fragment = _kept(parts.query), _kept(parts.fragment)
    tail = (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    return f"{parts.scheme}://{host}{parts.path}{tail}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # what stands there is no number where a password was cut in two
    except ValueError:
        return None
    return parts


def _kept(query: str) -> str:
    pairs = [(unquote_plus(part.partition("=")[0]), part) for part in query.split("&")]
    azure = any(name.lower() == "sig" for name, _ in pairs)
    return "&".join(_parameter(part) for name, part in pairs if not _unlocks(name, azure) and part)


def _unlocks(name: str, azure: bool) -> bool:
    low = name.lower()
    words = {word.lower() for word in WORDS.findall(name)}
    if azure and low in AZURE:
        return True
    return low.startswith(SIGNERS) or bool(words & SECRET_WORDS) or low.endswith(SECRET_ENDS)


def _parameter(part: str) -> str:
    """A parameter for people."""
    name, is_set, value = part.partition("=")
    if not is_set:
        name, value = "", part
    hidden = len(value) > LONGEST_SHOWN or name.lower().endswith("key") or "@" in unquote_plus(value)
    return f"{name}{is_set}~{_hash(value)}" if hidden else part


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode(errors="replace")).hexdigest()[:10]
