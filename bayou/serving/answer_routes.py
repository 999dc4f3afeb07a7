"""Routes that answer: ask, and OpenAI's chat. Knows requests and replies; not how answers are found."""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import AsyncGenerator

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from bayou.documents.raw_page import OpenOptions
from bayou.serving.asking import Asking, end_while_connected
from bayou.serving.chat_request import ChatRequest, RemoteImage, chat_request, turns_of
from bayou.serving.event_stream import EventStream
from bayou.serving.metrics import Metrics
from bayou.serving.pool import Pool
from bayou.serving.record_routes import check_schema
from bayou.serving.replies import Refusal, error_body
from bayou.serving.schemas import ANSWER, ASK_BODY, CHAT_BODY, COMPLETION, FAILURES, body, reply
from bayou.serving.settings import ServingSettings
from bayou.serving.uploads import OPTIONS, Given, given, json_body
from bayou.serving.work import AskWork, ChatWork, Done, Failed, Json

KEEP_ALIVE_SECONDS = 10.0
LONGEST_QUESTION = 10_000
LEAST_PROBABILITY = 1e-30


def answer_routes(settings: ServingSettings, pool: Pool, metrics: Metrics) -> APIRouter:
    """The routes, which ask ``pool``."""
    router = APIRouter(prefix="/v1", tags=["answers"], responses=FAILURES)

    @router.post("/ask", summary="An answer", **body(ASK_BODY), responses=reply(ANSWER))
    async def ask(request: Request) -> Response:
        """The answer to a question about files, or about a document that /v1/read gave, with its places on the pages.
        ``found`` is false where the document doesn't say; ``note`` says what the model can't answer, and who can."""
        pool.check_room()
        work = _ask_work(await given(request, settings.limits), settings)
        with Asking(pool, metrics, work) as asking:
            done = await end_while_connected(asking, request)
        return Response(done.result, media_type=done.media_type)

    @router.post(
        "/chat/completions", summary="OpenAI's chat", **body(CHAT_BODY), responses=reply(COMPLETION, stream=True)
    )
    async def chat(request: Request) -> Response:
        """OpenAI's chat completions: texts, pictures and PDFs as data addresses. What isn't supported is refused."""
        pool.check_room()
        asked = chat_request(await json_body(request))
        work = await _chat_work(asked, settings, pool)
        asking = Asking(pool, metrics, work)
        if asked.stream:
            asking.__enter__()  # here, so that a full queue is a status and not an event
            return EventStream(_chunks(asking, asked), asking.give_up)
        with asking:
            done = await end_while_connected(asking, request)
        return JSONResponse(_completion(asked, json.loads(done.result)))

    return router


def _ask_work(asked: Given, settings: ServingSettings) -> AskWork:
    asked.only("document", "question", "history", *OPTIONS)
    question = asked.text("question")
    if question is None or len(question) > LONGEST_QUESTION:
        raise Refusal("UsageError", f"'question' is needed, of at most {LONGEST_QUESTION} characters", "question")
    document = asked.document()
    if document is None and not asked.files:
        raise Refusal("UsageError", "'file' or 'document' is needed", "file")
    options = asked.options(settings.limits, settings.limits.max_pages)
    return AskWork(asked.files, document, question, _history(asked.json("history")), options)


def _history(turns: object) -> tuple[tuple[str, str], ...]:
    pairs = []
    for turn in turns if isinstance(turns, list) else [] if turns is None else [None]:
        match turn:
            case [str(question), str(answer)]:
                pairs.append((question, answer))
            case _:
                raise Refusal("UsageError", "'history' must be a list of [question, answer]", "history")
    return tuple(pairs)


