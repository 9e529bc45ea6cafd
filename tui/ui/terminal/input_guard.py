"""What the terminal sends, before Textual makes keys of it: a paste stays a paste, a reply is never typed text.

Textual's own parser decodes what is whole and known; this one cuts the stream into such pieces and keeps back the rest.
"""

import re
import time
from collections.abc import Callable

from textual.constants import ESCAPE_DELAY
from textual.events import Key, Paste
from textual.message import Message

from tui.safety import visible
from tui.ui.terminal import internals

_ESC = "\x1b"

_SEQUENCE = re.compile(
    r"""\x1b(?:
        \[<[-+.;0-9A-LN-Za-ln-z]{0,64}[Mm]              # SGR mouse; its numbers may be anything: VS Code sends NaN
      | \[M[^\x1b]{3}                                   # X10 mouse
      | \[\[[A-E]                                       # function keys of the Linux console
      | \[[0-9]{1,2}\$                                  # shifted keys of rxvt
      | \[(?![M<\[])[0-?]{0,256}[\x20-/]{0,8}[@-~]      # ECMA-48 control sequence
      | O[\x20-~]                                       # single shift
      | [^\x1b\[O\]P_]                                  # Alt and a key
    )""",
    re.VERBOSE,
)
_UNFINISHED = re.compile(
    r"""\x1b(?:
        \[(?:<[-+.;0-9A-LN-Za-ln-z]{0,64} | M[^\x1b]{0,2} | \[ | [0-?]{0,256}[\x20-/]{0,8})
      | [O\]P_]
    )?""",
    re.VERBOSE,
)
"""The beginning of a sequence; matches any text that starts with ESC."""

_REST = re.compile(r"[\[O\]P_]")
"""How a sequence goes on after its ESC; nobody types one of these so soon after the Escape key."""

_REPLY = re.compile(r"\x1b(?:\][0-9lLI]|P[0-9>!|$+=]|_G)")
"""How strings from a terminal begin: OSC (colours, clipboard, title), DCS (version, settings), APC (kitty graphics)."""
_REPLY_END = re.compile(r"[\x07\x9c]|\x1b\\?")
"""BEL or ST; any other escape sequence breaks a string off."""

_TEXT_KEY = re.compile(r"\x1b\[[0-9]*;?[0-9]*;([0-9:]+)u")
"""Kitty's keys with their text: a whole phrase where an input method commits one."""

PASTE_IDLE = 5.0
"""Seconds without a sizeable read after which a paste counts as ended although its end never came."""
REPLY_IDLE = 1.0
"""The same for a terminal's reply, and for an escape sequence of which more than its first two characters came."""
_KEYSTROKE = 16
"""Characters a read may have and still be somebody typing. Such reads do not keep an open paste or reply waiting, so
hammering on a keyboard that seems dead does not keep it dead."""


