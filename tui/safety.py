"""What untrusted text must lose before it may reach a terminal, a log file or an error message.

`visible` is about control: nothing that a model, tool, file or network sent may move the cursor, write the clipboard,
or show text in another order than it has. `redact` is about secrets.
"""

import re
from collections.abc import Iterable, Mapping

# Control characters

_RANGES = (
    (0x00, 0x08),
    (0x0B, 0x1F),  # C0 but \t and \n
    (0x7F, 0x9F),  # DEL, C1
    (0xAD, 0xAD),  # soft hyphen: some terminals draw it, some do not
    (0x61C, 0x61C),  # Arabic letter mark
    (0x180E, 0x180E),  # Mongolian vowel separator
    (0x200E, 0x200F),  # left-to-right and right-to-left mark
    (0x2028, 0x202E),  # line and paragraph separator, bidi embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates, deprecated format characters
    (0x3164, 0x3164),  # Hangul filler: an invisible letter
    (0xD800, 0xDFFF),  # lone surrogates: cannot be encoded at all
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
    (0xFFF9, 0xFFFB),  # interlinear annotation
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE007F),  # tag characters: a whole hidden alphabet
)

HIDDEN = "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES)
r"""Every code point that `visible` replaces, as the inside of a regular expression's `[...]`.

Not in it, because scripts need them and they command nothing: zero width joiner and non-joiner (emoji, Arabic, Indic),
zero width space (word breaks of Khmer and Thai), variation selectors, combining marks."""

_STAND_INS: dict[int, str] = {code: "\ufffd" for first, last in _RANGES for code in range(first, last + 1)}
_STAND_INS |= {code: chr(0x2400 + code) for code in range(0x20) if code in _STAND_INS}
_STAND_INS |= {0x0D: "\n", 0x7F: "\u2421", 0xAD: "\u2010"}

_find_hidden = re.compile(f"[{HIDDEN}]").search


def visible(text: str) -> str:
    r"""The text with a visible stand-in of one cell for each character that commands, hides or reorders.

    C0 controls and DEL become their control pictures (ESC is U+241B), a soft hyphen becomes a hyphen, all others
    (C1, bidi, tags, surrogates) U+FFFD. `\r\n` and `\r` become `\n`; `\n` and `\t` stay, as does everything that
    scripts and emoji need. Each code point is replaced on its own, so cutting text anywhere changes nothing, but for
    one place: a `\r` ending one piece and a `\n` starting the next give two line ends. Where pieces of a stream are
    cleaned one by one, use `VisibleStream`; where the whole text is at hand, clean the whole.
    """
    if _find_hidden(text) is None:
        return text
    return text.replace("\r\n", "\n").translate(_STAND_INS)


class VisibleStream:
    r"""`visible` for a text that comes in pieces: the results joined are what `visible` makes of the pieces joined.

    Nothing is held back. A `\r` gives its line end at once; a `\n` that then starts the next piece gives none.
    """

    def __init__(self) -> None:
        self._after_return = False

    def feed(self, piece: str) -> str:
        """The next piece, cleaned."""
        if not piece:
            return ""
        rest = piece[1:] if self._after_return and piece[0] == "\n" else piece
        self._after_return = piece[-1] == "\r"
        return visible(rest)


_BLANKS = re.compile(r"\s+")
_AHEAD = 4
"""Characters of the source looked at first for each one wanted: whole megabytes are not folded for one row."""


def _fold(text: str) -> str:
    return _BLANKS.sub(lambda blanks: "⏎" if "\n" in blanks[0] else " ", visible(text).strip())


def one_line(text: str, limit: int | None = None) -> str:
    """`visible` text on one line, without blanks at its ends, at most `limit` characters, the last one `…` if cut.

    A run of blanks becomes one space, one with a line end in it `⏎`: two commands must not look like one.
    """
    if limit is None:
        return _fold(text)
    line = _fold(text[: limit * _AHEAD])
    if len(line) <= limit and len(text) > limit * _AHEAD:
        line = _fold(text)
    return line if len(line) <= limit else line[: max(0, limit - 1)] + "…"


# Secrets

_KINDS = r"sk-(?:proj-|svcacct-|admin-|ant-|or-)?|pk-|rk-|gsk_|hf_|r8_|gh[opsru]_|github_pat_|glpat-|xox[abeprs]-"
_NAMES = (
    r"(?:api|access|account|private|secret|encryption|signing|subscription)[_-]?key"
    r"|token|secret|passw(?:or)?d|passphrase|credentials?|connection[_-]?string"
)
_ASSIGNED = r"""\\?["']?\s{0,4}[:=]\s{0,4}"""
_VALUE = r"""(?:\\?"(?P<double>[^"\\\r\n]+)|\\?'(?P<single>[^'\\\r\n]+)|(?P<bare>[^\s"'\\,;&)}\]]+))"""
_SCHEME = r"""\\?["']?(?:(?:bearer|basic|token|apikey)\s{1,4})?"""

