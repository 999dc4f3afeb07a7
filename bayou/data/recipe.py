"""What a set of training data is made from, as settings. Knows names and numbers; reads no data.

A recipe is a TOML or JSON file::

    name = "mine"
    [[sources]]
    name = "invoices"
    kind = "json"
    path = "invoices.jsonl"
    licence = "CC-BY-4.0"
    task = "document-vqa"
    [[evaluations]]
    name = "held-out"
    kind = "folder"
    path = "test"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bayou import config
from bayou.errors import UsageError

Kind = Literal["folder", "json", "parquet", "webdataset", "shards", "hub"]
SchemaName = Literal[
    "auto", "conversations", "turns", "text", "caption", "reading", "vqa", "fields", "words", "table", "pages"
]

TASKS = (
    *("captioning", "general-vqa", "text-vqa", "document-vqa", "charts", "tables", "forms", "handwriting"),
    *("scene-text", "pages", "maths", "text-only"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where rows lie and what is in them.

    Attributes:
        name: Of the folder of shards that becomes of it; letters, digits, ``-``, ``_`` and ``.``.
        kind: ``folder`` of pictures with texts, ``json`` (an array, or a value a line), ``parquet``, ``webdataset``
            (tar files), ``shards`` of bayou's own, or ``hub``, streamed from the Hugging Face Hub by the package
            datasets.
        path: A folder, a file or a pattern, from the recipe's own folder on; for ``hub`` OWNER/NAME; "" for the
            folder of its name in ``DataRecipe.root``.
        schema: How a row becomes a conversation (``bayou.data.schemas``); ``auto`` is ``reading`` for a folder and
            ``conversations`` for the others.
        question: What is asked where rows have a picture and a text alone; "" for the schema's own.
        columns: Other names of columns, such as ``image=picture`` where ``picture`` is in the file.
        images: The folder that names of pictures start from; None for the file's own.
        subset, split: Of a data set on the Hub.
        limit: At most so many rows are read; None for all.
    """

    name: str
    kind: Kind
    path: str
    schema: SchemaName = "auto"
    question: str = ""
    columns: tuple[str, ...] = ()
    images: Path | None = None
    subset: str = ""
    split: str = "train"
    limit: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSettings(Place):
    """A source of training samples.

    Attributes:
        licence: Of its pictures and texts, an SPDX name where there is one.
        task: One of ``TASKS``.
        weight: In a mixture, where the recipe has no stages.
        commercial: Whether the licence allows commercial use; None where that isn't known.
        keep_blank: Take pictures of a single colour, such as blank pages whose answer says so.
    """

    licence: str
    task: str
    weight: float = 1.0
    commercial: bool | None = None
    keep_blank: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """What a sample must have.

    Attributes:
        shortest_side: Pixels.
        most_pixels: Of one picture; more are refused before they are decoded.
        longest_shape: The longer side divided by the shorter.
        blank_deviation: A picture whose grey levels deviate less (standard deviation, levels of 255) is blank.
        longest_text: Characters of the whole conversation.
        least_variety: The share of different runs of eight words in an answer of at least 64; less is a loop.
    """

    shortest_side: int = 8
    most_pixels: int = 100_000_000
    longest_shape: float = 60.0
    blank_deviation: float = 2.0
    longest_text: int = 40_000
    least_variety: float = 0.3


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What is the same as something before it.

    Attributes:
        picture_bits: Pictures are near whose perceptual hashes differ in at most so many of 256 bits.
        text_similarity: Texts are near that share at least so much of their pairs of words (Jaccard, estimated).
        near: False leaves near duplicates in; exact ones never stay.
    """

    picture_bits: int = 12
    text_similarity: float = 0.8
    near: bool = True


@dataclass(frozen=True, slots=True)
class Overlap:
    """What is the same as something in an evaluation set.

    Attributes:
        picture_bits: As in ``Duplicates``, whatever the text.
        words: A run of so many words in common: of answers, and where there is no picture of questions with their
            answers. Without a picture a shorter text counts as a whole, if it has ``least_words``.
        least_words: See ``words``.
        least_runs: So many different runs in common make an overlap. One is strict: a shop's name and address on the
            receipts of both sides are enough.
        common: A run that occurs in more evaluation samples than this is a turn of phrase and doesn't count.
    """

    picture_bits: int = 12
    words: int = 13
    least_words: int = 8
    least_runs: int = 1
    common: int = 8


@dataclass(frozen=True, slots=True)
class Share:
    """How many samples of a source a stage draws; more than there are means that it is gone through again."""

    source: str
    pairs: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of training: what it draws from where.

    Attributes:
        also: Names of other stages that draw from the same mixture, such as a short one before it.
    """

    name: str
    shares: tuple[Share, ...]
    also: tuple[str, ...] = ()

    @property
    def pairs(self) -> int:
        return sum(share.pairs for share in self.shares)


