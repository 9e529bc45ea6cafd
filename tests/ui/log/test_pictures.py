"""The log as text, as it stands on the screen: one session with all that can happen, after each of its keys."""

import re
from pathlib import Path

import pytest

from tests.ui.log.log_app import RETRIED, log_of

PICTURES = Path(__file__).parent / "snapshots"

_HOUR = re.compile(r"^\d\d:\d\d:(\d\d)", re.MULTILINE)
"""Of the local time, which is another elsewhere."""

KEYS = {
    "items": ("", (100, 36)),
    "story": ("1", (100, 30)),
    "events": ("3g", (100, 30)),
    "since_the_run": ("c", (100, 36)),
    "gaps": ("cc", (100, 36)),
    "filtered": ("fkind:tool,run", (100, 16)),
    "wrong_filter": ("fkind:tool dur>no", (100, 16)),
    "searched": ("g/roll", (100, 16)),
    "error": ("ge", (100, 16)),
    "marked": ("gtmtm", (100, 16)),
    "narrow": ("gtm", (60, 16)),
    "export": ("x", (60, 16)),
}


@pytest.mark.parametrize(
    ("name", "theme"), [*((name, "midnight") for name in KEYS), ("items", "daylight"), ("filtered", "daylight")]
)
async def test_the_log_looks_as_it_did(name: str, theme: str) -> None:
    """A picture that is to change is deleted; the next run draws it anew, and fails once."""
    keys, size = KEYS[name]
    async with log_of(*RETRIED, size=size, theme=theme) as log:
        first, rest = (keys[:1], keys[1:]) if keys.startswith("f") else (keys, "")
        await log.type(first)
        await log.type(rest)
        drawn = _HOUR.sub(r"HH:MM:\1", log.text.rstrip()) + "\n"
    path = PICTURES / f"log_{name}.txt"
    if not path.exists():
        path.write_text(drawn, "utf-8")
        pytest.fail(f"{path.name} was drawn anew: look at it")
    assert drawn == path.read_text("utf-8")
