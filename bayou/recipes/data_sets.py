"""The public data sets that the 0.8B (`small`) and the 2B (`base`) are trained on again. Knows facts; fetches nothing.

The paper tells how many pairs each stage had and of which kinds (19 million for the 0.8B, 17 for the 2B), not which
data sets; these are this project's choice. A pair is a sample: one picture, or a few, with all that is asked of it.
``samples`` and ``licence`` are as their makers state them; where ``size_from`` or ``licence_from`` is "", nobody here
has read them in the source, and they are to be checked before they are relied on. A collection's licence doesn't
replace those of what it collects. docs/data.md tells how the shares were chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from bayou.data.recipe import DataRecipe, Kind, Place, SchemaName, Share, SourceSettings, Stage
from bayou.errors import UsageError

IDEFICS3 = "arXiv 2408.12637, table 1"
CARD = "its page on the Hub"
_SPARE = 1.25
"""More rows are read than pairs are drawn, since some are not kept."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A public data set.

    Attributes:
        samples: Of its training part: pictures with all their questions, or conversations without one.
        address: On the Hugging Face Hub, OWNER/NAME or OWNER/NAME:SUBSET; for those of other kinds, where it is found.
        commercial: Whether the licence allows commercial use; None where it isn't known or differs within the set.
        size_from, licence_from: Where these facts were read; "" where they weren't.
        rows: In which the samples come, where a row has several (documents of many pages).
        kind: ``hub``, or what it is once fetched by hand into a recipe's root.
    """

    name: str
    task: str
    samples: int
    address: str
    licence: str
    commercial: bool | None
    schema: SchemaName = "turns"
    size_from: str = IDEFICS3
    licence_from: str = ""
    rows: int | None = None
    kind: Kind = "hub"
    question: str = ""


def _cauldron(
    name: str, subset: str, task: str, samples: int, licence: str, commercial: bool | None, licence_from: str = ""
) -> DataSet:
    """One that the collection the_cauldron holds."""
    address = f"HuggingFaceM4/the_cauldron:{subset}"
    return DataSet(name, task, samples, address, licence, commercial, licence_from=licence_from)


_CDLA2 = "CDLA-Permissive-2.0"

DATA_SETS = (
    # Captioning
    DataSet(
        *("llava-recap-cc3m", "captioning", 2_860_000, "lmms-lab/LLaVA-ReCap-CC3M", "unknown", None),
        schema="conversations",
        size_from=CARD,
    ),
    _cauldron("localized-narratives", "localized_narratives", "captioning", 507_444, "CC-BY-4.0", True, CARD),
    DataSet(
        *("sharegpt-4o", "captioning", 57_259, "OpenGVLab/ShareGPT-4o, its archive unpacked", "unknown", None),
        schema="conversations",
        kind="json",
    ),
    _cauldron("textcaps", "textcaps", "captioning", 21_953, "CC-BY-4.0", True),
    _cauldron("screen2words", "screen2words", "captioning", 15_730, "unknown", None),
    # General questions
    DataSet(
        *("finevision", "general-vqa", 24_200_000, "HuggingFaceM4/FineVisionMax", "of each of its sets", None),
        size_from=CARD,
    ),
    DataSet("lnqa", "general-vqa", 302_780, "vikhyatk/lnqa", "CC-BY-4.0", True, "turns", CARD, CARD),
    _cauldron("vqav2", "vqav2", "general-vqa", 82_772, "CC-BY-4.0", True),
    _cauldron("coco-qa", "cocoqa", "general-vqa", 46_287, "unknown", None),
    _cauldron("visual7w", "visual7w", "general-vqa", 14_366, "unknown", None),
    _cauldron("ok-vqa", "okvqa", "general-vqa", 8_998, "unknown", None),
    _cauldron("a-okvqa", "aokvqa", "general-vqa", 16_539, "Apache-2.0", True),
    _cauldron("tallyqa", "tallyqa", "general-vqa", 98_680, "Apache-2.0", True),
    _cauldron("vsr", "vsr", "general-vqa", 2_157, "Apache-2.0", True),
    _cauldron("nlvr2", "nlvr2", "general-vqa", 50_426, "CC-BY-4.0", True),
    # Text in pictures: questions
    _cauldron("textvqa", "textvqa", "text-vqa", 21_953, "CC-BY-4.0", True),
    _cauldron("st-vqa", "st_vqa", "text-vqa", 17_247, "unknown", None),
    _cauldron("ocr-vqa", "ocrvqa", "text-vqa", 165_746, "unknown", None),
    # Documents: questions
    DataSet(
        *("docmatix", "document-vqa", 1_273_215, "HuggingFaceM4/Docmatix:images", "MIT", True),
        licence_from=CARD,
    ),
    _cauldron("docvqa", "docvqa", "document-vqa", 10_189, "unknown", None),
    _cauldron("infovqa", "infographic_vqa", "document-vqa", 2_118, "unknown", None),
    _cauldron("visualmrc", "visualmrc", "document-vqa", 3_027, "research only", False),
    # Whole pages
    DataSet(
        *("doclingmatix", "pages", 1_270_911, "HuggingFaceM4/DoclingMatix", _CDLA2, True),
        size_from=CARD,
    ),
    DataSet(
        *("pdfa", "pages", 18_600_000, "pixparse/pdfa-eng-wds", "of each document (crawled PDFs)", None),
        schema="pages",
        size_from=CARD,
        licence_from=CARD,
        rows=2_160_000,
    ),
    DataSet(
        *("idl", "pages", 19_174_595, "pixparse/idl-wds", "of each document (public archive)", None),
        schema="pages",
        size_from=CARD,
        licence_from=CARD,
        rows=3_144_726,
    ),
    DataSet("synthdog-en", "pages", 65_000, "naver-clova-ix/synthdog-en", "unknown", None, "reading", CARD),
    DataSet("synthcodenet", "pages", 8_400_838, "docling-project/SynthCodeNet", _CDLA2, True, "turns", CARD, CARD),
    # Charts
    DataSet("synthchartnet", "charts", 1_981_157, "docling-project/SynthChartNet", _CDLA2, True, "turns", CARD, CARD),
    _cauldron("dvqa", "dvqa", "charts", 200_000, "CC-BY-NC-4.0", False),
    _cauldron("plotqa", "plotqa", "charts", 157_070, "CC-BY-4.0", True),
    _cauldron("figureqa", "figureqa", "charts", 100_000, "unknown", None),
    _cauldron("mapqa", "mapqa", "charts", 37_417, "unknown", None),
    _cauldron("chart2text", "chart2text", "charts", 26_985, "GPL-3.0", True),
    _cauldron("chartqa", "chartqa", "charts", 18_271, "GPL-3.0", True),
    _cauldron("vistext", "vistext", "charts", 7_057, "GPL-3.0", True),
    # Tables
    DataSet(
        *("synthtabnet", "tables", 600_000, "docling-project/SynthTabNet_OTSL", "CDLA-Permissive-1.0", True),
        schema="table",
        size_from=CARD,
    ),
    DataSet(
        *("pubtabnet", "tables", 500_000, "apoidea/pubtabnet-html", "CDLA-Permissive-1.0", True),
        schema="table",
        size_from="PaddleOCR's list of table data sets",
        licence_from=CARD,
    ),
    _cauldron("wikisql", "robut_wikisql", "tables", 74_989, "BSD-3-Clause", True),
    _cauldron("wtq", "robut_wtq", "tables", 38_246, "CC-BY-SA-4.0", True),
    _cauldron("sqa", "robut_sqa", "tables", 8_514, "unknown", None),
    _cauldron("tabmwp", "tabmwp", "tables", 22_729, "CC-BY-NC-SA-4.0", False),
    _cauldron("multihiertt", "multihiertt", "tables", 7_619, "MIT", True),
    _cauldron("finqa", "finqa", "tables", 5_276, "MIT", True),
    _cauldron("hitab", "hitab", "tables", 2_500, "C-UDA-1.0", True),
    _cauldron("tat-qa", "tat_qa", "tables", 2_199, "CC-BY-4.0", True),
    # Receipts and forms
    DataSet("cord", "forms", 800, "naver-clova-ix/cord-v2", "CC-BY-4.0", True, "fields"),
    DataSet(
        *("sroie", "forms", 626, "ICDAR 2019 SROIE, rrc.cvc.uab.es", "CC-BY-4.0", True, "fields"),
        size_from="",
        kind="folder",
    ),
    DataSet("funsd", "forms", 149, "nielsr/funsd", "non-commercial research", False, "words", ""),
    DataSet(
        *("bayou-synthetic", "forms", 2_000_000, "made here: bayou data synth", "Apache-2.0", True),
        size_from="made to order",
        licence_from="this project",
        kind="shards",
    ),
    # Handwriting
    _cauldron("iam", "iam", "handwriting", 5_663, "non-commercial research", False),
    # Text in scenes, and rendered
    _cauldron("rendered-text", "rendered_text", "scene-text", 999_000, "unknown", None),
    # Formulas and maths
    DataSet(
        *("synthformulanet", "maths", 6_450_000, "docling-project/SynthFormulaNet", _CDLA2, True, "turns", CARD, CARD)
    ),
    _cauldron("clevr", "clevr", "maths", 70_000, "CC-BY-4.0", True),
    _cauldron("clevr-math", "clevr_math", "maths", 70_000, "CC-BY-4.0", True),
    _cauldron("iconqa", "iconqa", "maths", 27_315, "CC-BY-NC-SA-4.0", False),
    _cauldron("geomverse", "geomverse", "maths", 9_303, "unknown", None),
    _cauldron("inter-gps", "intergps", "maths", 1_451, "unknown", None),
    # Schoolbooks
    _cauldron("ai2d", "ai2d", "general-vqa", 3_099, "unknown", None),
    _cauldron("tqa", "tqa", "general-vqa", 1_496, "CC-BY-NC-3.0", False),
    _cauldron("scienceqa", "scienceqa", "general-vqa", 4_985, "CC-BY-NC-SA-4.0", False),
    # Text alone
    DataSet(
        *("openhermes", "text-only", 1_006_223, "teknium/OpenHermes-2.5", "unknown", None),
        schema="conversations",
    ),
    DataSet("metamathqa", "text-only", 395_000, "meta-math/MetaMathQA", "MIT", True, "text", licence_from=CARD),
    DataSet("mathinstruct", "text-only", 261_781, "TIGER-Lab/MathInstruct", "MIT", True, "text"),
    DataSet(
        *("orca-math", "text-only", 200_031, "microsoft/orca-math-word-problems-200k", "MIT", True),
        schema="text",
        licence_from=CARD,
    ),
    DataSet(
        *("tulu3", "text-only", 939_344, "allenai/tulu-3-sft-mixture", "ODC-BY-1.0, parts non-commercial", False),
        schema="conversations",
        size_from=CARD,
        licence_from=CARD,
    ),
)

_BY_NAME = {data_set.name: data_set for data_set in DATA_SETS}

EVALUATIONS = (
    Place(name="ocrbench", kind="hub", path="echo840/OCRBench", schema="vqa", split="test"),
    Place(name="docvqa-val", kind="hub", path="lmms-lab/DocVQA", schema="vqa", subset="DocVQA", split="validation"),
    Place(name="docvqa-test", kind="hub", path="lmms-lab/DocVQA", schema="vqa", subset="DocVQA", split="test"),
    Place(
        name="infovqa-val",
        kind="hub",
        path="lmms-lab/DocVQA",
        schema="vqa",
        subset="InfographicVQA",
        split="validation",
    ),
    Place(name="textvqa-val", kind="hub", path="lmms-lab/textvqa", schema="vqa", split="validation"),
    Place(name="chartqa-test", kind="hub", path="HuggingFaceM4/ChartQA", schema="vqa", split="test"),
    Place(name="ai2d-test", kind="hub", path="lmms-lab/ai2d", schema="vqa", split="test"),
    Place(name="mmstar", kind="hub", path="Lin-Chen/MMStar", schema="vqa", split="val"),
    Place(
        name="mathvista",
        kind="hub",
        path="AI4Math/MathVista",
        schema="vqa",
        split="testmini",
        columns=("image=decoded_image",),
    ),
    Place(name="cord-test", kind="hub", path="naver-clova-ix/cord-v2", schema="fields", split="test"),
    Place(name="funsd-test", kind="hub", path="nielsr/funsd", schema="words", split="test"),
)
"""Kept out of all training: what the paper and the OpenVLM leaderboard measure, as far as one schema reads it."""

_SMALL_QUESTIONS = {
    name: _BY_NAME[name].samples
    for name in (
        *("localized-narratives", "sharegpt-4o", "textcaps", "screen2words", "lnqa", "vqav2", "coco-qa", "visual7w"),
        *("ok-vqa", "a-okvqa", "tallyqa", "vsr", "nlvr2", "textvqa", "st-vqa", "ocr-vqa", "docvqa", "infovqa"),
        *("visualmrc", "dvqa", "plotqa", "figureqa", "mapqa", "chart2text", "chartqa", "vistext", "wikisql", "wtq"),
        *("sqa", "tabmwp", "multihiertt", "finqa", "hitab", "tat-qa", "clevr", "clevr-math", "iconqa", "geomverse"),
        *("inter-gps", "ai2d", "tqa", "scienceqa"),
    )
}
"""Sets that are small enough to be taken whole."""


def _stage(name: str, pairs: int, rest: str, shares: dict[str, int], also: tuple[str, ...] = ()) -> Stage:
    """A stage of exactly so many pairs: ``rest`` gives what the others leave."""
    left = pairs - sum(shares.values())
    if left <= 0 or rest in shares:
        raise ValueError(f"{name}: {left:,} pairs are left for {rest}")
    return Stage(name, tuple(Share(source, n) for source, n in {**shares, rest: left}.items()), also)


SMALL_STAGES = (
    _stage(
        "general",
        11_000_000,
        "finevision",
        {
            **_SMALL_QUESTIONS,
            "llava-recap-cc3m": 2_400_000,
            "docmatix": 1_270_000,
            "rendered-text": 900_000,
            "synthchartnet": 600_000,
            "synthdog-en": 65_000,
            "pdfa": 600_000,
            "pubtabnet": 200_000,
            "synthformulanet": 200_000,
            "metamathqa": 395_000,
            "orca-math": 200_000,
        },
        also=("projector",),
    ),
    _stage(
        "ocr",
        8_000_000,
        "pdfa",
        {
            "bayou-synthetic": 1_500_000,
            "doclingmatix": 1_270_000,
            "idl": 1_000_000,
            "docmatix": 600_000,
            "synthtabnet": 500_000,
            "pubtabnet": 400_000,
            "synthformulanet": 500_000,
            "rendered-text": 400_000,
            "synthcodenet": 200_000,
            "synthchartnet": 200_000,
            "ocr-vqa": 165_000,
            "textvqa": 21_953,
            "st-vqa": 17_247,
            # Few and precious: gone through again, up to four times.
            "docvqa": 30_000,
            "infovqa": 6_000,
            "visualmrc": 6_000,
            "iam": 20_000,
            "cord": 3_200,
            "sroie": 2_500,
            "funsd": 590,
        },
    ),
)
"""Of the 0.8B: 11 million of all kinds (the projector's own stage draws from them too), then 8 million of reading."""

BASE_STAGES = (
    _stage(
        "alignment",
        5_300_000,
        "llava-recap-cc3m",
        {
            "localized-narratives": 507_444,
            "sharegpt-4o": 57_259,
            "textcaps": 21_953,
            "doclingmatix": 500_000,
            "pdfa": 500_000,
            "rendered-text": 500_000,
            "synthformulanet": 150_000,
            "synthtabnet": 100_000,
            "synthdog-en": 65_000,
            "openhermes": 600_000,
            "tulu3": 400_000,
        },
    ),
    _stage(
        "general",
        12_000_000,
        "finevision",
        {
            **_SMALL_QUESTIONS,
            "docmatix": 1_270_000,
            "bayou-synthetic": 800_000,
            "doclingmatix": 500_000,
            "synthchartnet": 500_000,
            "pubtabnet": 300_000,
            "synthformulanet": 200_000,
            "synthcodenet": 200_000,
            "rendered-text": 200_000,
            "idl": 300_000,
            "openhermes": 1_000_000,
            "tulu3": 500_000,
            "metamathqa": 395_000,
            "mathinstruct": 260_000,
            "orca-math": 200_000,
            "iam": 11_000,
            "cord": 2_400,
            "sroie": 1_800,
            "funsd": 440,
        },
    ),
)
"""Of the 2B: 5.3 million of reading, captions and text alone, then 12 million of everything."""


def _source(data_set: DataSet, stages: tuple[Stage, ...]) -> SourceSettings:
    """How it is read: no more of it than its largest share asks for."""
    pairs = max(share.pairs for stage in stages for share in stage.shares if share.source == data_set.name)
    a_row = data_set.samples / (data_set.rows or data_set.samples)
    enough = ceil(pairs * _SPARE / a_row)
    path, _, subset = data_set.address.partition(":") if data_set.kind == "hub" else ("", "", "")
    return SourceSettings(
        name=data_set.name,
        kind=data_set.kind,
        path=path,
        subset=subset,
        schema=data_set.schema,
        question=data_set.question,
        limit=enough if enough < (data_set.rows or data_set.samples) else None,
        licence=data_set.licence,
        task=data_set.task,
        commercial=data_set.commercial,
        keep_blank=data_set.name == "bayou-synthetic",
    )


def _recipe(name: str, stages: tuple[Stage, ...]) -> DataRecipe:
    used = {share.source for stage in stages for share in stage.shares}
    # Small and hand-made sets come first, so that of two equal samples theirs stays.
    order = sorted((d for d in DATA_SETS if d.name in used), key=lambda d: d.samples)
    sources = tuple(_source(data_set, stages) for data_set in order)
    return DataRecipe(name=name, sources=sources, evaluations=EVALUATIONS, stages=stages)


RECIPES = {"small": SMALL_STAGES, "base": BASE_STAGES}


def named_recipe(name: str) -> DataRecipe:
    """The recipe of that name.

    Raises:
        UsageError: There is none.
    """
    if name not in RECIPES:
        known = ", ".join(RECIPES)
        raise UsageError(f"no recipe is called {name!r}; there are {known}, and files that end in .toml or .json")
    return _recipe(name, RECIPES[name])
