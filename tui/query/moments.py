"""Moments of a filter, `-30s` before the newest event or `12:01:30` of its day, and lengths of time."""

import re
from datetime import datetime, timedelta, tzinfo
from typing import Final, NamedTuple

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_NUMBER = re.compile(r"-?(?:[0-9]{1,15}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")
_LENGTH = re.compile(rf"({_NUMBER.pattern})(ms|s|m|h)")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]{1,6})?))?")


def number(text: str) -> float | None:
    """A plain decimal number; None for anything else."""
    return float(text) if _NUMBER.fullmatch(text) else None


def seconds(text: str) -> float | None:
    """A length of time, with a unit or in seconds; None for anything else."""
    found = _LENGTH.fullmatch(text)
    return number(text) if found is None else float(found[1]) * _UNITS[found[2]]


class Moment(NamedTuple):
    """Seconds back from the newest event, or a time of day, in seconds from midnight on the clock."""

    back: float = 0.0
    clock: float | None = None

    def at(self, newest: float, zone: tzinfo | None, *, past: bool) -> float:
        """Seconds since the epoch. With `past`, a time of day later than the newest event was the day before."""
        if self.clock is None:
            return newest - self.back
        moment = _on_day(newest, 0, self.clock, zone)
        return _on_day(newest, 1, self.clock, zone) if past and moment > newest else moment


def moment(text: str) -> Moment | None:
    """None for what is no moment."""
    found = _CLOCK.fullmatch(text)
    if found is not None:
        return Moment(clock=int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3] or 0))
    back = seconds(text)
    return Moment(back=-back) if back is not None and text.startswith("-") else None


def _on_day(newest: float, before: int, clock: float, zone: tzinfo | None) -> float:
    day = datetime.fromtimestamp(newest, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day - timedelta(days=before) + timedelta(seconds=clock)).timestamp()
