"""What is typed while the screen is not there yet, as the input will show it: a line of plain text.

It follows the simple keys. After one that it does not know it stands still: the app, which gets every byte, knows.
"""

import codecs

INTERRUPT, SUSPEND = "interrupt", "suspend"
_ESC = "\x1b"
_STRINGS = "]P_^X"
_KEYS = "ABCDEFHPQRSZu~"
"""Ends of control sequences that are keys; what ends otherwise is a report of the terminal."""


class Line:
    """`text` is shown; `sent` counts the prompts that were ended with Enter."""

    def __init__(self) -> None:
        self.text = ""
        self.sent = 0
        self.certain = True
        """Nothing was pressed whose effect is not known here."""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._within = ""
        """Of a sequence under way its beginning."""
        self._pasting = False
        self._last = ""

    def feed(self, data: bytes) -> str:
        """Follow what was read in one piece; `INTERRUPT` or `SUSPEND` where that is what it asks for, else empty."""
        if data == b"\x1b" and not self._within:
            self.certain = False
            return ""
        wish = ""
        for character in self._decode(data):
            wish = self._take(character) or wish
            self._last = character
        return wish

    def _take(self, character: str) -> str:
        if self._within or character == _ESC:
            self._sequence(character)
        elif self._pasting:
            self._add(character)
        elif character == "\x03":
            return self._interrupt()
        elif character == "\x1a":
            return SUSPEND
        elif self.certain:
            self._key(character)
        return ""

    def _interrupt(self) -> str:
        """As the app has it: clears what is typed; where there is nothing to clear, or asked twice, it ends."""
        if self._last in ("", "\x03") or (self.certain and not self.text and not self.sent):
            return INTERRUPT
        self.certain = self.certain and not self.sent
        self.text = ""
        return ""

    def _key(self, character: str) -> None:
        if character in "\x7f\x08":
            self.text = self.text[:-1]
        elif character == "\x15":
            self.text = ""
        elif character == "\r" and not self.text.endswith("\\"):
            self.sent += bool(self.text.strip())
            self.text = ""
        else:
            self._add(character)

    def _add(self, character: str) -> None:
        """A character that has no picture of its own (a new line, a tab, another key) makes the rest uncertain."""
        self.certain = self.certain and character.isprintable()
        if self.certain:
            self.text += character

    def _sequence(self, character: str) -> None:
        """Swallow an escape sequence; the brackets of a paste switch."""
        within = self._within + character
        kind = within[1:2]
        if kind and kind in _STRINGS:
            ended = character == "\x07" or within.endswith("\x1b\\")
            self._within = "" if ended else within[:2] + within[-1]
            return
        self._within = within
        if len(within) == 1 or (len(within) == 2 and kind in ("[", "O")):
            return
        if kind == "[" and not "@" <= character <= "~":
            return
        self._within = ""
        if within in ("\x1b[200~", "\x1b[201~"):
            self._pasting = within == "\x1b[200~"
        elif kind != "[" or character in _KEYS:
            self.certain = False
