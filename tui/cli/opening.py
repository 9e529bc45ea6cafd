"""A session begun or taken up again, for the screen and for `run`: its launch, what is restored, and its journal."""

import contextlib
import json
import os
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tui import __version__
from tui import events as e
from tui.config import Settings
from tui.journal.file import Header, HeldError, copy, hold, read
from tui.journal.restore import restore
from tui.journal.sessions import Sessions, new_id
from tui.journal.writer import JournalWriter
from tui.link.handle import Launch, Link
from tui.safety import Secrets, redact, redact_keys
from tui.state import State


class Stored(msgspec.Struct, frozen=True):
    """A recorded session to go on with."""

    path: Path
    header: Header
    descriptor: int | None = None
    """Its file held for writing; None where that is not possible."""
    notice: str = ""
    """What the user should know of it."""


def take_up(sessions: Sessions, path: Path, *, write: bool = True) -> Stored:
    """Open a session. One that another program is writing is read only: this one goes on with a copy.

    Raises OSError where the file cannot be read.
    """
    header = replace(read(path).header, session=path.stem)
    if not write:
        return Stored(path, header)
    try:
        return Stored(path, header, hold(path))
    except HeldError:
        return _copy(sessions, path, header)
    except OSError:
        return Stored(path, header)  # its journal will say why


def _copy(sessions: Sessions, path: Path, header: Header) -> Stored:
    forked = replace(header, session=new_id(), parent=header.session, created=time.time())
    target = sessions.path(forked.session)
    held = f"session {header.session} is open in another program and is only read here"
    try:
        copy(path, target, forked)
        descriptor = hold(target)
    except OSError as error:
        return Stored(path, forked, None, f"{held}; it could not be copied: {error.strerror}")
    return Stored(target, forked, descriptor, f"{held}: this is a copy, session {forked.session}")


def stand_where_it_stood(header: Header) -> None:
    """Go to the folder the session was begun in, which its agent's name and its tools refer to."""
    if header.cwd:
        with contextlib.suppress(OSError):
            os.chdir(header.cwd)


def launch_of(settings: Settings, stored: Stored | None = None, *, faults: str = "", cache: bool = False) -> Launch:
    """What to start the engine with."""
    session = stored.header.session if stored else new_id()
    return Launch(
        session,
        settings.agent or "demo",
        settings.model,
        settings.base_url,
        settings.api,
        faults=faults,
        cache=cache,
        stall_limit=settings.stall_limit,
    )


def restore_into(link: Link, stored: Stored) -> State:
    """Give the link the conversation, and its bus what there is to say of it; the state of the screen.

    Raises OSError where the file cannot be read.
    """
    restored = restore(stored.path)
    link.bus.resume(restored.state.seq)
    link.resume(restored.conversation, unfinished=restored.unfinished)
    link.queue.restore(restored.state.waiting, restored.state.steering)
    for text in (stored.notice, restored.problem):
        if text:
            link.bus.publish(e.Notice("warning", text))
    return restored.state


def keep(link: Link, sessions: Sessions, stored: Stored | None = None) -> JournalWriter:
    """The journal of a session; to be made before anything is taken off the bus."""
    secrets = _secrets()

    def mask(text: str) -> str:
        return redact_keys(secrets.mask(text))

    if stored is not None:
        return JournalWriter(
            link.bus,
            stored.path,
            stored.header,
            mask,
            resumed=True,
            descriptor=stored.descriptor,
            secrets=secrets.known,
        )
    launch = link.launch
    url = launch.base_url if launch.base_url and redact(launch.base_url) == launch.base_url else None
    header = Header(
        session=launch.session,
        agent=launch.agent,
        created=link.bus.now(),
        program=__version__,
        cwd=str(Path.cwd()),
        model=launch.model,
        base_url=url,
        api=launch.api,
    )
    return JournalWriter(link.bus, sessions.path(launch.session), header, mask, secrets=secrets.known)


def _secrets() -> Secrets:
    """What the environment's variables of such names hold: as it is, and as JSON writes it."""
    escaped = {f"{name}_": json.dumps(value, ensure_ascii=False)[1:-1] for name, value in os.environ.items()}
    return Secrets.of_environment({**os.environ, **escaped})
