"""VQA accuracy over the answers of several people (TextVQA). Knows strings; not pictures or questions.

Published for VQA v2; the two harnesses prepare answers differently before they compare, and both are here by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

PEOPLE = 3
"""So many of the other people must have said the same for a full score."""

_ARTICLES = {"a", "an", "the"}
_NUMBERS = {"none": "0"} | {
    word: str(number) for number, word in enumerate("zero one two three four five six seven eight nine ten".split())
}
_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_MOST_POINTS = 32
"""Both harnesses hand a flag of this value to where the number of replacements goes."""

_CONTRACTED = """
ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd
he'd've he's how'd how'll how's isn't it'd it'd've it'll ma'am mightn't mightn't've might've mustn't must've
needn't not've o'clock oughtn't 'ow's'at shan't she'd've should've shouldn't shouldn't've somebody'd've
somebody'll somebody's someone'd someone'd've someone'll someone's something'd something'd've something'll
that's there'd there'd've there're there's they'd they'd've they'll they're they've 'twas wasn't we'd've we've
weren't what'll what're what's what've when's where'd where's where've who'd who'd've who'll who's who've why'll
why're why's won't would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd you'd've you'll you're you've
""".split()


def _lacking_one(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place, letter in enumerate(word) if letter == "'"]


_CONTRACTIONS = {lacking: word for word in _CONTRACTED for lacking in _lacking_one(word)}
# The published tables have this one the wrong way round.
_CONTRACTIONS["somebody'd"] = "somebodyd"


def normalised_vlmevalkit(answer: str) -> str:
    """An answer as VLMEvalKit compares it."""
    text = answer.replace("\n", " ").replace("\t", " ").strip()
    return _words(without_punctuation(text))


def normalised_lmms_eval(answer: str) -> str:
    """An answer as lmms-eval compares it: commas and question marks go first, and ``'s`` stands by itself."""
    text = answer.lower().replace(",", "").replace("?", "").replace("'s", " 's").strip()
    text = text.replace("\n", " ").replace("\t", " ").strip()
    return _words(without_punctuation(text, point=r"\.(?!\d)"))


def without_punctuation(text: str, point: str = r"(?<!\d)\.(?!\d)") -> str:
    """Marks are dropped where they touch a space, or where a number has a comma; else they become spaces.

    ``point`` says which full stops go; VLMEvalKit keeps those beside a digit, lmms-eval those before one.
    """
    dropped = re.search(r"\d,+\d", text) is not None
    out = text
    for mark in _PUNCTUATION:
        touches = mark + " " in text or " " + mark in text
        out = out.replace(mark, "" if touches or dropped else " ")
    return re.sub(point, "", out, count=_MOST_POINTS)


def _words(text: str) -> str:
    words = [_NUMBERS.get(word, word) for word in text.lower().split()]
    return " ".join(_CONTRACTIONS.get(word, word) for word in words if word not in _ARTICLES)


def _accuracy(prediction: str, answers: Sequence[str], normalised: Callable[[str], str]) -> float:
    given = [normalised(answer) for answer in answers]
    said = normalised(prediction)
    same = given.count(said)
    shares = [min(1.0, (same - (answer == said)) / PEOPLE) for answer in given]
    return sum(shares) / len(shares)


def vqa_accuracy_vlmevalkit(prediction: str, answers: Sequence[str]) -> float:
    """Mean over the people of min(1, how many of the others agree with the prediction / 3), 0 to 1."""
    return _accuracy(prediction, answers, normalised_vlmevalkit)


def vqa_accuracy_lmms_eval(prediction: str, answers: Sequence[str]) -> float:
    """The same with lmms-eval's preparation; it strips the prediction."""
    return _accuracy(prediction.strip(), answers, normalised_lmms_eval)