@dataclass(frozen=True, kw_only=True, slots=True)
class DataRecipe:
    """A set of training data.

    Attributes:
        sources: In the order in which they are read: of two equal samples the first stays.
        evaluations: What must not be in it.
        stages: Empty for one mixture by the sources' weights.
        root: Where there is one, data sets of the Hub are read from its folder of their name (Parquet files, or tar
            files of a ``webdataset``), and no network is asked.
        commercial_only: Leave out sources whose licence forbids commercial use, or isn't known to allow it.
        only: Names of the sources to take; empty for all.
    """

    name: str
    sources: tuple[SourceSettings, ...]
    evaluations: tuple[Place, ...] = ()
    filters: Filters = Filters()
    duplicates: Duplicates = Duplicates()
    overlap: Overlap = Overlap()
    stages: tuple[Stage, ...] = ()
    root: Path | None = None
    commercial_only: bool = False
    only: tuple[str, ...] = ()


def load_recipe(path: Path) -> DataRecipe:
    """A recipe from its file; paths in it start from the file's folder.

    Raises:
        UsageError: It can't be read, or is wrong.
    """
    try:
        recipe = config.load(DataRecipe, path)
    except OSError as error:
        raise UsageError(f"the recipe can't be read: {error.strerror}", str(path)) from error
    except config.SettingsError as error:
        raise UsageError(str(error), str(path)) from error
    folder = path.parent

    def placed(place: Place) -> Place:
        images = None if place.images is None else folder / place.images
        kept = place.kind == "hub" or not place.path
        return replace(place, path=place.path if kept else str(folder / place.path), images=images)

    sources = tuple(placed(source) for source in recipe.sources)
    evaluations = tuple(placed(place) for place in recipe.evaluations)
    return replace(recipe, sources=sources, evaluations=evaluations)  # type: ignore[arg-type]  # kinds are kept


def chosen(recipe: DataRecipe) -> tuple[SourceSettings, ...]:
    """The sources that the recipe's switches leave in.

    Raises:
        UsageError: None is left, two have one name, a name is no file's, ``only`` or a stage names an unknown one.
    """
    names = [source.name for source in recipe.sources]
    _check_names([*names, *recipe.only, *(share.source for stage in recipe.stages for share in stage.shares)], names)
    left = tuple(
        source
        for source in recipe.sources
        if (not recipe.only or source.name in recipe.only) and (source.commercial or not recipe.commercial_only)
    )
    if not left:
        raise UsageError(f"the recipe {recipe.name} has no source left to read")
    for source in left:
        if source.task not in TASKS:
            raise UsageError(f"the task of {source.name} is {source.task!r}; known are {', '.join(TASKS)}")
        if not source.licence.strip():
            raise UsageError(f"the licence of {source.name} is missing; name one, or 'unknown'")
    return left


def _check_names(used: Iterable[str], names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"two sources are called {name}")
        if not name.strip(".") or not all(letter.isalnum() or letter in "-_." for letter in name):
            raise UsageError(f"{name!r} can't be a folder's name: letters, digits, '-', '_' and '.' alone")
    for name in used:
        if name not in names:
            raise UsageError(f"the recipe has no source called {name!r}")
