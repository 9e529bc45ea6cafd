"""The index on disk: one SQLite file beside the journals, brought up to date by what has changed of them.

It holds nothing that the journals do not: one that is damaged, or of another version, is made anew without a word,
and where it cannot be written, it is made in memory for this once. Programs may use it at the same time.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import msgspec

from tui import __version__
from tui.ledger.rows import Booked, Booking, BreachRow, CallRow, FailureRow, RequestRow, RunRow

FILE: Final = "ledger.sqlite"
_FORMAT: Final = 1
_PATIENCE: Final = 5.0
"""Seconds to wait for another program that writes; it writes one session at a time, in milliseconds."""
_DAMAGED: Final = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_MISMATCH)
"""What SQLite says of a file that is none of ours, or not any more; anything else is the disk's."""

_T = TypeVar("_T")
Progress: TypeAlias = Callable[[int, int], None]
"""Gets how many of how many journals have been read."""


class OutdatedError(sqlite3.DatabaseError):
    """The file was written by another version, or with another list of prices."""


def ask(folder: Path, question: Callable[[sqlite3.Connection], _T], progress: Progress = lambda read, of: None) -> _T:
    """Bring the index of a folder of sessions up to date and ask it; the folder need not exist."""
    path = folder / FILE
    if folder.is_dir():
        for _ in range(2):
            try:
                return _ask(folder, _connect(path), question, progress)
            except OutdatedError:
                _remove(path)
            except sqlite3.DatabaseError as error:
                if (error.sqlite_errorcode & 0xFF) not in _DAMAGED:
                    break
                _remove(path)
            except OSError:
                break
    return _ask(folder, _open(":memory:"), question, progress)


def _ask(
    folder: Path, opened: sqlite3.Connection, question: Callable[[sqlite3.Connection], _T], progress: Progress
) -> _T:
    with closing(opened) as db:
        _prepare(db)
        _update(db, folder, progress)
        return question(db)


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))  # SQLite would let others read it
    return _open(str(path))


def _open(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=_PATIENCE, isolation_level=None)


def _prepare(db: sqlite3.Connection) -> None:
    """Make the tables in a new file. Raises OutdatedError."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA foreign_keys = ON")
    ours = f"{_FORMAT} {__version__} {version('genai-prices')} {_COLUMNS}"
    with _transaction(db):
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _SCHEMA:
                db.execute(statement)
            db.execute("INSERT INTO about VALUES (?)", (ours,))
        if db.execute("SELECT version FROM about").fetchone() != (ours,):
            raise OutdatedError(ours)


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _update(db: sqlite3.Connection, folder: Path, progress: Progress) -> None:
    """Read the journals that are new or have changed, by size and time of change; forget those that are gone."""
    known = {session: (size, changed) for session, size, changed in db.execute("SELECT * FROM sessions")}
    found: dict[str, os.stat_result] = {}
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".jsonl"):
                with contextlib.suppress(OSError):
                    found[entry.name.removesuffix(".jsonl")] = entry.stat()
    for session in known.keys() - found.keys():
        with _transaction(db):
            _forget(db, session)
    changed = [
        (session, status)
        for session, status in found.items()
        if known.get(session) != (status.st_size, status.st_mtime_ns)
    ]
    for number, (session, status) in enumerate(changed):
        progress(number, len(changed))
        _post(db, folder / f"{session}.jsonl", status)


def _post(db: sqlite3.Connection, path: Path, status: os.stat_result) -> None:
    """All that a journal tells, in the place of what was known of it."""
    booking = Booking(path)
    try:
        booked = list(booking)
    except OSError:
        return
    with _transaction(db):
        _forget(db, path.stem)
        db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (path.stem, status.st_size, status.st_mtime_ns))
        for each in booked:
            _insert_run(db, each)
        for breach in booking.breaches:
            db.execute(_INSERT["breaches"], _values(breach))


def _forget(db: sqlite3.Connection, session: str) -> None:
    for table in ("sessions", "runs", "breaches"):
        db.execute(f"DELETE FROM {table} WHERE session = ?", (session,))  # noqa: S608 - the names are ours


def _insert_run(db: sqlite3.Connection, booked: Booked) -> None:
    run = db.execute(_INSERT["runs"], (None, *_values(booked.run))).lastrowid
    for table, rows in (("requests", booked.requests), ("calls", booked.calls), ("failures", booked.failures)):
        db.executemany(_INSERT[table], [(run, *_values(row)) for row in rows])


def _values(row: msgspec.Struct) -> list[object]:
    """As SQLite takes them: a journal may hold numbers that are longer than its own."""
    return [
        max(-_MOST, min(_MOST, value)) if isinstance(value, int) else value for value in msgspec.structs.astuple(row)
    ]


_MOST: Final = 2**63 - 1
_PARTS: Final = {"requests": RequestRow, "calls": CallRow, "failures": FailureRow}
_COLUMNS: Final = {
    "runs": ("id", *RunRow.__struct_fields__),
    **{table: ("of_run", *row.__struct_fields__) for table, row in _PARTS.items()},
    "breaches": BreachRow.__struct_fields__,
}
_INSERT: Final = {
    table: f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - the names are ours
    for table, columns in _COLUMNS.items()
}
_SCHEMA: Final = (
    "CREATE TABLE about (version TEXT)",
    "CREATE TABLE sessions (session TEXT PRIMARY KEY, size INTEGER, changed_ns INTEGER)",
    f"CREATE TABLE runs (id INTEGER PRIMARY KEY, {', '.join(_COLUMNS['runs'][1:])})",
    *(
        f"CREATE TABLE {table} (of_run INTEGER REFERENCES runs ON DELETE CASCADE, {', '.join(_COLUMNS[table][1:])})"
        for table in _PARTS
    ),
    f"CREATE TABLE breaches ({', '.join(_COLUMNS['breaches'])})",
    *(f"CREATE INDEX {table}_of_run ON {table} (of_run)" for table in _PARTS),
    "CREATE INDEX runs_of_session ON runs (session)",
    "CREATE INDEX breaches_of_run ON breaches (session, run)",
)
