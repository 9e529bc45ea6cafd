"""What an engine's process says, line by line, as events: decoded, and without the user's keys in them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from tui import events as e
from tui.link.child import ReceiveLines
from tui.safety import Secrets
from tui.wire import Stamped, WireError, decode_stamped


class Intake:
    """`publish` takes events that happen now: what user code printed, and lines of the engine that are none."""

    def __init__(self, secrets: Secrets, publish: Callable[[e.Event], None]) -> None:
        self._secrets, self._publish = secrets, publish

    def events(self, lines: Iterable[bytes]) -> Iterator[Stamped]:
        """The engine's events, in order."""
        for line in lines:
            try:
                stamped = decode_stamped(line)
            except WireError as error:
                self._publish(e.Notice("error", f"a line from the engine could not be read: {error}"))
                continue
            yield self._without_secrets(stamped)

    def output(self, stream: Literal["stdout", "stderr"]) -> ReceiveLines:
        """A receiver for what the process prints."""

        def receive(lines: list[bytes]) -> None:
            for line in lines:
                text = line.decode("utf-8", "replace").rstrip("\r")
                self._publish(e.OutputCaptured(stream, self._secrets.mask(text)))

        return receive

    def _without_secrets(self, stamped: Stamped) -> Stamped:
        """What is said about the run, unlike what the model said, is shown and kept without keys in it."""
        match stamped.event:
            case e.Notice(level=level, text=text, detail=detail):
                clean: e.Event = e.Notice(level, self._secrets.redact(text), self._secrets.redact(detail))
            case e.OutputCaptured(stream=stream, text=text, level=level_name):
                clean = e.OutputCaptured(stream, self._secrets.mask(text), level_name)
            case _:
                return stamped
        return Stamped(stamped.at, clean)
