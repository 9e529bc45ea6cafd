"""One prompt without the screen: the same engine, bus and events, printed as text or as JSON records.

Standard output carries the answer alone, byte for byte when it is a pipe and cleaned when it is a terminal; status
goes to standard error, and only if that is a terminal, but for errors.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable

from tui import events as e
from tui.bus import Bus, steady_clock
from tui.journal.writer import JournalWriter
from tui.link.handle import Launch, Link
from tui.safety import VisibleStream, one_line
from tui.wire import Record, encode_many

INTERRUPTED = 130
BROKEN_PIPE = 128 + signal.SIGPIPE
"""As the shell reports a program that a closed pipe ended."""


class _Output:
    """Where records go; keeps the exit status."""

    def __init__(self, *, json: bool) -> None:
        self._json = json
        self._terminal = os.isatty(1)
        self._chatty = os.isatty(2) and not json
        self._item = ""
        self._clean = VisibleStream()
        self._line_open = False
        self._fault = ""
        self.status: int | None = None
        """None while the run goes on."""

    def show(self, batch: list[Record]) -> None:
        """Print records. Raises BrokenPipeError when nobody reads any more."""
        if self._json:
            _write(encode_many(batch))
        else:
            text = "".join(self._text(record.event) for record in batch)
            if text:
                self._line_open = not text.endswith("\n")
                _write(text.encode("utf-8", "replace"))
        for record in batch:
            self._report(record.event)

    def end(self) -> None:
        """Close the last line on a terminal, so that the shell's prompt starts at its margin."""
        if self._terminal and self._line_open:
            _write(b"\n")

    def _text(self, event: e.Event) -> str:
        match event:
            case e.TextDelta(item=item, text=text) | e.RefusalDelta(item=item, text=text):
                if not self._terminal:
                    return text
                parted = "\n\n" if self._item and item != self._item else ""
                self._item = item
                return parted + self._clean.feed(text)
            case _:
                return ""

    def _report(self, event: e.Event) -> None:
        match event:
            case e.Notice(level="error", text=text):
                self._fault = text
                _say(text)
            case e.EngineEnded(error=error) if self.status is None:
                self.status = 1
                if not self._fault:
                    _say(error or "the engine ended")
            case e.RunEnded(status=status, error=error, hint=hint):
                self.status = {"completed": 0, "cancelled": INTERRUPTED, "failed": 1}[status]
                if status == "failed" and not self._fault:
                    _say(f"{error}{f' ({hint})' if hint else ''}")
            case _ if self._chatty:
                self._narrate(event)
            case _:
                pass

    def _narrate(self, event: e.Event) -> None:
        match event:
            case e.Notice(text=text):
                _say(text)
            case e.AttemptFailed(attempt=attempt, attempts=attempts, error=error, delay=delay) if delay is not None:
                _say(f"↻ {error}: try {attempt + 1} of {attempts} in {delay:.1f} s")
            case e.ToolCalled(name=name, arguments=arguments):
                _say(f"⚙ {name} {arguments}")
            case e.ToolEnded(name=name, output=output, failed=failed):
                _say(f"{'✗' if failed else '✔'} {name} → {output}")
            case e.HandoffOccurred(source=source, target=target):
                _say(f"⇢ {source} → {target}")
            case e.OutputCaptured(text=text):
                _say(f"│ {text}")
            case _:
                pass


async def run(
    launch: Launch,
    prompt: str,
    *,
    json: bool = False,
    journal_of: Callable[[Link], JournalWriter | None] = lambda link: None,
) -> int:
    """Run one prompt to its end; the exit status: 0 completed, 1 failed, 130 interrupted, 141 the reader went away.

    What is printed is in the journal first.
    """
    link = Link(Bus(steady_clock()), launch, respawn=False)
    journal = journal_of(link)
    reader = link.bus.reader()
    output = _Output(json=json)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, link.cancel)
    try:
        await link.start()
        link.send(prompt)
        while output.status is None and await reader.wait():
            if journal is not None:
                journal.flush()
            output.show(reader.take())
        output.end()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that nothing written at exit meets the closed pipe again
        output.status = BROKEN_PIPE
    except OSError as error:
        _say(f"the engine could not be started: {error.strerror}")
        output.status = 1
    finally:
        await link.close()
        if journal is not None:
            journal.close()
    return 1 if output.status is None else output.status


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _say(text: str) -> None:
    print(f"agents-tui: {one_line(text)}", file=sys.stderr, flush=True)  # noqa: T201
