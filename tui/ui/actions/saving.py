"""What the user can have written to a file: the recorded session as a document, the screen as a picture."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.journal.writer import JournalWriter
from tui.link.handle import Link
from tui.places import exports_folder
from tui.safety import Secrets, visible
from tui.ui.terminal.guards import GuardedApp

if TYPE_CHECKING:
    from tui.export import Format
    from tui.export.file import Written

_TOLD: Final = 10.0
"""Seconds that a path stays on screen: it is to be read, not only seen."""

_FONT: Final = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_TEXT: Final = re.compile(r"(<text\b[^>]*>)([^<]*)(?=</text>)")
_BLANK: Final = "&#160;"
_NO_XML: Final = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}


class WishError(ValueError):
    """It cannot be written; the message is one plain line that says what to do."""


class Wish(NamedTuple):
    """What `/export` asks for; without a file it goes to the program's own folder."""

    format: Format
    file: str


class Saving(GuardedApp[int]):
    """The app's actions that write files; the work is done in a thread."""

    link: Link
    _journal: JournalWriter | None = None

    def action_export(self, wish: str = "") -> None:
        """Write the session as a document: `[md|json|html] [FILE]`."""
        journal = self._journal
        if journal is None:
            self._refuse("this session is not recorded: there is nothing to export")
            return
        journal.flush()
        try:
            wanted = understand(wish)
        except WishError as error:
            self._refuse(str(error))
            return
        if journal.unsaved:
            self._refuse(f"the document lacks what could not be saved: {journal.unsaved}")
        self._write_text(lambda: document(journal.path, wanted.format), wanted.file, wanted.format)

    def action_capture(self, file: str = "") -> None:
        """Write the screen as it is now as an SVG picture."""
        drawn = self.export_screenshot(title=self.title)
        redact = Secrets.of_environment(os.environ).redact
        self._write_text(lambda: picture(drawn, redact), file, "svg")

    def _write_text(self, made: Callable[[], str], file: str, suffix: str) -> None:
        self._write(lambda out: out.write(made().encode()), file, suffix)

    def _write(self, write: Written, file: str, suffix: str) -> None:
        session, moment = self.link.launch.session, datetime.fromtimestamp(self.link.bus.now())

        def work() -> Path:
            return saved(write, file, session, moment, suffix)

        async def wait() -> None:
            try:
                path = await asyncio.to_thread(work)
            except WishError as error:
                self._refuse(str(error))
            else:
                self.notify(visible(f"saved: {path}"), markup=False, timeout=_TOLD)

        self.run_worker(wait(), name="saving")

    def _refuse(self, why: str) -> None:
        self.notify(visible(why), markup=False, severity="warning", timeout=_TOLD)


def understand(wish: str) -> Wish:
    """The format by its name, else by the file's suffix, else Markdown. Raises WishError."""
    from tui.export import FORMATS

    wish = wish.strip()
    word, _, rest = wish.partition(" ")
    for known in FORMATS:
        if word.lower() == known:
            return Wish(known, rest.strip())
    for known in FORMATS:
        if Path(wish).suffix.lower() == f".{known}":
            return Wish(known, wish)
    if wish:
        raise WishError(f"which format? /export {'|'.join(FORMATS)} {wish}")
    return Wish("md", "")


def document(path: Path, format: Format) -> str:
    """A journal's session, masked. Raises WishError."""
    import msgspec

    from tui.export import export
    from tui.journal.file import read

    try:
        reading = read(path)
        records = list(reading)
    except OSError as error:
        raise WishError(f"{path} cannot be read: {error.strerror}") from error
    return export(records, msgspec.to_builtins(reading.header), format)


def saved(write: Written, file: str, session: str, moment: datetime, suffix: str) -> Path:
    """Where the document is now: in the file wished for, new, or in the program's own folder. Raises WishError."""
    from tui.export.file import save_in, save_written

    path = Path(file)
    try:
        path = path.expanduser() if file else exports_folder()
        if file and not path.is_dir():
            return save_written(write, path)
        return save_in(path, session, moment, suffix, write)
    except FileExistsError as error:
        raise WishError(f"{path} is there already: choose another name") from error
    except OSError as error:
        raise WishError(f"{path} cannot be written: {error.strerror}") from error
    except RuntimeError as error:  # no such user's home
        raise WishError(f"{path}: {error}") from error


def picture(drawn: str, redact: Callable[[str], str]) -> str:
    """Textual's SVG of the screen, without what it would load from the web, with secrets masked in place.

    A secret that the screen shows on two lines is masked where its first line can be recognised.
    """
    import html

    def masked(found: re.Match[str]) -> str:
        text = html.unescape(found[2].replace(_BLANK, " "))
        shown = redact(text)
        if shown == text:
            return found[0]
        return found[1] + html.escape(shown.ljust(len(text))).replace(" ", _BLANK)

    return visible(_TEXT.sub(masked, _FONT.sub("", drawn))).translate(_NO_XML)
