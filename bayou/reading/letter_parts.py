"""The parts of a letter, by where they stand about its greeting and its end. Knows customs of letters; no questions.

A page without a greeting, or without an end, is taken for no letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bayou.reading.field_candidates import Candidate, is_contact
from bayou.reading.field_clues import Clues, traits
from bayou.reading.field_layout import Piece
from bayou.reading.field_words import tokens
from bayou.reading.labelled_values import PARTICLES, is_clear_label, is_label

_GREETINGS = re.compile(
    r"(?:dear|to whom it may concern|hello|hi|good (?:morning|afternoon|day)|sehr geehrte[rs]?|liebe[rs]?|werte[rs]?|"
    r"guten tag|hallo|madame|monsieur|mesdames|messieurs|cher|chere|chers|cheres|bonjour|estimad[oa]s?|querid[oa]s?|"
    r"apreciad[oa]s?|distinguid[oa]s?|muy senor(?:a|es)?|a quien corresponda|gentil[ei]|gentilissim[oai]|egregi[oae]?|"
    r"spettabile|spett le|car[oaie]|buongiorno|geachte|beste|lieve|szanown[aey]|szanowni|drog[ia]|hej|basta|kara|"
    r"ex m[oa]s?|exm[oa]s?|exmos|car[oa]s|prezad[oa]s?)\b"
)
_ENDS = re.compile(
    r"(?:yours|sincerely|faithfully|regards|respectfully|cordially|(?:with )?(?:best|kind|warm|many)(?:est)? "
    r"(?:regards|wishes|thanks|greetings)|mit (?:freundlich|best|herzlich|vielen)\w* \w+|"
    r"(?:freundliche|beste|herzliche|viele) grusse|hochachtungsvoll|cordialement|bien (?:a vous|cordialement)|"
    r"(?:veuillez|je vous prie|nous vous prions|dans l attente)\b.* salutations|sinceres salutations|"
    r"salutations distinguees|meilleures salutations|respectueusement|atentamente|cordialmente|saludos|"
    r"(?:reciba )?un (?:cordial |atento )?saludo|le saluda|cordiali saluti|distinti saluti|cordialita|"
    r"con i (?:migliori|piu cordiali) saluti|in fede|saluti|met (?:vriendelijke|hartelijke|beste) groet\w*|"
    r"vriendelijke groet\w*|hoogachtend|groeten|z (?:powazaniem|wyrazami szacunku)|lacze wyrazy|z pozdrowieniami|"
    r"pozdrawiam|(?:med )?(?:vanliga?|basta|hjartliga?) halsning\w*|mvh|hogaktningsfullt|atenciosamente|"
    r"(?:com os )?(?:melhores |nossos )?cumprimentos|cordiais saudacoes)\b"
)
_LONGEST_GREETING, _LONGEST_END = 8, 12
"""Words."""
_LONGEST_UNKNOWN = 5
"""Words of an end that isn't known."""
_BEFORE_A_DATE = 3
"""Words before the date of a letter: "Lyon, le"."""
_LINE_GAP = 1.3
"""The widest gap between two lines of one block, in heights."""
_STEP = 1.4
"""How much further than its second line the next line of a block may be from the one over it."""
_SUBJECT_GAP = 5.0
"""The widest gap between a letter's subject and its greeting, in heights."""
_SIGNATURE_GAP = 14.0
"""And between its end and the writer's printed name."""
_LARGE = 1.25
"""Type of a firm's name in the head, in heights of the page's usual line."""
_SHORTEST_NAME = 4
"""Letters of a name that is known again."""
_PARTS = re.compile(r"\s+[·•|]\s+")


