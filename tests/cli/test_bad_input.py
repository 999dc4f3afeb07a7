"""Every bad input of the command line: a message that names the file, an exit code, and the other files done."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bayou.cli.main import main
from bayou.documents.document import Document
from tests.documents.pdf_maker import PageSpec, make_pdf, text_at
from tests.reading.documents import folder_of, noise, tree
from tests.reading.size_reader import make_size_reader

Captured = pytest.CaptureFixture[str]


def bayou(*arguments: str | Path) -> int:
    return main(["read", *map(str, arguments)], make_size_reader)


def pdf(path: Path, pages: int, trailer: str = "") -> Path:
    """A PDF of empty pages that all are one object, so that ten thousand of them are small."""
    kids = "3 0 R " * pages
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode()
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(data)
    return path


def encrypted(path: Path) -> Path:
    """A PDF whose password nobody knows: the digests of its encryption dictionary are of nothing."""
    digest = "<" + "41" * 32 + ">"
    encryption = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {digest} /U {digest} /P -4 >> /ID [<41><41>]"
    return pdf(path, 1, encryption)


def huge(path: Path) -> Path:
    """A PNG that says it is 50,000 pixels wide and high, in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")))
    return path


def truncated(path: Path) -> Path:
    data = noise(path, 40).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def corrupt(path: Path) -> Path:
    data = bytearray(noise(path, 40).read_bytes())
    data[60:120] = bytes(60)
    path.write_bytes(data)
    return path


