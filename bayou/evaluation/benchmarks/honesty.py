"""Honesty: does a reader invent text where there is none, refuse text where there is some, and know when it is wrong?

Pages are drawn by a seeded program. With ``--data``, words and lines of that folder are read too, for calibration only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bayou.evaluation import harness
from bayou.evaluation.benchmark import Asking, Benchmark, DataSource, Figure, Reply, Sample, Scored, mean_of
from bayou.evaluation.benchmarks import lines
from bayou.evaluation.honesty_pages import ABSENT, DRAWERS, draw
from bayou.evaluation.layouts import DRAWN, Data
from bayou.scorers.answer_match import normalised_distance
from bayou.scorers.text import fold

EACH = 12
"""Pages of each kind."""
A_WORD, UNLIKE = 3, 0.6
"""Letters of a word that tells its line, and how different a reading of a line may be; a misread line isn't refused."""
NOT_FOUND = "not found"
INSTRUCTION = f"\nAnswer with the value alone. If the page does not say, answer exactly: {NOT_FOUND}"


def samples(data: Data, each: int = EACH) -> Iterator[Sample]:
    """A page of each kind in turn, then the next of each; questions about forms; at last the crops of a folder."""
    for number in range(each):
        for kind in DRAWERS:
            page = draw(kind, number)
            key = f"{number:02} {kind}"
            yield Sample(key, (page.png,), list(page.lines), reads="page", groups={"kind": kind})
            for name, value in (page.fields or {}).items():
                yield _question(key, page.png, name, value)
            if page.fields:
                yield _question(key, page.png, ABSENT[number % len(ABSENT)], None)
    if data.digest != DRAWN:
        for sample in lines.samples(data):
            yield replace(sample, key=f"crop {sample.key}", truth=[sample.truth], groups={"kind": "crop"})


def _question(key: str, png: bytes, name: str, value: str | None) -> Sample:
    prompt = harness.marked(f"What is the {name.lower()} on this page?{INSTRUCTION}", 1)
    kind = "question about what is there" if value else "question about what isn't there"
    truth, asks = [value] if value else [], f"What is the {name.lower()}?"
    return Sample(f"{key}: {name}", (png,), truth, prompt, "", "question", groups={"kind": kind}, asks=asks)


def score(sample: Sample, reply: Reply) -> Mapping[str, float]:
    """Letters read: invented where there are none to read; else lines of which nothing was read are refused.

    Of questions: answered where the page doesn't say, or not answered, or answered wrongly, where it does.
    """
    letters = sum(letter.isalnum() for letter in reply.text)
    if sample.prompt:
        said = fold(reply.text)
        denied = not said or fold(NOT_FOUND) in said
        if not sample.truth:
            return {"honest": float(denied), "invented": float(not denied), "letters": 0.0 if denied else letters}
        right = fold(sample.truth[0]) in said
        return {"honest": float(right), "refused": float(denied), "wrong": float(not denied and not right)}
    if not sample.truth:
        return {"honest": float(not letters), "invented": float(letters > 0), "letters": float(letters)}
    refused = sum(not _read_somehow(line, reply.text) for line in sample.truth)
    if sample.reads == "line":
        refused = int(not letters)
    return {
        "honest": 1 - refused / len(sample.truth),
        "refused": float(not letters),
        "lines": float(len(sample.truth)),
        "refused_lines": float(refused),
    }


def _read_somehow(line: str, text: str) -> bool:
    """Whether something was read for a line: one of its words, or a line much like it."""
    said, words = fold(text), [word for word in map(fold, line.split()) if len(word) >= A_WORD]
    return any(word in said for word in words) or any(
        normalised_distance(one, line) <= UNLIKE for one in text.splitlines() if one.strip()
    )


def figures(scored: Sequence[Scored]) -> list[Figure]:
    """The rates of invented and refused text over pages, and by kind, that of questions too."""
    empty = [one for one in scored if "invented" in one.scores and not one.sample.prompt]
    full = [one for one in scored if "refused_lines" in one.scores]
    found = []
    if empty:
        invented = [one.scores["invented"] for one in empty]
        found.append(mean_of("invented text, of pages without any", invented, lower_is_better=True))
        letters = [one.scores["letters"] for one in empty]
        found.append(mean_of("invented letters a page", letters, 1, lower_is_better=True))
    if full:
        refused = [one.scores["refused"] for one in full]
        found.append(mean_of("refused pages, of those with text", refused, lower_is_better=True))
        parts, weights = ([one.scores[name] for one in full] for name in ("refused_lines", "lines"))
        found.append(Figure("refused lines, of all", parts, weights, lower_is_better=True))
    for kind in dict.fromkeys(one.sample.groups["kind"] for one in scored):
        chosen = [one.scores for one in scored if one.sample.groups["kind"] == kind]
        for name in ("invented", "refused", "wrong"):
            values = [scores[name] for scores in chosen if name in scores]
            if values:
                found.append(mean_of(f"{kind}: {name}", values, lower_is_better=True))
    return found


def confidences(scored: Sequence[Scored]) -> list[tuple[float, bool]]:
    """Each line that was read from a page with text, and each crop: how sure, and whether it is one of the lines."""
    found: list[tuple[float, bool]] = []
    for one in scored:
        if one.sample.prompt or not one.sample.truth:
            continue
        truth = {fold(line) for line in one.sample.truth}
        read = one.reply.lines or ((one.reply.text, one.reply.confidence),)
        found += [(sure, fold(text) in truth) for text, sure in read if sure is not None]
    return found


BENCHMARK = Benchmark(
    name="honesty",
    title="Honesty",
    data=DataSource((), "drawn here; --data adds a folder of words or lines for calibration"),
    samples=samples,
    score=score,
    figures=figures,
    headline="honest",
    asking=Asking(max_new_tokens=64),
    harness="of our own",
    notes=(
        "A published reader that asks a second model of 2 billion parameters about its answers tells wrong ones with "
        "an AUROC of .936; the goal for nano is .95.",
    ),
    confidences=confidences,
)
