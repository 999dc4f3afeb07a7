"""The performance page's sections on asking the released members. Knows the figures' names; measures nothing."""

from __future__ import annotations

from collections.abc import Callable

from scripts.report_tables import Columns, Report, origin, table

AGAIN: Columns = (
    ("question", "question", ""),
    ("first_token_s", "to the first token, s", ".2f"),
    ("image_s", "of it image, s", ".2f"),
    ("prompt_s", "prompt, s", ".2f"),
    ("share_of_first", "share of the first question's", ".3f"),
    ("largest_share", "largest of the runs", ".3f"),
    ("prompt_tokens", "prompt, tokens", ".0f"),
    ("reused_tokens", "known of it", ".0f"),
    ("load_s", "loading before, s", ".1f"),
)
COUNT: Columns = (
    ("category", "pages from", ""),
    ("pages", "pages", ""),
    ("tiles", "tiles", ""),
    ("constant", "of one colour", ""),
    ("nearly_blank", "nearly blank", ""),
)
LETTER: Columns = (
    ("model", "model", ""),
    ("precision", "precision", ""),
    ("letter", "letter", ""),
    ("skip_blank_tiles", "--skip-blank-tiles", ""),
    ("tiles", "tiles", ""),
    ("constant", "of one colour", ""),
    ("skipped", "skipped", ""),
    ("processor_seconds", "processor, s", ".1f"),
    ("image_s", "image, s", ".1f"),
    ("first_token_s", "to the first token, s", ".1f"),
    ("tokens_as_without", "tokens as without", ""),
    ("tokens", "of", ""),
    ("largest_logit_difference", "largest difference of a logit", ".3f"),
    ("logits_std", "logits' deviation", ".2f"),
)
TOWER_EFFECT: Columns = (
    ("model", "checkpoint", ""),
    ("tower", "tower", ""),
    ("cases", "cases", ""),
    ("visual_error", "visual tokens, relative error", ".4f"),
    ("largest_visual_difference", "largest difference", ".1e"),
    ("largest_logit_difference", "largest difference of a logit", ".1e"),
    ("texts_equal", "texts equal", ""),
    ("tokens_equal_before_first_other", "tokens before the first other", ""),
    ("tokens", "of", ""),
    ("largest_gap", "largest gap overturned, logits", ".3f"),
)
TOWER_TIME: Columns = (
    ("model", "model", ""),
    ("tower", "tower", ""),
    ("tile_s", "a tile, s", ".2f"),
    ("tile_processor_s", "processor, s", ".2f"),
    ("tile_processor_s_together", "of several together, processor, s", ".2f"),
    ("visual_error", "visual tokens, relative error", ".4f"),
)
DRAFTS: Columns = (
    ("draft", "draft", ""),
    ("draft_character_errors", "its character errors", ".3f"),
    ("tokens", "tokens", ""),
    ("passes", "passes", ""),
    ("tokens_per_pass", "tokens a pass", ".2f"),
    ("seconds", "s", ".1f"),
    ("processor_seconds", "processor, s", ".1f"),
    ("gain", "times as fast", ".2f"),
    ("tokens_as_without", "tokens as without a draft", ""),
)
TOGETHER: Columns = (
    ("together", "at a time", ""),
    ("tokens_per_s", "new tokens/s", ".1f"),
    ("pages_per_s", "answers/s", ".3f"),
    ("processor_seconds", "processor, s", ".1f"),
    ("gain", "times as fast", ".2f"),
    ("texts_that_differ", "texts that differ", ""),
    ("texts", "of", ""),
    ("largest_gap", "largest gap overturned, logits", ".3f"),
    ("peak_memory_mb", "peak memory so far, MB", ""),
)
SHARED = "Times as fast: of processor time, as others ran beside it on the machine."
RANDOM = (
    "Random weights of the full shape (`benchmarks.random_checkpoint`): what they write means nothing, only time does."
)


def _rows(report: Report, name: str, value: str) -> list[Report]:
    return [row for row in report["results"] if row[name] == value]


def asking_again(report: Report) -> str:
    settings = report["settings"]
    text = (
        f"{RANDOM} {settings['page']}, 7 tiles; medians of {settings['runs']} runs, each with an empty cache. "
        f"{settings['kept_mb']} MB of the page are kept on disk."
    )
    return "\n\n".join(["## A second question about a page", origin(report), text, table(report["results"], AGAIN)])