class InputGuard:
    """Takes the place of Textual's input parser (see `internals.replace_input_parser`).

    - Between the brackets of a paste everything is text, at whatever places the reads cut it: one `Paste` event,
      its text made `visible`. Should the closing bracket never come, the paste ends `PASTE_IDLE` seconds after the
      last sizeable read, and what came is delivered.
    - Control sequences that Textual does not know, and strings (OSC, DCS, APC), are answers to questions nobody here
      asked. They vanish; what Textual does wait for is passed on to it.
    - The Escape key acts at once: a read that is ESC alone is that key, as terminals send sequences in one piece. If
      the rest of a sequence comes right after all, it is still taken as a sequence and never as typed text.
    - Everything else reaches Textual's parser unchanged, every character of a fused read a key of its own.
    """

    def __init__(self, debug: bool = False, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._debug = debug
        self._clock = clock
        self._parser = internals.XTermParser(debug)
        self._held = ""
        """The beginning of a sequence whose rest has not come."""
        self._pasted: list[str] | None = None
        """The pieces of a paste, while one is open."""
        self._in_reply = False
        self._touched = 0.0
        self._escaped = float("-inf")
        """When ESC alone was taken for the Escape key."""

    def feed(self, data: str) -> list[Message]:
        """What was read; the empty string is the end of input."""
        if not data:
            return [*self._give_up(), *self._parser.feed("")]
        within = self._pasted is not None or self._in_reply
        if data == _ESC and not self._held and not within:
            self._escaped = self._clock()
            return [Key("escape", _ESC)]
        if _REST.match(data) and self._clock() - self._escaped < ESCAPE_DELAY:
            self._held = _ESC
        self._escaped = float("-inf")
        text, self._held = self._held + data, ""
        if not within or len(data) > _KEYSTROKE:
            self._touched = self._clock()
        found: list[Message] = []
        position = 0
        while position < len(text):
            if self._pasted is not None:
                position = self._paste(text, position, found)
            elif self._in_reply:
                position = self._reply(text, position)
            else:
                position = self._ground(text, position, found)
        return found

    def tick(self) -> list[Message]:
        """Give up waiting for what should have come by now."""
        patience = self.patience
        return self._give_up() if patience is not None and patience <= 0 else []

    @property
    def patience(self) -> float | None:
        """Seconds left until `tick` gives up waiting; None while nothing is waited for."""
        if self._pasted is not None:
            whole = PASTE_IDLE
        elif self._in_reply or len(self._held) > 2:
            whole = REPLY_IDLE
        elif self._held:
            whole = ESCAPE_DELAY
        else:
            return None
        return whole - (self._clock() - self._touched)

    def _give_up(self) -> list[Message]:
        held, self._held = self._held, ""
        if self._pasted is not None:
            self._pasted.append(held)
            return [self._end_paste()]
        if self._in_reply:
            self._in_reply = False
            return []
        return self._broken(held)

    # Each of these takes text from `position` on and returns the position after it.

    def _ground(self, text: str, position: int, found: list[Message]) -> int:
        start = text.find(_ESC, position)
        if start != position:
            end = len(text) if start == -1 else start
            found += self._parser.feed(text[position:end])
            return end
        if _REPLY.match(text, start):
            self._in_reply = True
            return start + 3
        if sequence := _SEQUENCE.match(text, start):
            found += self._sequence(sequence[0])
            return sequence.end()
        unfinished = _UNFINISHED.match(text, start)
        assert unfinished
        end = unfinished.end()
        if end == len(text):
            self._held = text[start:]
        else:
            found += self._broken(text[start:end])
        return end

    def _paste(self, text: str, position: int, found: list[Message]) -> int:
        assert self._pasted is not None
        end = text.find(internals.PASTE_END, position)
        if end != -1:
            self._pasted.append(text[position:end])
            found.append(self._end_paste())
            return end + len(internals.PASTE_END)
        stop = len(text)
        if (last := text.rfind(_ESC, position)) != -1 and internals.PASTE_END.startswith(text[last:]):
            stop = last
        self._pasted.append(text[position:stop])
        self._held = text[stop:]
        return len(text)

    def _end_paste(self) -> Paste:
        assert self._pasted is not None
        text = "".join(self._pasted).replace("\x00", "")
        self._pasted = None
        return Paste(visible(text))

    def _reply(self, text: str, position: int) -> int:
        end = _REPLY_END.search(text, position)
        if end is None:
            return len(text)
        if end[0] == _ESC and end.end() == len(text):
            self._held = _ESC
            return len(text)
        self._in_reply = False
        return end.start() if end[0] == _ESC else end.end()

    # Whole sequences

    def _sequence(self, sequence: str) -> list[Message]:
        if sequence == internals.PASTE_START:
            self._pasted = []
            return []
        if sequence == internals.PASTE_END:
            return []
        if sequence == "\x1b\r":  # Textual's table forgets the Alt of this one
            return [Key("alt+enter", None)]
        if len(sequence) > internals.LONGEST_SEQUENCE:
            return self._long(sequence)
        known = self._known(sequence)
        if not known and len(sequence) == 2:
            return [*internals.alt_key(self._parser, sequence[1])]
        if not known and sequence[1] == "O":
            return [*internals.alt_key(self._parser, "O"), *self._parser.feed(sequence[2])]
        return known

    def _known(self, sequence: str) -> list[Message]:
        """What Textual's parser makes of one whole sequence; nothing if it does not know it.

        A focus report ends whatever the parser is in the middle of. What it makes of an unknown sequence then
        (typed text) is thrown away together with the report.
        """
        try:
            known = list(self._parser.feed(sequence))
            for _ in self._parser.feed(internals.FOCUS_IN):
                pass
        except (ValueError, ArithmeticError):  # numbers out of range: its generator is finished, and the app would be
            self._parser = internals.XTermParser(self._debug)
            return []
        return [message for message in known if not _is_surrogate(message)]

    def _long(self, sequence: str) -> list[Message]:
        if (key := _TEXT_KEY.fullmatch(sequence)) is None:
            return []
        codes = (int(code) for code in key[1].split(":") if code and len(code) < 8)
        text = "".join(chr(code) for code in codes if code < 0x110000)
        return list(self._parser.feed("".join(character for character in text if character.isprintable())))

    def _broken(self, sequence: str) -> list[Message]:
        """A sequence that does not go on: the Escape key, or Alt and a key, or else nothing anybody pressed."""
        if sequence == _ESC:
            return [Key("escape", _ESC)]
        return [*internals.alt_key(self._parser, sequence[1])] if len(sequence) == 2 else []


def _is_surrogate(message: Message) -> bool:
    return isinstance(message, Key) and "\ud800" <= (message.character or "") <= "\udfff"
