"""Text that must not reach a terminal as it is: a corpus of escape payloads, and what to look for in raw output.

Each payload stands between letters of its own, so that finding it in a program's output means it went through as a
whole; `leaks` also finds what went through in part.
"""

import re

_BARE = {
    "osc52": "\x1b]52;c;UFdORUQ=\x1b\\",
    "osc52_bel": "\x1b]52;c;UFdORUQ=\x07",
    "osc0_title": "\x1b]0;owned\x1b\\",
    "osc0_title_bel": "\x1b]0;owned\x07",
    "osc8_link": "\x1b]8;;http://evil.test/\x1b\\x\x1b]8;;\x1b\\",
    "osc10_query": "\x1b]10;?\x1b\\",
    "osc1337": "\x1b]1337;File=inline=1:AAAA\x07",
    "osc_open": "\x1b]0;never ends",
    "sgr": "\x1b[31;5;8m",
    "clear": "\x1b[2J",
    "cursor": "\x1b[7;7H",
    "main_screen": "\x1b[?1049l",
    "mouse_off": "\x1b[?1003l",
    "scroll_region": "\x1b[5;6r",
    "insert": "\x1b[4h",
    "device_attributes": "\x1b[c",
    "cursor_report": "\x1b[6n",
    "window_report": "\x1b[21t",
    "kitty_pop": "\x1b[<1u",
    "full_reset": "\x1bc",
    "decaln": "\x1b#8",
    "charset": "\x1b(0",
    "dcs": "\x1bP$qm\x1b\\",
    "dcs_tmux": "\x1bPtmux;\x1b\x1b]52;c;AAAA\x07\x1b\\",
    "apc": "\x1b_Ga=q;AAAA\x1b\\",
    "pm": "\x1b^x\x1b\\",
    "sos": "\x1bXx\x1b\\",
    "lone_escape": "\x1b",
    "c1_csi": "\x9b2J",
    "c1_osc": "\x9d0;owned\x9c",
    "c1_dcs": "\x90$qm\x9c",
    "c1_nel": "\x85",
    "c1_ri": "\x8d",
    "nul": "\x00",
    "enquiry": "\x05",
    "bell": "\x07",
    "backspace": "\x08\x08\x08",
    "vertical_tab": "\x0b",
    "form_feed": "\x0c",
    "carriage_return": "\rover",
    "shift_out": "\x0e",
    "shift_in": "\x0f",
    "cancel": "\x18",
    "substitute": "\x1a",
    "unit_separator": "\x1f",
    "delete": "\x7f",
    "bidi_override": "\u202ecod.exe",
    "bidi_embedding": "\u202b\u202a\u202c",
    "bidi_isolate": "\u2067\u2066\u2068\u2069",
    "bidi_marks": "\u200e\u200f\u061c",
    "line_separator": "\u2028",
    "paragraph_separator": "\u2029",
    "byte_order_mark": "\ufeff",
    "word_joiner": "\u2060",
    "annotation": "\ufff9\ufffa\ufffb",
    "tags": "\U000e0001\U000e0068\U000e0069\U000e007f",
    "hangul_filler": "\u3164\uffa0",
    "soft_hyphen": "\xad",
}

PAYLOADS = {name: f"Q{bare}Z" for name, bare in _BARE.items()}
"""Each payload by name."""

ALL = " ".join(PAYLOADS.values())
"""The whole corpus on one line (of about 1,000 cells)."""

_OWN = re.compile(
    r"""\x1b(?:
        \[[0-9;:]*[mHABCDJK]            # style and cursor
      | \[\?[0-9;]+[hl]                 # modes
      | \[\?(?:2026|2048)\$p            # the two modes that Textual asks for
      | \[[<>][0-9]*u                   # kitty's keyboard
      | \]8;id=[^;\x1b]*;[!-~]*\x1b\\   # links: opened,
      | \]8;;\x1b\\                     # and closed
      | \]22;[a-z-]+\x07                # the shape of the mouse pointer
    )""",
    re.VERBOSE,
)
"""What an app on Textual writes itself."""

_CONTROL = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def leaks(raw: bytes) -> list[str]:
    """Names of the payloads that stand in a program's raw output, and any control character that is not Textual's.

    Line ends are let through: programs write them before and after the full screen.
    """
    output = raw.decode("utf-8", errors="replace")
    whole = [name for name, payload in PAYLOADS.items() if payload in output]
    return whole + sorted({f"U+{ord(found):04X}" for found in _CONTROL.findall(_OWN.sub("", output))})