@dataclass(frozen=True, slots=True)
class Letter:
    """Where a letter's greeting and end stand, and the block that it is addressed to.

    Attributes:
        greeting, end: Numbers of pieces.
        addressee: Lines of the addressee's name and address, from the top; empty where they aren't known.
        writer: The piece with the writer's printed name below the end; -1 where it isn't known.
    """

    clues: Clues
    greeting: int
    end: int
    addressee: tuple[int, ...]
    writer: int

    def recipient(self) -> Candidate | None:
        """To whom it goes: the first line of the address."""
        return whole_lines(self.clues, self.addressee[:1])

    def recipient_address(self) -> Candidate | None:
        """The lines below the name."""
        lines = self.addressee[1:]
        numbered = [
            n for n, i in enumerate(lines) if any(c.isdigit() for c in self._text(i)) or traits(self._text(i))[1]
        ]
        return whole_lines(self.clues, lines[numbered[0] :]) if numbered else None

    def signatory(self) -> Candidate | None:
        """The name below the end."""
        if self.writer < 0:
            return None
        text = _first_line(self._piece(self.writer))
        return Candidate(text, text, ((self.writer, 0, len(text)),))

    def sender(self) -> Candidate | None:
        """Whose letter it is: a name at the head that stands on the page again, is large, or has an address."""
        over = self._over()
        again = [i for i in over if is_name(self._text(i)) and self._stands_again(i)]
        if again:
            return whole_lines(self.clues, (max(again, key=lambda i: self._piece(i).box.height),))
        height = self.clues.layout.height[self._piece(self.greeting).page]
        named = [i for i in over if self._piece(i).box.height >= _LARGE * height and is_name(self._text(i))]
        if named:
            return whole_lines(self.clues, (max(named, key=lambda i: self._piece(i).box.height),))
        head = [i for i in over if is_name(self._text(i)) and self._has_address(i)]
        return whole_lines(self.clues, head[:1])

    def _has_address(self, index: int) -> bool:
        return any(_like_address(self._text(i)) for i in _block(self.clues, index)[1:])

    def _stands_again(self, index: int) -> bool:
        """Whether a name is also the writer's, or begins another line: the foot's, a small one over the address."""
        name = self._text(index).strip(" ,").casefold()
        others = (piece for i, piece in enumerate(self.clues.layout.pieces) if i != index)
        return len(name) > _SHORTEST_NAME and any(other.text.casefold().startswith(name) for other in others)

    def date(self) -> Candidate | None:
        """The date over the greeting that stands alone, or behind a place."""
        for index in self._above(self.greeting):
            text = self._text(index)
            for one in self.clues.dates[index]:
                before, after = text[: one.start], text[one.end :]
                alone = len(tokens(before)) <= _BEFORE_A_DATE and not any(c.isdigit() for c in before)
                if alone and not any(c.isalnum() for c in after) and not is_label(self.clues, index):
                    span = (index, one.start, one.end)
                    return Candidate(text[one.start : one.end], text[one.start : one.end], (span,))
        return None

    def subject(self) -> Candidate | None:
        """The lines right over the greeting that are no address, no date and no reference."""
        lines: list[int] = []
        at = self.greeting
        for index in self._above(self.greeting):
            above, below = self._piece(index).box, self._piece(at).box
            gap = (below.top - above.bottom) / min(above.height, below.height)
            if gap > (_LINE_GAP if lines else _SUBJECT_GAP) or abs(above.left - below.left) > 3 * above.height:
                break
            if index in self.addressee or self._is_fact(index):
                break
            lines.insert(0, index)
            at = index
        return whole_lines(self.clues, tuple(lines)) if 0 < len(lines) <= 2 else None

    def _is_fact(self, index: int) -> bool:
        """Whether a line is a date alone, a label, a reference: no subject."""
        text = self._text(index)
        dated = any(len(tokens(text[: one.start])) <= _BEFORE_A_DATE for one in self.clues.dates[index])
        over = self.clues.layout.above[index]
        near = over >= 0 and self._piece(index).box.top - self._piece(over).box.bottom <= self._piece(index).box.height
        labelled = is_clear_label(self.clues, index) or (near and is_clear_label(self.clues, over))
        return dated or labelled or is_contact(text) or sum(c.isalpha() for c in text) < len(text) / 3

    def _over(self) -> list[int]:
        """What stands over the addressee, from the top; over the greeting where they aren't known."""
        first = self._piece(self.addressee[0]).box.top if self.addressee else self._piece(self.greeting).box.top
        page = self._piece(self.greeting).page
        pieces = enumerate(self.clues.layout.pieces)
        return [i for i, piece in pieces if piece.page == page and piece.box.center[1] < first]

    def _above(self, index: int) -> list[int]:
        """The pieces over one, from the lowest, those in its own column first."""
        one = self._piece(index)
        pieces = self.clues.layout.pieces
        over = [i for i, piece in enumerate(pieces) if piece.page == one.page and piece.box.center[1] < one.box.top]
        return sorted(over, key=lambda i: -pieces[i].box.bottom)

    def _piece(self, index: int) -> Piece:
        return self.clues.layout.pieces[index]

    def _text(self, index: int) -> str:
        return self.clues.layout.pieces[index].text if index >= 0 else ""


def letter_of(clues: Clues) -> Letter | None:
    """The letter that a document's first pages are; None where it is something else."""
    pieces = clues.layout.pieces
    greeting = next((i for i, piece in enumerate(pieces) if _greets(piece.text)), -1)
    later = [i for i in range(greeting + 1, len(pieces)) if greeting >= 0]
    ends = [i for i in later if _ends(pieces[i].text)]
    ends = ends or [i for i in later if _may_end(pieces[i].text)]
    if greeting < 0 or not ends:
        return None
    return Letter(clues, greeting, ends[-1], _addressee(clues, greeting), _writer(clues, ends[-1]))


def _folded(text: str) -> str:
    return " ".join(word for word, _, _ in tokens(text))