_KEYS = (
    r"-----BEGIN[A-Z ]{0,40}PRIVATE KEY-----(?P<value>[^-]+)",
    r"\bbearer\s{1,4}(?P<value>[\w.~+/=-]{8,})",
    rf"(?<![a-z0-9])(?P<value>(?:{_KINDS})[\w-]{{8,}})",
    r"(?<![\w-])(?P<value>eyJ[\w-]{8,}[\w.-]{8,})",
    r"\b(?P<value>(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35})",
)
"""Shapes that hardly anything but a secret has."""
_RULES = (
    *_KEYS,
    rf"(?:authorization|cookie){_ASSIGNED}{_SCHEME}(?P<value>[^\s\"'\\][^\r\n\"'\\]*)",
    rf"(?:{_NAMES}){_ASSIGNED}{_VALUE}",
    r"[?&;](?:key|sig|signature|auth|code|jwt|x-(?:amz|goog)-[a-z-]{1,30})=(?P<value>[^&\s\"'#<>]+)",
    r"://(?P<value>[^\s/@:\"']{0,128}:[^\s/@\"']{1,256})@",
)
"""Shapes of secrets: what the named groups match is masked, the rest is kept.

Linear time by construction: each rule starts at a literal, all that may repeat before the secret is bounded, and the
secret itself is one run that cannot fail after it began."""

_SHAPES = tuple(re.compile(rule, re.IGNORECASE) for rule in _RULES)
KEY_SHAPES = _SHAPES[: len(_KEYS)]
_KEY_MARKS = (
    "private key", "bearer", "sk-", "pk-", "rk-", "gsk_", "hf_", "r8_", "gho_", "ghp_", "ghr_", "ghs_", "ghu_",
    "github_pat_", "glpat-", "xox", "eyj", "akia", "asia", "aiza",
)  # fmt: skip
"""Where none of these is, no shape of `_KEYS` is: looking for words costs a tenth of looking for shapes."""
_KIND = re.compile(_KINDS, re.IGNORECASE)
_MASKED = re.compile(rf"(?:{_KINDS})?…[^…]{{0,4}}", re.IGNORECASE)
_HARMLESS = frozenset({"none", "null", "true", "false"})
_SHORTEST = 16
"""Characters a secret must have for its last four to be shown: less would be no secret any more."""


def hide(value: str) -> str:
    """What stands in place of a secret: its kind, and its last four characters where it is long."""
    if _MASKED.fullmatch(value) or value.lower() in _HARMLESS:
        return value
    kind = _KIND.match(value)
    return f"{kind[0] if kind else ''}…{value[-4:].strip() if len(value) >= _SHORTEST else ''}"


def _masked(found: re.Match[str]) -> str:
    name = found.lastgroup
    if name is None:
        return found[0]
    start, end = (place - found.start() for place in found.span(name))
    return found[0][:start] + hide(found[name]) + found[0][end:]


def may_hold_key(text: str) -> bool:
    """Whether it is worth while to look for the shapes of `KEY_SHAPES`."""
    lower = text.lower()
    return any(mark in lower for mark in _KEY_MARKS)


def redact_keys(text: str) -> str:
    """The text with keys, bearer tokens, JSON web tokens and private keys masked, and nothing that may be less.

    For text that must stay what it was: `redact` also takes `token = stream.next()` for an assigned secret.
    """
    if not may_hold_key(text):
        return text
    for shape in KEY_SHAPES:
        text = shape.sub(_masked, text)
    return text


def redact(text: str) -> str:
    """The text with everything that has the shape of a secret masked, enough left to recognise it: `sk-…a1b2`.

    Known shapes: keys of common services, bearer tokens, `Authorization` and `Cookie` values, values assigned to
    names such as `api_key`, `token` or `password`, credentials and signatures in URLs, JSON web tokens, private keys.
    Takes time linear in the text's length.
    """
    for shape in _SHAPES:
        text = shape.sub(_masked, text)
    return text


_SECRET_VARIABLE = re.compile(
    r"(?:^|_)(?:API)?(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)S?(?:_|$)", re.IGNORECASE
)
_SHORTEST_EXACT = 8
"""Characters: `TOKEN=1` must not mask every 1 on the screen."""


class Secrets:
    """Exact values that must not be shown, masked wherever they stand, besides all that `redact` knows by shape."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted({value for value in values if len(value) >= _SHORTEST_EXACT}, key=len, reverse=True)
        self.known = tuple(known)
        """The values, the longest first."""
        self._exact = re.compile("|".join(map(re.escape, known))) if known else None

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> "Secrets":
        """The values of all variables whose names speak of a key, token, secret, password or credentials."""
        return cls(value for name, value in environment.items() if _SECRET_VARIABLE.search(name))

    def mask(self, text: str) -> str:
        """The text without the registered values."""
        if self._exact is None or not any(value in text for value in self.known):
            return text
        return self._exact.sub(lambda found: hide(found[0]), text)

    def redact(self, text: str) -> str:
        """The text without the registered values and without what has the shape of a secret."""
        return redact(self.mask(text))
