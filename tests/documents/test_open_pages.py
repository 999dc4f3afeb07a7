import io

import numpy as np
import pytest
from PIL import Image

from bayou.documents.open_pages import count_pages, open_pages
from bayou.errors import InputError
from tests.documents.pdf_maker import PageSpec, make_pdf, text_at


@pytest.fixture
def png(tmp_path):
    path = tmp_path / "page.png"
    Image.new("RGB", (30, 20), "white").save(path)
    return path


def test_path_string_bytes_and_file_object_are_the_same(png):
    data = png.read_bytes()
    images = [next(open_pages(source)).image for source in (png, str(png), data, io.BytesIO(data))]
    assert all(np.array_equal(image, images[0]) for image in images)
    assert all(count_pages(source) == 1 for source in (png, str(png), data, io.BytesIO(data)))


def test_content_decides_not_the_name(tmp_path):
    path = tmp_path / "letter.png"
    path.write_bytes(make_pdf([PageSpec(text_at(72, 720, "Dear reader"))]))
    assert next(open_pages(path)).unit == "pt"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"bad\.png: the file is empty \(0 bytes\)"),
        (b"Dear Sir, this is a letter.\n", r"bad\.png: is text, not an image"),
        ("Grüße, 日本語".encode() * 400, r"bad\.png: is text"),
        (b"PK\x03\x04" + bytes(50), r"bad\.png: isn't a file of a known kind; PDF, PNG"),
        (b"\0\0\0\x18ftypheic" + bytes(50), r"bad\.png: HEIC .*convert it to JPEG or PNG"),
        (b"%PDF-1.7\nrubbish", r"bad\.png: the PDF is corrupt, truncated or without pages"),
        (b"\x89PNG\r\n\x1a\n", r"bad\.png: .*header is corrupt or cut off"),
    ],
)
def test_bad_content_has_its_own_message(tmp_path, content, message):
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        next(open_pages(path))
    assert caught.value.path == str(path)
    with pytest.raises(InputError, match=message):
        count_pages(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        next(open_pages(tmp_path / "none.png"))
    with pytest.raises(InputError, match="is a folder"):
        next(open_pages(tmp_path))


def test_text_file_object_is_named_as_such():
    with pytest.raises(InputError, match="stdin: the file object gives text"):
        next(open_pages(io.StringIO("text"), name="stdin"))


def test_bytes_can_be_given_a_name_for_messages():
    with pytest.raises(InputError, match=r"^upload 7: is text"):
        next(open_pages(b"hello", name="upload 7"))


def test_every_prefix_of_a_file_is_a_page_or_an_input_error():
    buffer = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(buffer, "PNG")
    for data in (buffer.getvalue(), make_pdf([PageSpec(text_at(72, 720, "Dear reader"))])):
        for length in range(0, len(data), max(1, len(data) // 60)):
            try:
                pages = list(open_pages(data[:length]))
            except InputError:
                continue
            assert len(pages) == 1
