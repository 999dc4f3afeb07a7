"""A request of OpenAI's chat, checked: all that isn't supported is refused by its name. Knows JSON; no models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from bayou.serving.replies import Refusal
from bayou.serving.uploads import data_of
from bayou.serving.work import Turn, Upload

Role = Literal["user", "assistant"]

MOST_TOKENS = 8192
"""The family's places; what really fits, the model says."""
MOST_STOPS = 4
MOST_MESSAGES = 200
NEUTRAL: Mapping[str, tuple[object, ...]] = {
    "temperature": (0,),
    "top_p": (1,),
    "n": (1,),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "logit_bias": ({},),
    "top_logprobs": (0,),
    "tools": ([],),
    "tool_choice": ("none",),
    "functions": ([],),
    "modalities": (["text"],),
    "store": (False,),
    "service_tier": ("auto", "default"),
    "parallel_tool_calls": (True, False),
}
"""Parameters of which only the values are taken that ask for what happens anyway."""
WHY = {
    "temperature": "answers are greedy here",
    "top_p": "answers are greedy here",
    "top_logprobs": "only the chosen tokens' probabilities are known",
}
KNOWN = frozenset(
    {
        "model",
        "messages",
        "stream",
        "stream_options",
        "max_tokens",
        "max_completion_tokens",
        "seed",
        "stop",
        "response_format",
        "logprobs",
        "user",
        *NEUTRAL,
    }
)


@dataclass(frozen=True, slots=True)
class RemoteImage:
    """A picture by web address, not fetched yet."""

    url: str


Part = str | Upload | RemoteImage


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked.

    Attributes:
        turns: Role and parts of each message; the last one is the user's.
        schema: A JSON Schema that the answer is to be valid by, as text; None for plain text.
    """

    model: str
    turns: tuple[tuple[Role, tuple[Part, ...]], ...] = field(repr=False)
    stream: bool = False
    include_usage: bool = False
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    schema: str | None = None
    logprobs: bool = False


def refuse(param: str, message: str) -> NoReturn:
    """A parameter that can't be."""
    raise Refusal("UsageError", f"{param!r}: {message}", param)


def chat_request(body: Mapping[str, object]) -> ChatRequest:
    """The request that a body states.

    Raises:
        Refusal: Something is missing, wrong or not supported; it names the parameter.
    """
    given = {name: value for name, value in body.items() if value is not None}
    for name, value in given.items():
        if name not in KNOWN:
            refuse(name, "is not supported")
        if name in NEUTRAL and not any(value == neutral for neutral in NEUTRAL[name]):
            allowed = " or ".join(json.dumps(neutral) for neutral in NEUTRAL[name])
            why = f"; {WHY[name]}" if name in WHY else ""
            refuse(name, f"only {allowed} is supported{why}")
    stop = _stop(given.get("stop"))
    logprobs = _flag(given, "logprobs")
    if stop and logprobs:
        refuse("stop", "is not supported together with logprobs")
    if "seed" in given and (not isinstance(given["seed"], int) or isinstance(given["seed"], bool)):
        refuse("seed", "must be a whole number (answers are greedy, so it changes nothing)")
    return ChatRequest(
        _text(given, "model"),
        _turns(given.get("messages")),
        _flag(given, "stream"),
        _include_usage(given),
        _max_tokens(given),
        stop,
        _schema(given.get("response_format")),
        logprobs,
    )


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        refuse(name, "is needed, a text")
    return value


def _flag(given: Mapping[str, object], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        refuse(name, "must be true or false")
    return value


def _include_usage(given: Mapping[str, object]) -> bool:
    options = given.get("stream_options", {})
    if not isinstance(options, dict) or set(options) - {"include_usage"}:
        refuse("stream_options", "only include_usage is supported")
    if options and not given.get("stream"):
        refuse("stream_options", "is for streams")
    return _flag(options, "include_usage")


def _max_tokens(given: Mapping[str, object]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = given.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_TOKENS:
            refuse(name, f"must be a whole number from 1 to {MOST_TOKENS}")
        return value
    return None


def _stop(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(stops, list) or len(stops) > MOST_STOPS or not all(isinstance(s, str) and s for s in stops):
        refuse("stop", f"must be a text, or up to {MOST_STOPS} of them")
    return tuple(stops)


def _schema(value: object) -> str | None:
    if value is None or value == {"type": "text"}:
        return None
    if isinstance(value, dict) and value.get("type") == "json_schema":
        wanted = value.get("json_schema")
        schema = wanted.get("schema") if isinstance(wanted, dict) else None
        if isinstance(schema, dict):
            return json.dumps(schema)
        refuse("response_format", "json_schema needs a schema")
    refuse("response_format", 'only {"type": "text"} and json_schema are supported')


def _turns(messages: object) -> tuple[tuple[Role, tuple[Part, ...]], ...]:
    if not isinstance(messages, list) or not messages or len(messages) > MOST_MESSAGES:
        refuse("messages", f"must be a list of 1 to {MOST_MESSAGES} messages")
    turns = tuple(_turn(message, f"messages[{number}]") for number, message in enumerate(messages))
    if turns[-1][0] != "user":
        refuse("messages", "the last one must be the user's")
    return turns


def _turn(message: object, where: str) -> tuple[Role, tuple[Part, ...]]:
    if not isinstance(message, dict):
        refuse(where, "must be an object")
    role, content = message.get("role"), message.get("content")
    if role not in ("user", "assistant"):
        refuse(f"{where}.role", "only user and assistant are supported; these models know no system messages")
    unknown = {name for name, value in message.items() if value is not None} - {"role", "content", "name", "refusal"}
    if unknown:
        refuse(f"{where}.{min(unknown)}", "is not supported")
    if isinstance(content, str):
        return role, (content,)
    if not isinstance(content, list) or not content:
        refuse(f"{where}.content", "must be a text or a list of parts")
    return role, tuple(_part(part, f"{where}.content[{number}]") for number, part in enumerate(content))


def _part(part: object, where: str) -> Part:
    if not isinstance(part, dict):
        refuse(where, "must be an object")
    match part:
        case {"type": "text", "text": str(text)}:
            return text
        case {"type": "image_url", "image_url": {"url": str(url), **rest}}:
            if set(rest) - {"detail"} or rest.get("detail", "auto") not in ("auto", "high", None):
                refuse(f"{where}.image_url", "only a url, and the detail auto or high are supported")
            if url.startswith(("http://", "https://")):
                return RemoteImage(url)
            return Upload(data_of(url, f"{where}.image_url.url"))
        case {"type": "file", "file": {"file_data": str(data), **rest}}:
            if set(rest) - {"filename"}:
                refuse(f"{where}.file", "only file_data and filename are supported")
            name = rest.get("filename")
            return Upload(data_of(data, f"{where}.file.file_data"), name if isinstance(name, str) else "")
    refuse(where, "only text, image_url (url) and file (file_data) are supported")


def turns_of(request: ChatRequest, fetched: Mapping[str, bytes]) -> tuple[Turn, ...]:
    """The turns with what was fetched of web addresses in its place."""
    return tuple(
        Turn(role, tuple(Upload(fetched[part.url]) if isinstance(part, RemoteImage) else part for part in parts))
        for role, parts in request.turns
    )
