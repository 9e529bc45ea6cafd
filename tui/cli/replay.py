"""`agents-tui replay FILE`: a recorded session again, on the screen or as records; needs no engine and no key."""

import math
import os
import sys
import time
from argparse import ArgumentTypeError
from itertools import islice

from tui.cli.options import USAGE, Parser, settings_of
from tui.journal.recording import Recording
from tui.journal.sessions import SessionError, Sessions
from tui.places import sessions_folder
from tui.safety import one_line
from tui.wire import encode_many

_SLOWEST, _FASTEST = 0.25, 64.0
_BLOCK = 1000
"""Records printed at once."""
_BROKEN_PIPE = 141
"""As the shell reports a program that a closed pipe ended."""


def main(arguments: list[str]) -> int:
    parser = Parser(prog="agents-tui replay", description="Show a recorded session again.", allow_abbrev=False)
    parser.add_argument("file", metavar="FILE", help="a session's id or its start, or a file of --json records")
    parser.add_argument("--json", action="store_true", help="print the records, one a line, and show no screen")
    parser.add_argument(
        "--speed", metavar="N|max", type=_speed, default=1.0, help="times as fast as it happened, ¼ to 64 (default: 1)"
    )
    parser.add_argument("--theme", metavar="T", help="a theme by name")
    options = parser.parse_args(arguments)
    try:
        recording = Recording(Sessions(sessions_folder()).file(options.file))
        if options.json:
            return _print(recording)
        settings = settings_of(parser, options, {"agent": "demo"})  # none is loaded: one that is gone is no fault
        if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") in ("dumb", ""):
            parser.error("the screen needs a terminal; without one use: agents-tui replay FILE --json")
        whole = recording.advance(0.0)
        while not (whole or len(recording)):
            whole = recording.advance(0.0)
    except SessionError as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{options.file}: {error.strerror}")
    if not len(recording):
        return _refuse_empty(recording)
    from tui.journal.player import Player
    from tui.ui.replay.app import ReplayApp

    player = Player(recording, time.perf_counter, options.speed, growing=not whole)
    return ReplayApp(player, settings, recording.path.stem, lambda: recording.problem).run_to_end()


def _print(recording: Recording) -> int:
    """Print what can be read, as it is read; the exit status. Raises OSError where the file fails."""
    records = recording.stream()
    try:
        while lines := encode_many(list(islice(records, _BLOCK))):
            left = memoryview(lines)
            while left:  # with PYTHONUNBUFFERED a write may take less than all
                left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that nothing written at exit meets the closed pipe again
        return _BROKEN_PIPE
    if not len(recording):
        return _refuse_empty(recording)
    if recording.problem:
        _say(recording.problem)
    return 0


def _refuse_empty(recording: Recording) -> int:
    return _refuse(f"{recording.path} is no recorded session: {recording.reason or 'it has no events'}")


def _refuse(problem: str) -> int:
    _say(problem)
    return USAGE


def _say(text: str) -> None:
    print(f"agents-tui replay: {one_line(text)}", file=sys.stderr)  # noqa: T201


def _speed(text: str) -> float:
    if text == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not _SLOWEST <= speed <= _FASTEST:
        raise ArgumentTypeError(f"{text!r} is neither a number from {_SLOWEST} to {_FASTEST:g} nor max")
    return speed