async def _chat_work(asked: ChatRequest, settings: ServingSettings, pool: Pool) -> ChatWork:
    served = pool.ready.model if pool.ready is not None else ""
    if asked.model != served:
        raise Refusal("ModelNotFound", f"there is no model {asked.model!r} here; {served} is", "model")
    if asked.schema is not None:
        check_schema(asked.schema, "response_format")
    urls = {part.url for _, parts in asked.turns for part in parts if isinstance(part, RemoteImage)}
    if urls and not settings.allow_remote_images:
        raise Refusal(
            "UsageError",
            "a picture by web address is not fetched: send it as a data address, or start the server with"
            " --allow-remote-images",
            "messages",
        )
    fetched: dict[str, bytes] = {}
    if urls:
        from bayou.serving.remote_images import fetch

        fetched = {url: await fetch(url, settings.limits.max_bytes) for url in sorted(urls)}
    limits = settings.limits
    options = OpenOptions(max_pixels=limits.max_pixels, max_pages=limits.max_pages)
    turns = turns_of(asked, fetched)
    return ChatWork(turns, options, asked.max_tokens, asked.stop, asked.schema, asked.logprobs)


def _completion(asked: ChatRequest, answer: Json) -> Json:
    choice = {
        "index": 0,
        "message": {"role": "assistant", **_said(answer)},
        "finish_reason": answer["finish_reason"],
        "logprobs": _logprobs(asked, answer),
    }
    return {**_head("chat.completion", asked), "choices": [choice], "usage": _usage(answer), "bayou": _beside(answer)}


def _said(answer: Json) -> Json:
    """The text, or why there is none: OpenAI's clients then find no content to parse."""
    refusal = answer.get("refusal")
    return {"content": answer["text"] if refusal is None else None, "refusal": refusal}


def _head(kind: str, asked: ChatRequest) -> Json:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": asked.model,
    }


def _usage(answer: Json) -> Json | None:
    """None where nobody counts, as with a model that reads lines."""
    prompt, new = answer.get("prompt_tokens"), answer.get("new_tokens")
    if not isinstance(prompt, int) or not isinstance(new, int):
        return None
    return {"prompt_tokens": prompt, "completion_tokens": new, "total_tokens": prompt + new}


def _beside(answer: Json) -> Json:
    """What bayou says beside the text: a field of its own, which OpenAI's clients pass over."""
    names = ("found", "confidence", "evidence", "note", "record", "problems")
    return {name: answer[name] for name in names if name in answer}


def _logprobs(asked: ChatRequest, answer: Json) -> Json | None:
    tokens = answer.get("tokens")
    if not asked.logprobs:
        return None
    if not isinstance(tokens, list):
        raise Refusal("UsageError", "'logprobs': the model told none", "logprobs")
    content = [
        {
            "token": text,
            "logprob": math.log(max(probability, LEAST_PROBABILITY)),
            "bytes": list(text.encode()),
            "top_logprobs": [],
        }
        for text, probability in tokens
    ]
    return {"content": content, "refusal": None}


async def _chunks(asking: Asking, asked: ChatRequest) -> AsyncGenerator[bytes, None]:
    """OpenAI's stream. How far the work is stands in comments, which clients pass over."""
    head = _head("chat.completion.chunk", asked)

    def chunk(delta: Json, finish_reason: object = None, logprobs: Json | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": logprobs}
        return f"data: {json.dumps({**head, 'choices': [choice], **more}, ensure_ascii=False)}\n\n".encode()

    yield chunk({"role": "assistant", "content": ""})
    while True:
        event = await asking.next_event(KEEP_ALIVE_SECONDS)
        match event:
            case None:
                yield b": still working\n\n"
            case Done():
                answer = json.loads(event.result)
                if answer.get("refusal") is not None:
                    yield chunk({"refusal": answer["refusal"]})
                yield chunk({}, answer["finish_reason"], _logprobs(asked, answer), bayou=_beside(answer))
                if asked.include_usage:
                    usage = {**head, "choices": [], "usage": _usage(answer)}
                    yield f"data: {json.dumps(usage)}\n\n".encode()
                yield b"data: [DONE]\n\n"
                return
            case Failed():
                yield f"data: {json.dumps(error_body(event.kind, event.message)[1])}\n\n".encode()
                return
            case _ if event.name == "text":
                yield chunk({"content": event.data["text"]})
            case _ if event.name == "progress" and "encoded" in event.data:
                yield f": encoded {event.data['encoded']}/{event.data['total']}\n\n".encode()
            case _ if event.name == "page":
                yield f": page {event.data['number']} read\n\n".encode()
            case _:
                pass  # only worth telling where pages are streamed
