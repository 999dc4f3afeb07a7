"""Asks a server that speaks OpenAI's chat protocol (vLLM and others). Knows HTTP; no weights, tiles, ids or pages.

Nothing is sent anywhere but to the address that the caller names: no redirect is followed. Answers are always streamed,
so that a connection that dies is noticed. Pictures travel as PNG, without loss.
"""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from bayou.engine.endpoint_settings import EndpointSettings
from bayou.engine.runtimes.endpoint_reply import ReplyBuilder, ServerAnswer, error_text, server_events
from bayou.errors import BayouError, InputError, ModelError, UsageError
from bayou.inputs.images import load_image
from bayou.inputs.messages import ImagePart, Message

OnText = Callable[[str], None]

_OPTIONAL: Mapping[str, Any] = {"logprobs": True, "stream_options": {"include_usage": True}}
"""What is asked for and can be done without: a server that refuses one by name is asked again without it."""
_BUSY = 429
_TOO_LARGE = 413
_SHOWN = 300


class Endpoint:
    """One model of one server. Not thread-safe.

    Args:
        settings: The server.
        model: What the server calls the model.

    Raises:
        UsageError: The url can't be one.
    """

    name = "endpoint"

    def __init__(self, settings: EndpointSettings, model: str) -> None:
        try:
            httpx.URL(settings.base)
        except httpx.InvalidURL as error:
            raise UsageError(f"{settings.url!r} is no address: {error}") from error
        self.model = model
        self._settings = settings
        self._optional = dict(_OPTIONAL)
        headers = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
        timeout = httpx.Timeout(settings.silent_seconds, connect=settings.connect_seconds)
        self._client = httpx.Client(headers=headers, timeout=timeout, follow_redirects=False)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def answer(
        self,
        messages: Sequence[Message],
        max_new_tokens: int,
        on_text: OnText | None = None,
        response_format: Mapping[str, Any] | None = None,
    ) -> ServerAnswer:
        """The server's greedy answer (temperature 0).

        Args:
            messages: A conversation, the user's turn last.
            max_new_tokens: The answer ends after so many tokens.
            on_text: Called with each piece of the text as it comes.
            response_format: What the text must be, in OpenAI's words. A server that knows no such thing may ignore it.

        Raises:
            InputError: A picture can't be read; the server refuses this request (too long, too large).
            ModelError: The server can't be reached, refuses the key or the model, is busy or at fault after all
                retries, is silent for too long, breaks off, or answers in another format.
        """
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [openai_message(message) for message in messages],
            "max_tokens": max_new_tokens,
            "temperature": 0,
            "stream": True,
        }
        if response_format is not None:
            body["response_format"] = response_format
        waited = 0
        while True:
            try:
                found = self._ask(body, on_text)
            except httpx.HTTPError as error:
                raise self._transport_error(error) from error
            if isinstance(found, ServerAnswer):
                return found
            refused = self._refused_option(found)
            if refused is not None:
                del self._optional[refused]
            elif not _may_pass(found) or waited >= self._settings.retries:
                raise self._error(found, waited)
            else:
                time.sleep(self._wait(found, waited))
                waited += 1

    def _ask(self, body: Mapping[str, Any], on_text: OnText | None) -> ServerAnswer | httpx.Response:
        """The answer, or the response of a server that gave none."""
        url = f"{self._settings.base}/chat/completions"
        with self._client.stream("POST", url, json={**body, **self._optional}) as response:
            if response.status_code != httpx.codes.OK:
                response.read()
                return response
            builder = ReplyBuilder(self._settings.url)
            if "text/event-stream" in response.headers.get("content-type", ""):
                return self._streamed(response, builder, on_text)
            response.read()
            text = builder.add(response.text)
            if on_text is not None and text:
                on_text(text)
            return builder.answer()

    def _streamed(self, response: httpx.Response, builder: ReplyBuilder, on_text: OnText | None) -> ServerAnswer:
        try:
            for data in server_events(response.iter_bytes()):
                if data.strip() == "[DONE]":
                    break
                text = builder.add(data)
                if on_text is not None and text:
                    on_text(text)
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise self._cut(builder) from error
        if not builder.complete:
            raise self._cut(builder)
        return builder.answer()

    def _cut(self, builder: ReplyBuilder) -> ModelError:
        message = f"the connection was cut after {builder.length} characters of the answer; ask again"
        return ModelError(message, self._settings.url)

    def _refused_option(self, response: httpx.Response) -> str | None:
        if response.status_code not in (400, 422, 501):
            return None
        return next((name for name in self._optional if name in response.text), None)

    def _wait(self, response: httpx.Response, waited: int) -> float:
        asked = response.headers.get("retry-after", "")
        wait = float(asked) if asked.isdecimal() else self._settings.first_wait_seconds * 2**waited
        return min(wait, self._settings.longest_wait_seconds)

    def _error(self, response: httpx.Response, waited: int) -> BayouError:
        """What a response that is no answer means, and what helps."""
        status, url = response.status_code, self._settings.url
        said = _said(response)
        if status in (401, 403):
            given = "another key" if self._settings.api_key else "a key"
            return ModelError(f"the server wants {given} ({status}): set BAYOU_API_KEY{said}", url)
        if status == 404:
            return ModelError(f"the server knows no model {self.model!r} here (404){said}{self._known_models()}", url)
        if status in (400, 422, _TOO_LARGE):
            return InputError(f"the server refuses this request ({status}){said}", url)
        if 300 <= status < 400:
            place = response.headers.get("location", "elsewhere")
            return ModelError(f"the server sends on to {place} ({status}); name that address if you trust it", url)
        if _may_pass(response):
            trouble = "is too busy" if status == _BUSY else "has a fault of its own"
            tries = "once" if not waited else f"{waited + 1} times"
            return ModelError(f"the server {trouble} ({status}), asked {tries}; try again later{said}", url)
        return ModelError(f"the server answers {status} {response.reason_phrase}{said}", url)

    def _known_models(self) -> str:
        """The names that the server has, to put one in place of an unknown one; "" where it doesn't tell."""
        try:
            listed = self._client.get(f"{self._settings.base}/models").json()
        except (httpx.HTTPError, ValueError):
            return ""  # the error that is told already says what is wrong
        match listed:
            case {"data": list(models)}:
                names = [
                    model["id"] for model in models if isinstance(model, dict) and isinstance(model.get("id"), str)
                ]
                return f"; it has {', '.join(names[:20])}" if names else ""
        return "; is this the address that ends in /v1?"

    def _transport_error(self, error: httpx.HTTPError) -> ModelError:
        url, settings = self._settings.url, self._settings
        if isinstance(error, httpx.ConnectTimeout):
            return ModelError(f"no connection within {settings.connect_seconds:g} s; is the address right?", url)
        if isinstance(error, httpx.ConnectError):
            return ModelError(f"no connection ({error}); is the server running, and the address right?", url)
        if isinstance(error, httpx.TimeoutException):
            return ModelError(f"the server was silent for {settings.silent_seconds:g} s", url)
        return ModelError(f"the connection failed ({type(error).__name__}: {error})", url)


def openai_message(message: Message) -> dict[str, Any]:
    """A message in OpenAI's format, its pictures as PNG in ``data:`` addresses.

    Raises:
        InputError: A picture can't be read.
    """
    if not message.images:
        return {"role": message.role, "content": "".join(str(part) for part in message.parts)}
    content = [
        {"type": "image_url", "image_url": {"url": _png_address(part)}}
        if isinstance(part, ImagePart)
        else {"type": "text", "text": part}
        for part in message.parts
        if part != ""
    ]
    return {"role": message.role, "content": content}


def _png_address(part: ImagePart) -> str:
    file = io.BytesIO()
    load_image(part.source).save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _may_pass(response: httpx.Response) -> bool:
    return response.status_code == _BUSY or response.status_code in (500, 502, 503, 504)


def _said(response: httpx.Response) -> str:
    try:
        message = error_text(json.loads(response.text))
    except ValueError:
        message = ""
    return f": {' '.join(message[:_SHOWN].split())}" if message else ""
