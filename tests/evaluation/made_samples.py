"""A small sample of every benchmark in its published layout, made here: no published data is in this repository."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from bayou.evaluation.benchmarks.ocrbench import TASKS

LONG = 50
"""Words of a page: METEOR's penalty for the whole as one piece is a half of this, cubed, away from full marks."""


def picture(text: str, size: tuple[int, int] = (240, 60)) -> bytes:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((8, 12), text, fill="black", font=ImageFont.load_default(28))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def in_base64(text: str) -> str:
    return base64.b64encode(picture(text)).decode()


def tsv(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t")
        writer.writeheader()
        writer.writerows(rows)
    return path


def ocrbench(folder: Path) -> Path:
    rows = [
        {"index": number, "image": in_base64(task), "question": "what is written?", "answer": str([task, "x"])}
        | {"category": task}
        for number, task in enumerate(TASKS)
    ]
    return tsv(folder / "OCRBench.tsv", rows)


def ocrbench_json(folder: Path) -> Path:
    """The other published layout: pictures beside a JSON file."""
    rows = []
    for number, task in enumerate(TASKS):
        name = f"set/{number}.png"
        (folder / "set").mkdir(exist_ok=True)
        (folder / name).write_bytes(picture(task))
        rows.append({"dataset_name": "set", "id": 7, "image_path": name, "question": "what?", "answers": task})
        rows[-1]["type"] = task
    (folder / "OCRBench.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


def ocrbench_v2(folder: Path) -> Path:
    cells = [
        ("text recognition en", "what is written?", ["harbour"], None),
        ("text counting en", "how many?", ["7"], "regression"),
        ("cognition VQA cn", "什么?", ["东京"], None),
        ("science QA en", "which?", ["B"], "multiple choice"),
        ("key information extraction en", "fields?", [{"total": "9.00"}], None),
        ("table parsing en", "the table in html", ["<table><tr><td>a</td><td>b</td></tr></table>"], None),
        ("formula recognition en", "the formula", [r"\frac{a}{b}"], None),
        ("full-page OCR en", "all text", [" ".join(f"word{number}" for number in range(LONG))], None),
        ("document parsing cn", "parse", ["# 东京"], None),
        ("text grounding en", "where?", [10, 20, 110, 60], None),
        ("handwritten answer extraction cn", "which?", ["ABD"], None),
    ]
    rows: list[dict[str, Any]] = []
    for number, (task, question, answers, rule) in enumerate(cells):
        name = f"{number}.png"
        (folder / name).write_bytes(picture("harbour"))
        rows.append({"id": number, "image_path": name, "type": task, "question": question, "answers": answers})
        rows[-1] |= {} if rule is None else {"eval": rule}
    (folder / "OCRBench_v2.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return folder


def questions(name: str, answer: str = str(["nokia"] * 10), **more: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        rows = [
            {"index": number, "image": in_base64(f"q{number}"), "question": f"Which {number}?", "answer": answer} | more
            for number in range(3)
        ]
        return tsv(folder / name, rows)

    return make


def choices(name: str, **more: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        options = {"A": "cat", "B": "dog", "C": "bird", "D": ""}
        rows = [
            {"index": number, "image": in_base64(f"q{number}"), "question": f"Which {number}?"}
            | options
            | {"answer": "B"}
            | more
            for number in range(3)
        ]
        return tsv(folder / name, rows)

    return make


def mmbench(folder: Path) -> Path:
    """Two questions, each in two turns; a later turn's picture is that of the first."""
    rows = []
    for number in (3, 4):
        rows.append({"index": number, "image": in_base64(str(number)), "A": "cat", "B": "dog", "answer": "A"})
        rows.append({"index": 1_000_000 + number, "image": str(number), "A": "dog", "B": "cat", "answer": "B"})
    whole = [{**row, "question": "Which?", "l2-category": "logic", "category": "c", "hint": "Look."} for row in rows]
    return tsv(folder / "MMBench_DEV_EN.tsv", whole)


def mmmu(folder: Path) -> Path:
    two = str([in_base64("one"), in_base64("two")])
    shared = {"category": "Art", "split": "validation", "l2-category": "Art and Design"}
    rows = [
        {"index": 1, "image": two, "question": "<image 1> or <image 2>?", "A": "cat", "B": "dog", "answer": "A"}
        | shared,
        {"index": 2, "image": in_base64("x"), "question": "How many?", "A": "", "B": "", "answer": "42"} | shared,
        {"index": 3, "image": in_base64("y"), "question": "Dev?", "A": "cat", "B": "dog", "answer": "A"}
        | shared
        | {"split": "dev"},
    ]
    return tsv(folder / "MMMU_DEV_VAL.tsv", rows)


def mathvista(folder: Path) -> Path:
    shared = {"image": in_base64("1+1"), "question": "Hint: give a number.\nQuestion: 1+1?", "task": "geometry"}
    rows = [
        shared | {"index": 1, "answer": "2", "answer_type": "integer", "choices": "", "answer_option": ""},
        shared | {"index": 2, "answer": "0.5", "answer_type": "float", "choices": "", "answer_option": ""},
        shared
        | {"index": 3, "answer": "dog", "answer_type": "text", "choices": "['cat', 'dog']", "answer_option": "B"},
    ]
    return tsv(folder / "MathVista_MINI.tsv", [{**row, "question_type": "free_form"} for row in rows])


def hallusionbench(folder: Path) -> Path:
    rows = [
        {"index": f"VD_0_chart_{group}_{figure}_{question}", "image": in_base64("chart"), "question": "Is it?"}
        | {"answer": "Yes" if figure else "No", "category": "VD", "l2-category": "chart"}
        for group in (0, 1)
        for figure in (0, 1)
        for question in (0, 1)
    ]
    return tsv(folder / "HallusionBench.tsv", rows)


def sroie(folder: Path) -> Path:
    for name in ("img", "entities"):
        (folder / name).mkdir()
    for number in range(2):
        (folder / "img" / f"{number}.png").write_bytes(picture("receipt"))
        fields = {"company": "ACME", "date": "1/1/2019", "address": "X", "total": "1.00"}
        (folder / "entities" / f"{number}.txt").write_text(json.dumps(fields), encoding="utf-8")
    return folder


def cord(folder: Path) -> Path:
    import pyarrow as pa
    from pyarrow.parquet import write_table

    parse = {"gt_parse": {"menu": [{"nm": "TEA", "cnt": "1", "price": "2.80"}], "total": {"total_price": "2.80"}}}
    cells = {"image": [{"bytes": picture("TEA 2.80"), "path": None}], "ground_truth": [json.dumps(parse)]}
    write_table(pa.table(cells), folder / "test-00000-of-00001.parquet")
    return folder


def olmocr(folder: Path) -> Path:
    facts = [
        {"id": "1", "type": "present", "text": "harbour invoice", "max_diffs": 1},
        {"id": "2", "type": "absent", "text": "page 7", "max_diffs": 0},
        {"id": "3", "type": "order", "before": "harbour", "after": "copper", "max_diffs": 0},
        {"id": "4", "type": "table", "cell": "2.50", "left": "Tea", "top_heading": "Price", "max_diffs": 0},
        {"id": "5", "type": "math", "math": "x^2"},
    ]
    (folder / "pdfs").mkdir()
    Image.open(io.BytesIO(picture("harbour invoice copper"))).save(folder / "pdfs" / "one.pdf")
    lines = [json.dumps({"pdf": "one.pdf", "page": 1, **fact}) for fact in facts]
    (folder / "facts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def omnidocbench(folder: Path) -> Path:
    (folder / "images").mkdir()
    (folder / "images" / "a.png").write_bytes(picture("harbour invoice"))
    table = "<table><tr><td>Tea</td><td>2.50</td></tr></table>"
    regions = [
        {"category_type": "text_block", "text": "second", "order": 2, "ignore": False},
        {"category_type": "title", "text": "first", "order": 1, "ignore": False},
        {"category_type": "table", "html": table, "order": 3, "ignore": False},
        {"category_type": "page_number", "text": "9", "order": None, "ignore": False},
        {"category_type": "text_block", "text": "unseen", "order": 4, "ignore": True},
    ]
    info = {"image_path": "a.png", "page_attribute": {"language": "english", "layout": "single_column"}}
    rows = [{"layout_dets": regions, "page_info": info}]
    (folder / "OmniDocBench.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


def lines(folder: Path) -> Path:
    for part in ("words", "lines"):
        (folder / part / "images").mkdir(parents=True)
        (folder / part / "images" / "a.png").write_bytes(picture("Harbour 27"))
        (folder / part / "labels.tsv").write_text("a.png\tHARBOUR 27\tprinted\n", encoding="utf-8")
    return folder


def pages(folder: Path) -> Path:
    (folder / "images").mkdir()
    (folder / "text").mkdir()
    (folder / "images" / "set_1.png").write_bytes(picture("harbour invoice", (400, 200)))
    (folder / "text" / "set_1.txt").write_text("harbour invoice\n", encoding="utf-8")
    return folder


MADE: dict[str, Callable[[Path], Path]] = {
    "ocrbench": ocrbench,
    "ocrbench-v2": ocrbench_v2,
    "textvqa": questions("TextVQA_VAL.tsv"),
    "docvqa": questions("DocVQA_VAL.tsv"),
    "infovqa": questions("InfoVQA_VAL.tsv"),
    "chartqa": questions("ChartQA_TEST.tsv", "['nokia']", split="test_human"),
    "ai2d": choices("AI2D_TEST.tsv", category="plants"),
    "mmbench": mmbench,
    "mmstar": choices("MMStar.tsv", category="math", l2_category="algebra"),
    "mmmu": mmmu,
    "mathvista": mathvista,
    "hallusionbench": hallusionbench,
    "mmvet": questions("MMVet.tsv", "nokia<AND>phone", category="ocr,know"),
    "sroie": sroie,
    "cord": cord,
    "olmocr": olmocr,
    "omnidocbench": omnidocbench,
    "lines": lines,
    "pages": pages,
}
