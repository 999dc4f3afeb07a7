"""How alike two long texts are by four measures at once, as OCRBench v2 has it for whole pages. Knows strings alone.

The mean of BLEU, METEOR, the F-measure of the sets of words (all nltk's) and edits. METEOR matches equal words and
equal stems; WordNet's synonyms, which the published figures count too, are left out: what was read wrong is hardly ever
a synonym of what is printed, and WordNet would have to be fetched.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from bayou.errors import MissingExtraError
from bayou.scorers.text import edit_distance


class _NoSynonyms:
    """WordNet's place in nltk's METEOR."""

    def synsets(self, word: str) -> Iterable[object]:
        """None."""
        return ()


def page_likeness(prediction: str, truth: str) -> float:
    """0 to 1; a text in letters that are written without spaces is one word here.

    Raises:
        MissingExtraError: The extra ``evaluate`` is not installed.
    """
    try:
        from nltk.metrics import f_measure
        from nltk.translate.bleu_score import sentence_bleu
        from nltk.translate.meteor_score import single_meteor_score
    except ImportError as error:
        raise MissingExtraError("this score needs nltk: pip install 'bayou[evaluate]'") from error
    read, wanted = prediction.split(), truth.split()
    if not read or not wanted:
        return float(not read and not wanted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nltk warns wherever two texts share no four words in a row
        bleu = float(sentence_bleu([wanted], read))
    meteor = float(single_meteor_score(wanted, read, wordnet=_NoSynonyms()))
    edits = edit_distance(prediction, truth) / max(len(prediction), len(truth))
    return (bleu + meteor + float(f_measure(set(wanted), set(read)) or 0.0) + 1 - edits) / 4
