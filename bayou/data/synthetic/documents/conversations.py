"""From a page to what a model is taught with it: its text, Markdown, fields or answers. Knows pages; no storage.

The rule: a page is one sample with one task, drawn by ``TASKS``. Where a kind has fewer than two fields its share of
``key-fields`` goes to Markdown; where a page has no question it is transcribed. Charts are asked about mostly, since
their text says little. A page that can't be read draws its task in the same way and answers each honestly.
"""

from __future__ import annotations

import json
import random

import cv2

from bayou.data.sample import Sample
from bayou.data.synthetic.documents.page import SOURCE, SyntheticPage, nested
from bayou.data.synthetic.documents.questions import BLANK, FIELDS, UNREADABLE
from bayou.inputs.messages import ImagePart, Message

TASKS: dict[str, float] = {"transcription": 0.35, "markdown": 0.25, "key-fields": 0.2, "page-questions": 0.2}
_CHART_TASKS: dict[str, float] = {"transcription": 0.15, "markdown": 0.1, "key-fields": 0.0, "page-questions": 0.75}
_MOST_QUESTIONS = 5

# The first two are those with which bayou asks the released models to read (bayou.reading.tasks, two floors up).
READ_PROMPTS = (
    "Read the text in the image.",
    "Read all the text in this image. Output the exact text content only.",
    "Transcribe this page.",
    "What does this page say? Give the text as printed.",
    "Extract the text, in reading order.",
)
MARKDOWN_PROMPTS = (
    "Convert this page to Markdown.",
    "Give the content of this page as Markdown, with headings and tables.",
    "Write this document as Markdown.",
)
FIELD_PROMPTS = (
    "Give the key fields of this document as JSON.",
    "Extract the key information as a JSON object.",
    "Which key fields does this document have? Answer in JSON.",
)
NAMED_PROMPTS = (
    "Give these fields as JSON, null where the document doesn't have one: {names}.",
    "Extract as a JSON object, with null for what is missing: {names}",
)
_QUALITIES = {"clean": (90, 96), "worn": (62, 92)}


def encoded(page: SyntheticPage, rng: random.Random) -> bytes:
    """The picture as a JPEG file; a worn page may be pressed harder than a clean one."""
    low, high = _QUALITIES["worn" if page.damage else "clean"]
    image = page.image[:, :, 0] if page.colourless else cv2.cvtColor(page.image, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(low, high)])
    if not done:
        raise ValueError(f"page {page.key} of {page.image.shape} can't be encoded")
    return data.tobytes()


def encoded_plainly(page: SyntheticPage) -> bytes:
    """The picture as a PNG file, without loss."""
    done, data = cv2.imencode(".png", cv2.cvtColor(page.image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not done:
        raise ValueError(f"page {page.key} of {page.image.shape} can't be encoded")
    return data.tobytes()


def sample_of(page: SyntheticPage, licence: str) -> Sample:
    """The page with the task that its key draws, as a training sample; ``notes`` have all that is known of it."""
    rng = random.Random(f"sample:{page.key}")
    picture = ImagePart(encoded(page, rng))
    task = _task(rng, page)
    turns = conversation(rng, page, task)
    messages: list[Message] = []
    for number, (asked, answer) in enumerate(turns):
        messages.append(Message("user", (picture, asked) if number == 0 else (asked,)))
        messages.append(Message("assistant", (answer,)))
    return Sample(f"{page.key}-{page.kind}", tuple(messages), SOURCE, licence, task, page.record())


def _task(rng: random.Random, page: SyntheticPage) -> str:
    shares = dict(_CHART_TASKS if page.kind == "chart" else TASKS)
    if page.status == "ok" and len(page.fields) < 2:
        shares["markdown"] += shares.pop("key-fields")
    if not page.questions:
        shares["transcription"] += shares.pop("page-questions")
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def conversation(rng: random.Random, page: SyntheticPage, task: str) -> list[tuple[str, str]]:
    """Questions and answers in turn, for one of ``TASKS``."""
    if task == "page-questions":
        chosen = rng.sample(page.questions, min(len(page.questions), rng.randint(1, _MOST_QUESTIONS)))
        return [(q.text, q.answer) for q in chosen]
    honest = {"blank": BLANK, "unreadable": UNREADABLE}.get(page.status, "")
    if task == "transcription":
        return [(rng.choice(READ_PROMPTS), honest or page.text)]
    if task == "markdown":
        return [(rng.choice(MARKDOWN_PROMPTS), honest or page.markdown)]
    return [_fields(rng, page)]


def _fields(rng: random.Random, page: SyntheticPage) -> tuple[str, str]:
    values = nested(page.fields)
    if page.status != "ok" or rng.random() < 0.5:
        known = FIELDS.get(page.kind) or FIELDS["invoice"]
        names = rng.sample(known, min(len(known), rng.randint(2, 8)))
        wanted = {name: values.get(name) for name in names}
        prompt = rng.choice(NAMED_PROMPTS).format(names=", ".join(names))
        return prompt, json.dumps(wanted, ensure_ascii=False)
    return rng.choice(FIELD_PROMPTS), json.dumps(values, ensure_ascii=False)