def _first_line(piece: Piece) -> str:
    """Of a piece what was read at its left: a stamp may stand close beside a name."""
    return piece.lines[0].text.strip(" ,;")


def _greets(text: str) -> bool:
    short = len(text.split()) <= _LONGEST_GREETING and not any(c.isdigit() for c in text)
    ended = text.rstrip()[-1:] in (",", ":", "!", "") or not re.search(r"[.?;]", text.rstrip()[-1:])
    return short and ended and _GREETINGS.match(_folded(text)) is not None


def _ends(text: str) -> bool:
    return len(text.split()) <= _LONGEST_END and _ENDS.match(_folded(text)) is not None


def _may_end(text: str) -> bool:
    """A few words and a comma: an end that was misread, or that is not known."""
    return 1 < len(text.split()) <= _LONGEST_UNKNOWN and text.rstrip().endswith(",") and text[:1].isupper()


def _addressee(clues: Clues, greeting: int) -> tuple[int, ...]:
    """The lowest block over the greeting with an address in it and neither a telephone nor a web address."""
    pieces = clues.layout.pieces
    over = [i for i, one in enumerate(pieces) if one.page == pieces[greeting].page]
    over = [i for i in over if pieces[i].box.center[1] < pieces[greeting].box.top]
    best: tuple[int, ...] = ()
    for first in over:
        block = _block(clues, first)
        whole = clues.layout.above[first] < 0 or first not in _block(clues, clues.layout.above[first])
        other = any(is_contact(pieces[i].text) or is_clear_label(clues, i) for i in block)
        if not whole or len(block) < 2 or other:
            continue
        lines = [pieces[i].text for i in block]
        if is_name(lines[0]) and any(_like_address(line) for line in lines[1:]):
            best = block if not best or pieces[first].box.top > pieces[best[0]].box.top else best
    return best


def _block(clues: Clues, first: int) -> tuple[int, ...]:
    """A line and those below it at one distance; a date, a label, or a small sender's line over it is no part."""
    pieces, chain = clues.layout.pieces, [first]
    pitch = 0.0
    while (below := clues.layout.below[chain[-1]]) >= 0 and not _in_parts(pieces[chain[-1]].text):
        one, other = pieces[chain[-1]].box, pieces[below].box
        step = other.center[1] - one.center[1]
        far = other.top - one.bottom > _LINE_GAP * max(one.height, other.height) or (pitch and step > _STEP * pitch)
        aligned = min(abs(one.left - other.left), abs(one.right - other.right)) <= max(one.height, other.height)
        if far or not aligned or clues.dates[below] or is_clear_label(clues, below):
            break
        pitch = pitch or step
        chain.append(below)
    return tuple(chain)


def _in_parts(text: str) -> bool:
    """Whether a line has an address in one, its parts set apart by points or dashes."""
    return _PARTS.search(text) is not None or len(re.findall(r"\s?[·•|–-]\s", text)) >= 2


def _writer(clues: Clues, end: int) -> int:
    """The nearest name of a person below the end."""
    pieces = clues.layout.pieces
    closing = pieces[end].box
    same = [i for i, piece in enumerate(pieces) if piece.page == pieces[end].page]
    below = [i for i in same if pieces[i].box.center[1] > closing.bottom]
    for index in sorted(below, key=lambda i: pieces[i].box.top):
        box = pieces[index].box
        if box.top - closing.bottom > _SIGNATURE_GAP * closing.height:
            break
        across = box.left < closing.right and box.right > closing.left
        if across and _is_person(_first_line(pieces[index])):
            return index
    return -1


def _like_address(text: str) -> bool:
    own = traits(text)
    return bool(own[0] or own[1])


def is_name(text: str) -> bool:
    """Whether a line could be the name of a person or a firm."""
    words = text.split()
    letters = sum(c.isalpha() for c in text)
    plain = not any(c.isdigit() for c in text) and "@" not in text and _PARTS.search(text) is None
    if not plain or not 0 < len(words) <= _LONGEST_GREETING or letters < 2 or words[-1][-1] in ":?":
        return False
    return not words[0][:1].islower() or words[0] in PARTICLES


def _is_person(text: str) -> bool:
    words = text.replace(",", " ").split()
    named = all(word[:1].isupper() or word.casefold() in PARTICLES for word in words)
    return 2 <= len(words) <= 6 and named and is_name(text) and not traits(text)[2]


def whole_lines(clues: Clues, lines: Sequence[int]) -> Candidate | None:
    """Some pieces as one value, a space between them; None of none."""
    if not lines:
        return None
    texts = [clues.layout.pieces[i].text.rstrip(" ,;") for i in lines]
    printed = " ".join(texts)
    return Candidate(printed, printed, tuple((i, 0, len(text)) for i, text in zip(lines, texts, strict=True)))
