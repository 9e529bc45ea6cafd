"""Textual's driver for a terminal that the skeleton has taken: nothing is cleared, what was typed comes first."""

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from selectors import EVENT_READ, SelectSelector

from textual.drivers.linux_driver import LinuxDriver

from tui import skeleton
from tui.ui.terminal import internals
from tui.ui.terminal.input_guard import InputGuard

_TO_ALTERNATE = "\x1b[?1049h"
_POLL = 0.1
"""Seconds between looks at whether the input is to end, as Textual has it."""


class SecondDriver(LinuxDriver):
    """Second on the stage. After the shell's `fg` it starts like any other."""

    _typed: Iterable[bytes] = ()
    _is_up = False
    """The frame of the skeleton is on the alternate screen, which some terminals clear when it is asked for again."""

    def start_application_mode(self) -> None:
        handed = skeleton.hand_over()
        if handed is None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            return
        self._typed, self._is_up = handed.reads, True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._is_up = False
        self.attrs_before = handed.attributes

    def write(self, data: str) -> None:
        if not (self._is_up and data == _TO_ALTERNATE):
            super().write(data)

    def run_input_thread(self) -> None:
        """Textual's, with one parser for what was typed before and what is typed from now on."""
        parser, decoder = InputGuard(self._debug), internals.LenientDecoder()
        for data in chain(self._typed, self._reads()):
            text = "" if data is None else decoder.decode(data)
            for message in chain(parser.feed(text) if text else (), parser.tick()):
                self.process_message(message)

    def _reads(self) -> Iterator[bytes | None]:
        """What the terminal gives until the input is to end; None where nothing came for a while."""
        self._typed = ()
        with SelectSelector() as selector:
            selector.register(self.fileno, EVENT_READ)
            while not self.exit_event.is_set():
                yield os.read(self.fileno, 4096) if selector.select(_POLL) else None
