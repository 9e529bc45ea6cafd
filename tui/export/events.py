"""Events of a session as a file: lines of JSON, a table, or an archive that network viewers open.

Written as they come, in memory that does not grow with the session.
"""

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias, get_args

from tui.export.sink import Keep, Sink, all_of
from tui.query import Context, RecordSubject, of_record
from tui.wire import Record, encode

EventFormat: TypeAlias = Literal["jsonl", "csv", "har"]
"""Also the suffix of a file of it."""

EVENT_FORMATS: Final[tuple[EventFormat, ...]] = get_args(EventFormat)

COLUMNS: Final = ("seq", "time", "type", "agent", "run", "turn", "call", "duration", "tokens", "text")
"""Of the table; `time` is ISO 8601 in UTC, `duration` in seconds, empty is unknown."""


def write(records: Iterable[Record], format: EventFormat, file: Sink, keep: Keep = all_of) -> int:
    """Write those of a session's records that `keep` lets through; how many. Raises OSError.

    `records` are the whole session in order, since events imply things of later ones. An archive has the model
    requests and tool calls of which at least one event is kept.
    """
    context = Context()
    subjects = (of_record(record, context) for record in records)
    match format:
        case "jsonl":
            return _write_lines((encode(subject.record) for subject in subjects if keep(subject)), file)
        case "csv":
            return _write_lines(_table(subjects, keep), file) - 1
        case "har":
            from tui.export.har import write_archive  # the screen knows of it long before it is wanted

            return write_archive(subjects, keep, file)


def _write_lines(lines: Iterable[bytes], file: Sink) -> int:
    count = 0
    for line in lines:
        file.write(line)
        count += 1
    return count


def _table(subjects: Iterable[RecordSubject], keep: Keep) -> Iterator[bytes]:
    yield _row(COLUMNS)
    for subject in subjects:
        if keep(subject):
            yield _row(
                (
                    subject.seq,
                    datetime.fromtimestamp(subject.at, UTC).isoformat(timespec="milliseconds"),
                    subject.type,
                    subject.agent,
                    subject.run or "",
                    subject.turn or "",
                    subject.call,
                    "" if subject.duration is None else round(subject.duration, 6),
                    "" if subject.tokens is None else subject.tokens,
                    subject.text(),
                )
            )


def _row(values: Iterable[object]) -> bytes:
    import csv

    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue().encode("utf-8", "replace")
