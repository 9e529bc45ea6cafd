"""`agents-tui log [FILE]`: the events of a recorded session that a filter lets through, as lines or as a file."""

import argparse
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import tui.query
from tui.cli.event_line import event_line
from tui.cli.options import USAGE, Parser
from tui.export.events import EventFormat, write
from tui.export.sink import Keep, Sink
from tui.journal.lines import Line, Lines, newest_at
from tui.journal.sessions import SessionError, Sessions
from tui.places import sessions_folder
from tui.query import Context, Query, QueryError, RecordSubject, of_record, parse
from tui.safety import one_line, visible

_INTERRUPTED = 130
_BROKEN_PIPE = 141
_POLL = 100
"""Milliseconds between two looks at a file that is followed."""


def main(arguments: list[str], pause: Callable[[], None] | None = None) -> int:
    """`pause` is what passes between two looks at a file that is followed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    query = _query(parser, options.filter)
    if options.follow and (options.count or options.format == "har"):
        parser.error("--follow has no end: it goes with lines, --json and --csv")
    try:
        path = _path(options.file)
        now = newest_at(path)
        if now is None and not options.follow:
            return _refuse(f"{path} is no recorded session: it has no events")
        keep = _keep(query.bind(time.time() if now is None else now), _level(options))
        with _open(options.output) as file:
            lines = Lines(path, _waiting(file, pause or _pause) if options.follow else None)
            _print(lines, keep, options, _Cleaned(file) if options.output is None and os.isatty(1) else file)
        if lines.problem:
            _say(lines.problem)
    except SessionError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that nothing written at exit meets the closed pipe again
        return _BROKEN_PIPE
    except OSError as error:
        return _refuse(f"{error.filename or options.file or 'the session'}: {error.strerror}")
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="agents-tui log",
        description="The events of a recorded session, one a line.",
        epilog=tui.query.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="?", help="a session's id or its start, or a file (default: this folder's last)"
    )
    parser.add_argument("--filter", metavar="F", default="", help="print only what matches; the language is below")
    parser.add_argument(
        "--level",
        type=int,
        choices=(1, 2, 3),
        help="1 the story, 2 all but pieces and raw events, 3 all (default: 2 for lines without a filter, else 3)",
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on as the session does, until Ctrl+C")
    parser.add_argument("-o", "--output", metavar="FILE", help="a new file (default: standard output)")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument(
        "--json", dest="format", action="store_const", const="jsonl", help="the records as they stand in the file"
    )
    shape.add_argument("--csv", dest="format", action="store_const", const="csv", help="a table")
    shape.add_argument(
        "--har", dest="format", action="store_const", const="har", help="requests and tool calls as a HTTP archive"
    )
    shape.add_argument("--count", action="store_true", help="only how many there are")
    return parser


def _query(parser: Parser, text: str) -> Query:
    try:
        return parse(text)
    except QueryError as error:
        parser.error(f"--filter, at character {error.position + 1}: {error}")


def _path(name: str | None) -> Path:
    """Raises SessionError."""
    sessions = Sessions(sessions_folder())
    return sessions.path(sessions.latest(Path.cwd()).session) if name is None else sessions.file(name)


def _level(options: argparse.Namespace) -> Keep:
    plain = options.format is None and not options.count and not options.filter
    return _LEVELS[options.level or (2 if plain else 3)]


_LEVELS: dict[int, Keep] = {
    1: parse("kind:story").matches,
    2: parse("not kind:delta,raw").matches,
    3: parse("").matches,
}


def _keep(query: Query, level: Keep) -> Keep:
    return lambda subject: level(subject) and query.matches(subject)


# Printing


def _print(lines: Lines, keep: Keep, options: argparse.Namespace, file: Sink) -> None:
    shape: EventFormat | None = options.format
    if options.count:
        file.write(b"%d\n" % sum(1 for _ in _kept(lines, keep)))
    elif shape == "jsonl":
        for line, _ in _kept(lines, keep):
            file.write(line.raw if line.raw.endswith(b"\n") else line.raw + b"\n")
    elif shape is not None:
        write((line.record for line in lines), shape, file, keep)
    else:
        for _, subject in _kept(lines, keep):
            file.write(event_line(subject).encode("utf-8", "replace") + b"\n")


def _kept(lines: Lines, keep: Keep) -> Iterator[tuple[Line, RecordSubject]]:
    context = Context()
    for line in lines:
        subject = of_record(line.record, context)
        if keep(subject):
            yield line, subject


def _open(output: str | None) -> BinaryIO:
    """Standard output, or a new file that only its owner reads. Raises OSError."""
    if output is None:
        sys.stdout.flush()
        return open(1, "wb", closefd=False)
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "wb")


class _Cleaned:
    """What is written to a terminal may not command it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes, /) -> int:
        return self._file.write(visible(data.decode("utf-8", "replace")).encode())


def _waiting(file: BinaryIO, pause: Callable[[], None]) -> Callable[[], None]:
    """Shows what there is before each pause."""

    def wait() -> None:
        file.flush()
        pause()

    return wait


def _pause() -> None:
    """Raises BrokenPipeError if nobody reads standard output any more."""
    poll = select.poll()
    poll.register(1, 0)
    if any(state & select.POLLERR for _, state in poll.poll(_POLL)):
        raise BrokenPipeError


def _refuse(problem: str) -> int:
    _say(problem)
    return USAGE


def _say(text: str) -> None:
    print(f"agents-tui log: {one_line(text)}", file=sys.stderr)  # noqa: T201
