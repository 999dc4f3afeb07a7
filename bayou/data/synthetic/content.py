"""What synthetic lines say: seeded words, prose and records in many languages. Knows no fonts, no pictures."""

from __future__ import annotations

import random

from bayou.data.synthetic import manuals, receipts, records
from bayou.data.synthetic.alphabet import ALPHABET_SET, restrict
from bayou.data.synthetic.corpus import Corpus


class Writer:
    """Draws texts from a corpus with one random stream; the same stream gives the same texts."""

    def __init__(self, corpus: Corpus, rng: random.Random) -> None:
        self.corpus = corpus
        self.rng = rng

    def word(self) -> str:
        """One English word as the dictionary has it."""
        return self.rng.choice(self.corpus.english)

    def foreign_words(self, count: int) -> list[str]:
        """Words of one European language other than English."""
        words = self.rng.choice(self.corpus.foreign)
        return [self.rng.choice(words) for _ in range(count)]

    def words(self, count: int) -> list[str]:
        return self.foreign_words(count) if self.rng.random() < 0.3 else [self.word() for _ in range(count)]

    def cased(self, text: str) -> str:
        """The text as it is, capitalised, in capitals or in title case."""
        roll = self.rng.random()
        if roll < 0.45:
            return text
        if roll < 0.65:
            return text[:1].upper() + text[1:]
        if roll < 0.9:
            return text.upper() if "ß" not in text else text
        return " ".join(w[:1].upper() + w[1:] for w in text.split(" "))

    def running(self, length: int) -> str:
        """Running text of about ``length`` characters, cut at words: from the corpus' prose, else made of words."""
        roll = self.rng.random()
        prose = self.rng.choice(self.corpus.voices) if self.corpus.voices and roll < 0.3 else self.corpus.prose
        if len(prose) > 4 * length + 1000 and roll < 0.72:
            start = self.rng.randrange(len(prose) - length - 200)
            begin = prose.find(" ", start) + 1
            text = prose[begin : begin + length + 1]
            cut = text.rfind(" ")
            return text[:cut] if cut > 0 else text[:length]
        return self._sentences(length)

    def _sentences(self, length: int) -> str:
        rng = self.rng
        source = rng.choice(self.corpus.foreign) if rng.random() < 0.6 else self.corpus.english
        parts: list[str] = []
        start, size = True, 0
        while size < length:
            word = rng.choice(source)
            roll = rng.random()
            if roll < 0.02:
                word = rng.choice((records.number, records.date, records.amount, records.code, records.name))(rng)
            elif roll < 0.04:
                word = records.punctuated(rng, [word])
            if start:
                word = word[:1].upper() + word[1:]
            roll = rng.random()
            start = roll < 0.09
            word += (
                "."
                if roll < 0.07
                else rng.choice("?!")
                if start
                else ","
                if roll < 0.17
                else ";"
                if roll < 0.18
                else ":"
                if roll < 0.19
                else ""
            )
            parts.append(word)
            size += len(word) + 1
        text = " ".join(parts)[: length + 12]
        return text[: text.rfind(" ")] if " " in text else text

    def prose(self) -> str:
        """A line of a document: 1 to 150 characters, most of them long; now and then hyphenated at its end."""
        rng = self.rng
        length = rng.choice((rng.randint(3, 40), rng.randint(40, 90), rng.randint(60, 120), rng.randint(30, 150)))
        text = self.running(length)
        if rng.random() < 0.06 and text[-1:].isalpha():
            text += "-"
        elif rng.random() < 0.2 and text[-1:].isalpha():
            text += rng.choice(".,:;.")
        return text

    def heading(self) -> str:
        title = " ".join(self.words(self.rng.randint(1, 7)))
        numbering = self.rng.choice(
            (
                "",
                "",
                f"{self.rng.randint(1, 20)}.{self.rng.randint(1, 20)}. ",
                f"Chapter {self.rng.randint(1, 30)}: ",
                f"{self.rng.randint(1, 9)} ",
                "• ",
                "- ",
                "A. ",
            )
        )
        return numbering + self.cased(title)

    def document(self) -> str:
        """A line of a page: prose mostly, else a heading, a contents entry, source, an address, a table's cell."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.62:
            return self.prose()
        if roll < 0.72:
            return self.heading()
        if roll < 0.77:
            return manuals.contents_entry(rng, self.cased(" ".join(self.words(rng.randint(1, 6)))))
        if roll < 0.84:
            return manuals.program(rng, self.word)
        if roll < 0.88:
            return (
                self.running(rng.randint(20, 70))
                + " "
                + rng.choice((records.url(rng, self.word), records.number(rng), manuals.program(rng, self.word)))
            )
        if roll < 0.93:
            return rng.choice(
                (records.name, records.address, records.date, records.amount, records.number, records.phone)
            )(rng)
        if roll < 0.96:
            return records.punctuated(rng, self.words(rng.randint(1, 8)))
        return self.cased(" ".join(self.words(rng.randint(1, 3))))

    def scene(self) -> str:
        """One to three words of a sign."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.2:
            return records.sign(rng)
        if roll < 0.72:
            return self.cased(" ".join(self.words(rng.choice((1, 1, 1, 1, 1, 2, 2, 3)))))
        if roll < 0.80:
            return records.punctuated(rng, [self.cased(w) for w in self.words(rng.choice((1, 1, 2)))])
        if roll < 0.86:
            return rng.choice((records.name(rng), records.company(rng, self.word)))
        if roll < 0.9:
            return records.digits(rng, 1, 5)
        if roll < 0.93:
            return rng.choice((records.phone, records.amount, records.clock, records.date, records.number))(rng)
        if roll < 0.96:
            return records.code(rng)
        if roll < 0.98:
            return records.url(rng, self.word)
        return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", k=rng.randint(1, 4)))

    def english(self, length: int) -> str:
        """About ``length`` characters of English, cut at words: running text, or words where there is none."""
        prose = self.corpus.prose
        if len(prose) <= 4 * length + 1000:
            return " ".join(self.word() for _ in range(max(1, length // 7)))
        start = self.rng.randrange(len(prose) - length - 200)
        begin = prose.find(" ", start) + 1
        return prose[begin : begin + length + 1].rpartition(" ")[0] or self.word()

    def handwriting(self) -> str:
        """What people write by hand: a word, a few, notes, names, capitals, figures; English mostly."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.4:
            count = rng.choice((1, 1, 1, 2, 3))
            words = [self.word() for _ in range(count)] if rng.random() < 0.8 else self.foreign_words(count)
            return rng.choice((str, str, str.capitalize))(" ".join(words))
        if roll < 0.6:
            return self.english(rng.choice((rng.randint(3, 25), rng.randint(20, 60))))
        if roll < 0.66:
            return self.running(rng.randint(10, 50))
        if roll < 0.8:
            return rng.choice((" ".join(self.words(rng.choice((1, 1, 2)))), records.name(rng))).upper()
        if roll < 0.88:
            return records.digits(rng, 1, 9)
        return rng.choice((records.name, records.date, records.amount, records.phone, records.address, records.clock))(
            rng
        )

    def figures(self) -> str:
        """Codes, amounts, dates, numbers, addresses of the net."""
        rng = self.rng
        make = rng.choice(
            (
                "code",
                "code",
                "code",
                "amount",
                "amount",
                "date",
                "number",
                "number",
                "phone",
                "url",
                "url",
                "clock",
                "digits",
                "random",
            )
        )
        if make == "url":
            return records.url(rng, self.word)
        if make == "digits":
            return records.digits(rng, 1, 20)
        if make == "random":
            return "".join(rng.choices("".join(sorted(ALPHABET_SET - {" "})), k=rng.randint(1, 10)))
        return {
            "code": records.code,
            "amount": records.amount,
            "date": records.date,
            "number": records.number,
            "phone": records.phone,
            "clock": records.clock,
        }[make](rng)

    def receipt(self) -> str:
        return receipts.receipt(self.rng, self.word)

    def text(self, category: str) -> str:
        """A text of a category (document, receipt, scene, handwriting, figures): at most 150 characters."""
        make = {
            "document": self.document,
            "receipt": self.receipt,
            "scene": self.scene,
            "handwriting": self.handwriting,
            "figures": self.figures,
        }[category]
        for _ in range(8):
            text = restrict(make())[:150].strip()
            if text:
                return text
        return "0"
