"""The one recovery policy: which failures of a model request are tried again, when, and how long silence may last."""

import email.utils
import time
from collections.abc import Mapping
from dataclasses import dataclass

import openai

from tui.engine.errors import Failure

_PASSING = ("network", "timeout", "rate_limit", "server")
"""Kinds of failure that may be gone a moment later."""
_PASSING_STATUS = (408, 409, 429)
"""HTTP statuses below 500 that may, as the provider's own clients see it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Times in seconds. Tries and delays: SEED S6, up to 3 tries, delay = min(1 s × 2^attempt, 10 s)."""

    attempts: int = 3
    first_delay: float = 1.0
    longest_delay: float = 10.0
    longest_asked: float = 120.0
    """Of what a server asks for with `Retry-After`."""
    stall: float = 60.0
    """Without any event."""

    def delay(self, failed: int, error: Exception, failure: Failure) -> float | None:
        """How long to wait after try number `failed`; None if there is nothing to be gained by another."""
        if failed >= self.attempts or not _may_pass(error, failure):
            return None
        asked = _asked(error.response.headers) if isinstance(error, openai.APIStatusError) else None
        if asked is not None:
            return min(asked, self.longest_asked)
        return min(self.first_delay * 2.0 ** (failed - 1), self.longest_delay)


POLICY = Policy()


def passing(failure: Failure) -> bool:
    """Of a kind that may be gone a moment later."""
    return failure.kind in _PASSING


def _may_pass(error: Exception, failure: Failure) -> bool:
    if failure.final:
        return False
    if isinstance(error, openai.APIStatusError):
        told = error.response.headers.get("x-should-retry")
        if told in ("true", "false"):
            return told == "true"
        return error.status_code in _PASSING_STATUS or error.status_code >= 500
    return passing(failure)


def _asked(headers: Mapping[str, str]) -> float | None:
    """Seconds until the time that a response names; None where it names none."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    date = email.utils.parsedate_tz(headers.get("retry-after", ""))
    return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())
