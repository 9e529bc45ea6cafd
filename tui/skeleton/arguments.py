"""Whether a command line opens the screen, told without a parser; when in doubt it does not.

What is refused here merely starts without a skeleton: the real parser (`tui.cli.screen`) has the last word.
"""

# ruff: noqa: PTH110, PTH111, PTH113, PTH123 - importing pathlib takes longer than all that is done here

import os
import sys

from tui.skeleton.looks import THEMES

AGENTS = ("demo", "storyteller", "game-master", "friendly")
"""The built-in ones; `tui.agents` describes them."""
VALUED = ("--base-url", "--api", "--model", "--stall-limit", "--fault", "--session", "--theme")
SWITCHES = ("--cache", "--no-journal", "--otel", "--otel-content", "--continue")


class Screen:
    """What the screen that is asked for will look like."""

    def __init__(self, theme: str, resumes: bool, own_keys: bool) -> None:
        """`resumes` an earlier session; `own_keys`: the user has changed some."""
        self.theme, self.resumes, self.own_keys = theme, resumes, own_keys


def screen_of(arguments: list[str]) -> Screen | None:
    """The screen that a command line opens; None if it opens none, or if that is not certain."""
    values: dict[str, str] = {}
    agents = []
    rest = iter(arguments)
    for word in rest:
        name, given, value = word.partition("=")
        if name in VALUED:
            values[name] = value if given else next(rest, "-")
        elif word in SWITCHES:
            values[word] = "on"
        elif word.startswith("-"):
            return None
        else:
            agents.append(word)
    if any(not value or value.startswith("-") for value in values.values()):
        return None
    if len(agents) > 1 or not all(map(_names_agent, agents)) or not _plausible(values):
        return None
    theme, own_keys = _configured()
    theme = values.get("--theme", theme)
    if theme not in THEMES and not os.path.exists(f"{_config_folder()}/themes/{theme}.toml"):
        return None
    resumes = "--continue" in values or "--session" in values
    return Screen(theme, resumes, own_keys)


def _names_agent(word: str) -> bool:
    if word in AGENTS:
        return True
    path, _, attribute = word.partition(":")
    return os.path.isfile(path) if path.endswith(".py") else bool(path and attribute)


def _plausible(values: dict[str, str]) -> bool:
    if "--continue" in values and "--session" in values:
        return False
    if values.get("--api", "chat") not in ("responses", "chat"):
        return False
    return values.get("--base-url", "http://").lower().startswith(("http://", "https://"))


def _config_folder() -> str:
    """As `tui.places` has it."""
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support/agents-tui")
    base = os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser("~/.config")
    return f"{base}/agents-tui"


def _configured() -> tuple[str, bool]:
    """Of the user's file the theme, and whether it changes keys; no TOML parser, so the simple spelling only."""
    theme, own_keys = "midnight", False
    try:
        with open(f"{_config_folder()}/config.toml", encoding="utf-8") as file:
            lines = file.read(65536).splitlines()
    except (OSError, ValueError):
        return theme, own_keys
    top = True
    for line in map(str.strip, lines):
        own_keys = own_keys or line.startswith(("[keys", "keys"))
        top = top and not line.startswith("[")
        name, _, value = line.partition("=")
        if top and name.strip() == "theme":
            theme = value.partition("#")[0].strip().strip("\"'")
    return theme, own_keys
