"""Sentences of many languages out of Debian packages' questions to administrators. Knows archives; not how they look.

Translators write these questions ("templates") anew for each package; they lie in a package's control archive and in no
folder that ``bayou.data.synthetic.corpus`` reads, so nano has not learnt them.
"""

from __future__ import annotations

import io
import lzma
import random
import re
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from bayou.data.synthetic.alphabet import ALPHABET_SET, LOOK_ALIKES
from bayou.errors import InputError

PACKAGES = (
    "apt-cacher-ng apt-listchanges atftpd base-passwd ca-certificates console-setup cryptsetup cups-bsd dash "
    "dbconfig-common debconf debsums dictionaries-common dma exim4-config fetchmail grub-pc hyperv-daemons iproute2 "
    "isc-dhcp-server keyboard-configuration krb5-config libpam-runtime libpaper1 lightdm locales lprng man-db mdadm "
    "nagios-nrpe-server nfs-common ntpsec nullmailer openssh-server openvpn popularity-contest postfix ppp "
    "proftpd-core samba-common slapd snmpd sysstat tftpd-hpa tiger tzdata ucf uif unattended-upgrades vsftpd "
    "wireshark-common x11-common xserver-xorg-legacy"
).split()
"""Of Debian 12: `apt-get download NAMES` brings them, nothing has to be installed."""

SHORTEST, LONGEST = 30, 60
"""Characters of a line."""

_TRANSLATION = re.compile(r"^Description-([A-Za-z_@]+)\.UTF-8: .*((?:\n .*)*)", re.MULTILINE)
_NO_PROSE = re.compile(r"[/$<>_%`|\\{}=@*#~^\[\]]|\S\.\S|--|\d{4}")
"""Of paths, variables, options and addresses: what is printed in code, not in a language."""
_DAMAGED = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|\u00ef\u00bf\u00bd")
"""Of texts that were taken for Latin-1 and written as UTF-8 once more."""
_CEDILLAS = str.maketrans("ŞşŢţ", "ȘșȚț")
"""Romanian has commas; cedillas are how it was typed before there were any."""


def control_file(package: Path, name: str) -> str:
    """A file of a Debian package's control archive as text; "" where it has none.

    Raises:
        InputError: Not a Debian package, or packed in a way that Python can't unpack.
    """
    for member, content in _members(package):
        if member.startswith("control.tar"):
            try:
                plain = lzma.decompress(content) if member.endswith(".xz") else zlib.decompress(content, 31)
            except (lzma.LZMAError, zlib.error) as error:
                raise InputError(f"{member} can't be unpacked", str(package)) from error
            with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
                found = next((one for one in archive if one.name.removeprefix("./") == name), None)
                file = None if found is None else archive.extractfile(found)
                return "" if file is None else file.read().decode("utf-8", "replace")
    raise InputError("is no Debian package", str(package))


def _members(package: Path) -> Iterator[tuple[str, bytes]]:
    """The files of an ar archive."""
    with package.open("rb") as file:
        if file.read(8) != b"!<arch>\n":
            return
        while len(head := file.read(60)) == 60:
            size = int(head[48:58])
            yield head[:16].decode("ascii").strip().rstrip("/"), file.read(size)
            file.read(size % 2)


def translations(templates: str, language: str) -> Iterator[str]:
    """The paragraphs of a language in a file of templates."""
    for found in _TRANSLATION.finditer(templates):
        if found[1].lower() == language:
            yield from re.split(r"\n \.(?=\n|$)|\n(?= {2,})", found[2])


def packages_in(folder: Path) -> list[Path]:
    """The packages of ``PACKAGES`` in a folder.

    Raises:
        InputError: One is missing.
    """
    found = {path.name.partition("_")[0]: path for path in sorted(folder.glob("*.deb"))}
    missing = [name for name in PACKAGES if name not in found]
    if missing:
        raise InputError(f"lacks packages; fetch them with: apt-get download {' '.join(missing)}", str(folder))
    return [found[name] for name in PACKAGES]


def lines_of(templates: Sequence[str], language: str, count: int) -> list[str]:
    """Lines of a language as they might stand in a column, drawn from all its sentences; fewer where it has fewer."""
    rng = random.Random(language)
    found: list[str] = []
    for text in templates:
        for paragraph in translations(text, language):
            if not _DAMAGED.search(paragraph):
                found += _broken(paragraph, rng)
    if language == "ro":
        found = [line.translate(_CEDILLAS) for line in found]
    found = list(dict.fromkeys(line for line in found if ALPHABET_SET.issuperset(line) and not _NO_PROSE.search(line)))
    rng.shuffle(found)
    return found[:count]


def _broken(paragraph: str, rng: random.Random) -> Iterator[str]:
    """A paragraph as lines, each of another length."""
    line, wanted = "", rng.randint(SHORTEST, LONGEST)
    for word in paragraph.translate(LOOK_ALIKES).split():
        if line and len(line) + 1 + len(word) > wanted:
            if len(line) >= SHORTEST:
                yield line
            line, wanted = "", rng.randint(SHORTEST, LONGEST)
        line = f"{line} {word}".lstrip()