def written(data: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return write


BAD: dict[str, tuple[str, Callable[[Path], Path], int, str]] = {
    "truncated image": ("cut.png", truncated, 3, ""),
    "corrupt image": ("torn.png", corrupt, 3, ""),
    "truncated jpeg": ("cut.jpg", truncated, 3, ""),
    "zero bytes": ("zero.png", written(b""), 3, "empty"),
    "zero bytes, pdf": ("zero.pdf", written(b""), 3, "empty"),
    "text renamed": ("text.png", written(b"Dear Sir or Madam,\n" * 9), 3, "text"),
    "nonsense renamed": ("noise.pdf", written(bytes(range(256)) * 9), 3, ""),
    "cut pdf": ("cut.pdf", written(b"%PDF-1.7\n%\xff\xff\n1 0 obj"), 3, ""),
    "encrypted pdf": ("locked.pdf", encrypted, 4, "--password"),
    "long pdf": ("long.pdf", lambda path: pdf(path, 10_000), 5, "--max-pages"),
    "huge image": ("huge.png", huge, 5, "--max-pixels"),
}


@pytest.mark.parametrize("kind", BAD)
def test_alone_it_has_a_message_and_a_code_of_its_own(kind: str, tmp_path: Path, capsys: Captured) -> None:
    name, make, code, says = BAD[kind]
    path = make(tmp_path / name)
    assert bayou(path, "--output", tmp_path / "out") == code
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert err.startswith(f"bayou: {path}: ")
    assert says in err
    assert "unexpected" not in err
    assert tree(tmp_path / "out") == {}


@pytest.mark.usefixtures("one_process")
def test_among_others_all_of_it_is_told_and_the_others_are_done(tmp_path: Path, capsys: Captured) -> None:
    scans = folder_of(tmp_path / "scans", 3)
    for name, make, _, _ in BAD.values():
        make(scans / name)
    for expected in ("3 read, 0 unchanged", "0 read, 3 unchanged"):
        assert bayou(scans, "--output", tmp_path / "out") == 10
        lines = capsys.readouterr().err.splitlines()
        told = [str(scans / name) for name, _, _, _ in BAD.values()]
        assert sorted(line.split(": ")[1] for line in lines[:-1]) == sorted(told)
        assert f"{expected}, {len(BAD)} failed" in lines[-1]
        assert list(tree(tmp_path / "out")) == ["00.png.txt", "01.png.txt", "sub/02.png.txt"]


def test_one_bad_page_costs_no_other(tmp_path: Path, capsys: Captured) -> None:
    huge = PageSpec(text_at(72, 700, "wide"), media=(0, 0, 14_400, 14_400))
    plans = tmp_path / "plans.pdf"
    plans.write_bytes(make_pdf([PageSpec(text_at(72, 700, "first")), huge, PageSpec(text_at(72, 700, "third"))]))
    command = ["read", str(plans), "--output", str(tmp_path / "out"), "--to", "text,json,pdf"]
    assert main(command) == 3
    assert "page 2: failed" in capsys.readouterr().err
    text = (tmp_path / "out" / "plans.pdf.txt").read_text(encoding="utf-8")
    assert text.startswith("first") and text.endswith("third\n")
    document = Document.from_json((tmp_path / "out" / "plans.pdf.json").read_text(encoding="utf-8"))
    assert [page.status for page in document.pages] == ["ok", "failed", "ok"]


def test_limits_can_be_raised_or_gone_round(tmp_path: Path, capsys: Captured) -> None:
    long = pdf(tmp_path / "long.pdf", 10_000)
    assert bayou(long, "--pages", "9998-", "--dpi", "20") == 0
    assert capsys.readouterr().err.count("blank") == 3
    assert bayou(noise(tmp_path / "a.png"), "--max-pixels", "100") == 5
    assert bayou(tmp_path / "a.png", "--max-pixels", "1000") == 0
    assert bayou(pdf(tmp_path / "two.pdf", 2), "--max-pages", "1") == 5


def test_a_wrong_password_is_told_and_not_repeated(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(encrypted(tmp_path / "locked.pdf"), "--password", "Sesame9", "-o", tmp_path / "out") == 4
    err = capsys.readouterr().err
    assert "locked.pdf" in err
    assert "Sesame9" not in err
    assert all(b"Sesame9" not in path.read_bytes() for path in (tmp_path / "out").iterdir())


def test_pages_that_are_not_there(tmp_path: Path, capsys: Captured) -> None:
    assert bayou(noise(tmp_path / "a.png"), "--pages", "4") == 3
    assert "a.png" in capsys.readouterr().err


@pytest.mark.usefixtures("one_process")
def test_a_folder_loop_is_told_and_the_files_are_read(tmp_path: Path, capsys: Captured) -> None:
    scans = folder_of(tmp_path / "scans", 3)
    try:
        (scans / "sub" / "loop").symlink_to(scans, target_is_directory=True)
    except OSError:
        pytest.skip("this system doesn't allow links")
    assert bayou(scans, "-o", tmp_path / "out") == 0
    assert str(scans / "sub" / "loop") in capsys.readouterr().err
    assert len(tree(tmp_path / "out")) == 3


def test_an_output_that_is_a_file(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "out").write_text("mine")
    assert bayou(noise(tmp_path / "a.png"), "-o", tmp_path / "out") == 6
    assert str(tmp_path / "out") in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "mine"


def test_an_output_folder_that_may_not_be_written(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o500)
    if os.access(out, os.W_OK):
        pytest.skip("this user may write everywhere")
    assert bayou(noise(tmp_path / "a.png"), "-o", out) == 6
    assert f"{out}" in capsys.readouterr().err


@pytest.mark.usefixtures("one_process")
def test_one_folder_of_the_output_that_may_not_be_written(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files that go elsewhere are done. One process reads, so that the refusal reaches it."""
    make_folder = Path.mkdir

    def refuse(path: Path, *arguments: object, **options: object) -> None:
        if path.name == "sub":
            raise PermissionError(13, "Permission denied", str(path))
        make_folder(path, *arguments, **options)  # type: ignore[arg-type]

    scans = folder_of(tmp_path / "scans", 3)
    monkeypatch.setattr(Path, "mkdir", refuse)
    assert bayou(scans, "-o", tmp_path / "out") == 10
    err = capsys.readouterr().err
    assert f"{tmp_path / 'out' / 'sub' / '02.png.txt'}: can't be written: permission denied" in err
    assert list(tree(tmp_path / "out")) == ["00.png.txt", "01.png.txt"]


@pytest.mark.slow
@pytest.mark.usefixtures("one_process")
def test_a_disk_that_is_really_full(tmp_path: Path, capsys: Captured) -> None:
    """A file system of a megabyte in memory, where the system lets us make one."""
    out = tmp_path / "out"
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(out)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        scans = tmp_path / "scans"
        for number in range(3):
            noise(scans / f"{number}.png", number)
        big = scans / "1.png"
        Image.effect_noise((900, 900), 90).save(big)
        assert bayou(scans, "--to", "text,pdf", "-o", out) == 10
        err = capsys.readouterr().err
        assert f"{out / '1.png.pdf'}: no space left on the disk" in err
        assert sorted(tree(out)) == ["0.png.pdf", "0.png.txt", "2.png.pdf", "2.png.txt"]
        assert bayou(big, "--to", "pdf", "-o", out) == 6
    finally:
        subprocess.run(["umount", str(out)], check=True)
