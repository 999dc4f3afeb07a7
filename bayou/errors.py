"""One base error and few children; the command line maps them to exit codes. Knows nothing of what raised them."""

from __future__ import annotations


class BayouError(Exception):
    """Base of every error that bayou raises on purpose: a message a user can act on, never a traceback.

    Args:
        message: What is wrong, naming the file or value, and the cure.
        path: The file or page concerned, where there is one.
    """

    exit_code = 1

    def __init__(self, message: str, path: str | None = None) -> None:
        super().__init__(message if path is None else f"{path}: {message}")
        self.message = message
        self.path = path


class UsageError(BayouError):
    """The call itself is wrong: an unknown model, format, page range or option."""

    exit_code = 2


class InputError(BayouError):
    """A document or image can't be used: corrupt, empty, encrypted, not of a known type."""

    exit_code = 3


class PasswordError(InputError):
    """A document is encrypted and the password is missing or wrong."""

    exit_code = 4


class LimitError(InputError):
    """A document exceeds a limit (pixels, pages, bytes) that the user can raise."""

    exit_code = 5


class OutputError(BayouError):
    """A result can't be written: no space, no permission, the target is in the way."""

    exit_code = 6


class ModelError(BayouError):
    """Weights or a configuration can't be used: missing, extra or misshaped tensors, another family."""

    exit_code = 7


class MissingExtraError(BayouError):
    """An optional dependency is needed; the message names the extra to install."""

    exit_code = 8


class NetworkError(BayouError):
    """The Hub can't be reached or stays too busy; the same call goes on later, from where it stopped."""

    exit_code = 9


class BusyError(BayouError):
    """More is asked at a time than may wait; the same call can succeed later. A server answers "too many requests"."""
