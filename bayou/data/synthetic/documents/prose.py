"""Sentences as reports and papers have them, put together from parts. Knows English; no documents."""

from __future__ import annotations

import random

_THINGS = (
    "the drainage basin|the control group|soil moisture|the revised tariff|rail freight|the catalyst|household demand|"
    "the second survey|the cohort|surface temperature|the training set|urban noise|the prototype|bond strength|"
    "the northern site|seed dispersal|the baseline model|water use|the new schedule|vaccine uptake|the membrane|"
    "sediment transport|the pilot scheme|crop yield|the sensor array|public lending|the alloy|reading speed|"
    "the estimator|tidal range|the compressor|response time|the archive|battery ageing|the questionnaire|rental income"
).split("|")
_VERBS = (
    "rose by {p} per cent|fell from {n} to {m}|was measured at {n} points|remained below {p} per cent|"
    "differed little between the two sites|showed no clear trend|was recorded every {m} minutes|"
    "depends strongly on the season|was higher in the first year than in the second|has been described before [{r}]|"
    "accounts for {p} per cent of the variance|agrees well with earlier work [{r}]|was estimated from {n} samples|"
    "exceeded the limit on {m} days|could not be confirmed|improved after the change of {y}|stayed within one standard "
    "error|was tested against {n} alternatives|is shown in Table {t}|was approved in {y}"
).split("|")
_STARTS = (
    "In contrast, |However, |As expected, |By {y}, |In most cases, |Over the period, |On average, |For comparison, |"
    "Contrary to the first report, |After correction, |At the same time, |In the remaining cases, "
).split("|")
_ENDS = (
    ", although the sample was small|, which supports the second hypothesis|, with the exception of {y}|"
    " (p < 0.0{t})|, as the appendix sets out|, and the difference is significant|, but costs were higher|"
    " at all {m} stations|, mainly because of better data"
).split("|")
_TITLES = (
    "{T} and {U}: evidence from {m} sites|On the relation between {u} and {t2}|A survey of {u}, {y}–{z}|"
    "Measuring {u} in practice|{T} under changing conditions|What determines {u}?|"
    "Towards a better estimate of {u}|{T}: methods, results and open questions|The effect of {t2} on {u}"
).split("|")


def _filled(rng: random.Random, form: str) -> str:
    year = rng.randint(1998, 2024)
    return form.format(
        p=f"{rng.uniform(0.4, 60):.1f}", n=rng.randint(12, 960), m=rng.randint(3, 45), r=rng.randint(1, 24), y=year,
        z=year + rng.randint(1, 6), t=rng.randint(1, 5),
    )  # fmt: skip


def claims(rng: random.Random) -> str:
    """One sentence of a report."""
    text = rng.choice(_THINGS) + " " + rng.choice(_VERBS)
    if rng.random() < 0.35:
        text = rng.choice(_STARTS) + text
    if rng.random() < 0.4:
        text += rng.choice(_ENDS)
    text = _filled(rng, text)
    return text[:1].upper() + text[1:] + "."


def paper_title(rng: random.Random) -> str:
    """A title of a paper or report."""
    first, second = rng.sample(_THINGS, 2)
    first, second = first.removeprefix("the "), second.removeprefix("the ")
    form = rng.choice(_TITLES).replace("{T}", first.capitalize()).replace("{U}", second)
    return _filled(rng, form.replace("{u}", first).replace("{t2}", second))


def subject(rng: random.Random) -> str:
    """What a table or figure is about."""
    return rng.choice(_THINGS).removeprefix("the ")
