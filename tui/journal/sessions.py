"""The recorded sessions of this user: list them, find one by the start of its id, rename and delete.

Listing reads each file once; what it found is kept beside them, by size and time of change.
"""

import contextlib
import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from tui.journal import file as journal
from tui.journal.summary import Summary, summarise

_INDEX: Final = "index.json"
_TRASH: Final = ".trash"


class SessionError(ValueError):
    """No such session, or it cannot be changed; the message is one plain line that says what to do."""


class _Cached(msgspec.Struct, frozen=True, array_like=True):
    changed_ns: int
    size: int
    summary: Summary


class _Index(msgspec.Struct, frozen=True):
    fields: tuple[str, ...]
    """Those of the summaries: with others, another version has written it, and the files are read anew."""
    sessions: dict[str, _Cached]


_index = msgspec.json.Decoder(_Index)


def new_id() -> str:
    """Eight hexadecimal digits."""
    return os.urandom(4).hex()


class Sessions:
    """The sessions in one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, session: str) -> Path:
        """Where the session of this id is, or would be."""
        return self.folder / f"{session}.jsonl"

    def all(self) -> list[Summary]:
        """Those in which something was asked, the one that changed last first."""
        known = self._cached()
        found = {name: self._summary(path, known.get(name)) for name, path in self._files()}
        kept = {name: cached for name, cached in found.items() if cached is not None}
        if kept != known:
            self._keep(kept)
        summaries = [cached.summary for cached in kept.values() if cached.summary.prompts]
        return sorted(summaries, key=lambda summary: summary.changed, reverse=True)

    def latest(self, cwd: Path) -> Summary:
        """The session that changed last of those begun in a folder. Raises SessionError."""
        for summary in self.all():
            if summary.cwd == str(cwd):
                return summary
        raise SessionError("no session was begun in this folder: agents-tui sessions list shows those of others")

    def find(self, prefix: str) -> Path:
        """The one whose id begins with `prefix`. Raises SessionError that names the nearest."""
        ids = [name for name, _ in self._files()]
        if prefix in ids:
            return self.path(prefix)
        fits = [name for name in ids if prefix and name.startswith(prefix)]
        if len(fits) == 1:
            return self.path(fits[0])
        if fits:
            raise SessionError(f"{prefix!r} is the start of {len(fits)} sessions: {', '.join(sorted(fits)[:5])}")
        near = difflib.get_close_matches(prefix, ids, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else "agents-tui sessions list shows them all"
        raise SessionError(f"there is no session {prefix!r}: {hint}")

    def file(self, name: str) -> Path:
        """The file of this name, or else that of the session whose id begins so. Raises SessionError."""
        path = Path(name)
        return path if path.exists() or path.name != name or path.suffix else self.find(name)

    def rename(self, session: str, title: str) -> None:
        """Give it a name. Raises SessionError."""
        try:
            with self.path(session).open("ab") as file:
                file.write(journal.title_line(title))
        except OSError as error:
            raise SessionError(f"session {session} cannot be renamed: {error.strerror}") from error

    def discard(self, session: str) -> None:
        """Put it aside, to be restored or purged. Raises SessionError, also where a program has it open."""
        trash = self.folder / _TRASH
        try:
            os.close(journal.hold(self.path(session)))
            trash.mkdir(mode=0o700, exist_ok=True)
            self.path(session).rename(trash / f"{session}.jsonl")
        except OSError as error:
            raise SessionError(f"session {session} cannot be deleted: {error.strerror}") from error

    def restore(self, session: str) -> None:
        """Bring back what was put aside. Raises SessionError."""
        try:
            (self.folder / _TRASH / f"{session}.jsonl").rename(self.path(session))
        except OSError as error:
            raise SessionError(f"session {session} cannot be brought back: {error.strerror}") from error

    def purge(self, session: str) -> None:
        """Delete what was put aside, for good."""
        with contextlib.suppress(OSError):
            (self.folder / _TRASH / f"{session}.jsonl").unlink()

    def _files(self) -> Iterator[tuple[str, Path]]:
        with contextlib.suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.endswith(".jsonl"):
                    yield entry.name.removesuffix(".jsonl"), Path(entry.path)

    def _summary(self, path: Path, cached: _Cached | None) -> _Cached | None:
        try:
            status = path.stat()
            if cached is not None and (cached.changed_ns, cached.size) == (status.st_mtime_ns, status.st_size):
                return cached
            return _Cached(status.st_mtime_ns, status.st_size, summarise(path, status))
        except OSError:
            return None

    def _cached(self) -> dict[str, _Cached]:
        try:
            found = _index.decode((self.folder / _INDEX).read_bytes())
        except (OSError, *journal.UNREADABLE):
            return {}
        return found.sessions if found.fields == Summary.__struct_fields__ else {}

    def _keep(self, found: dict[str, _Cached]) -> None:
        """What was found, for the next time; where that is not possible, the next time reads the files again."""
        draft = self.folder / f".{_INDEX}.{os.getpid()}"
        with contextlib.suppress(OSError):
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(_Index(Summary.__struct_fields__, found)))
            draft.replace(self.folder / _INDEX)