def blank_tiles(report: Report) -> str:
    settings = report["settings"]
    text = (
        f"How many tiles `--skip-blank-tiles` would take for paper, those within {settings['levels']:g} grey levels of "
        "one colour. Tiles of one colour throughout cost nothing anyway. The letter has text in its upper third; its "
        f"grain is so many levels up or down, as a JPEG of quality {settings['jpeg_quality']}."
    )
    effect = (
        f"The letter read; scanned is with grain {settings['grain']}. The weights are random, the tiny ones' too: "
        "texts tell how far a changed tile reaches, not whether a reader would mind."
    )
    count, letter = (_rows(report, "part", part) for part in ("count", "letter"))
    parts = ["## Blank tiles", origin(report), text, table(count, COUNT), effect, table(letter, LETTER)]
    return "\n\n".join(parts)


def tower_int8(report: Report) -> str:
    text = (
        "All cases with pictures of the two golden checkpoints, beside a float32 tower; the decoder is float32. A gap "
        "overturned is how far the token that is now written stood behind the one it replaces. A processor without "
        "bfloat16 arithmetic computes bf16 in float32."
    )
    parts = ["## The vision tower's precision: effect", origin(report), text, table(report["results"], TOWER_EFFECT)]
    return "\n\n".join(parts)


def tower_speed(report: Report) -> str:
    settings = report["settings"]
    text = f"{RANDOM} {settings['tiles_together']} tiles together; alone: median of {settings['runs']} runs."
    parts = ["## The vision tower's precision: time", origin(report), text, table(report["results"], TOWER_TIME)]
    return "\n\n".join(parts)


def drafts(report: Report) -> str:
    settings = report["settings"]
    told = (
        f"{RANDOM} A page that is known already, in {settings['precision']}; a pass checks at most "
        f"{settings['window']} tokens of a draft. Here the model computes all it must and is then told what to write, "
        f"the beginning of the true text of {settings['page']}. {SHARED}"
    )
    own = "And here it writes what its random weights choose; a wrong token is drawn at random."
    page, weights = (_rows(report, "text", text) for text in ("page", "own"))
    return "\n\n".join(["## Drafts", origin(report), told, table(page, DRAFTS), own, table(weights, DRAFTS)])


def together(report: Report) -> str:
    settings = report["settings"]
    asked = (
        "questions about one known page of 7 tiles" if settings["kind"] == "known page" else "pages of one tile each"
    )
    text = (
        f"{RANDOM} {settings['requests']} {asked}, {settings['new_tokens']} new tokens each. Texts that differ are "
        f"those that aren't what was written one after another, with the largest gap overturned. {SHARED}"
    )
    title = f"## Several requests at a time: {settings['kind']}"
    return "\n\n".join([title, origin(report), text, table(report["results"], TOGETHER)])


ASKING_NANO: Columns = (
    ("text", "text", ""),
    ("kind", "page", ""),
    ("pages", "pages", ""),
    ("field_questions", "its fields: questions", ""),
    ("right", "right", ".3f"),
    ("right_of_given", "right of answers given", ".3f"),
    ("refused", "“not in this document”", ".3f"),
    ("left", "left to larger models", ".3f"),
    ("absent_questions", "fields it hasn't: questions", ""),
    ("absent_wrong", "answered all the same", ".3f"),
    ("other_questions", "others: questions", ""),
    ("other_left", "left to larger models", ".3f"),
    ("other_wrong", "answered wrongly", ".3f"),
)
FORCED: Columns = (
    ("schema", "schema", ""),
    ("records", "records", ""),
    ("tokens", "tokens a record", ".0f"),
    ("chosen", "chosen", ".0f"),
    ("forced_share", "share forced", ".3f"),
    ("mask_ms", "mask, ms", ".2f"),
    ("grammar_ms", "grammar, once, ms", ".1f"),
)


def asking_nano(report: Report) -> str:
    made = report["settings"]["made"]
    text = (
        f"Of {made} pages made from nothing, those that lie turned left out, with labels in nine languages; questions "
        "in English. “As printed” asks the true text, so only the finding of answers counts. Other questions are about "
        "ticks, marks and the like."
    )
    return "\n\n".join(["## Asking nano", origin(report), text, table(report["results"], ASKING_NANO)])


def forced_tokens(report: Report) -> str:
    text = (
        "Records of the ready schemas in the released vocabulary, followed token by token without a model. A forced "
        "token is fed with its neighbours and takes no pass of its own."
    )
    return "\n\n".join(["## Answers kept to a schema", origin(report), text, table(report["results"], FORCED)])


SECTIONS: dict[str, Callable[[Report], str]] = {
    "asking_nano": asking_nano,
    "forced_tokens": forced_tokens,
    "asking_again": asking_again,
    "drafts": drafts,
    "together": together,
    "together_new_pages": together,
    "blank_tiles": blank_tiles,
    "tower_int8": tower_int8,
    "tower_speed": tower_speed,
}
