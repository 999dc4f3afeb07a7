"""The way to a cluster behind Ray's client."""

from __future__ import annotations

import pytest

from bayou.bulk.remote import TRIES, _connect
from bayou.errors import UsageError


class Flaky:
    """Fails to connect with one error after another."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    def init(self, **_: object) -> None:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)


def test_a_server_that_died_at_once_is_asked_for_again() -> None:
    ray = Flaky(ConnectionAbortedError("died"), ConnectionAbortedError("died"))
    _connect(ray, "ray://there")
    assert ray.tries == 3


def test_the_last_failure_is_told() -> None:
    ray = Flaky(*[ConnectionAbortedError("died")] * TRIES)
    with pytest.raises(UsageError, match="no Ray at ray://there: died"):
        _connect(ray, "ray://there")
    assert ray.tries == TRIES


def test_where_there_is_nobody_it_is_not_tried_again() -> None:
    ray = Flaky(ConnectionError("nobody"))
    with pytest.raises(UsageError, match="nobody"):
        _connect(ray, "ray://there")
    assert ray.tries == 1
