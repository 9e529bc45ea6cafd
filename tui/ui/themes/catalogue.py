"""The themes there are: shipped ones and the user's, found by name and loaded without ever stopping the start.

Textual is imported only to load a theme, so that a command line can be checked before the screen's libraries are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tui.ui.themes.errors import ThemeError, did_you_mean

if TYPE_CHECKING:
    from textual.theme import Theme

DEFAULT_THEME: Final = "midnight"


class ThemeSet(NamedTuple):
    """Every theme that loaded, by name, and one plain line for each file that did not."""

    themes: Mapping[str, Theme]
    problems: tuple[str, ...]
    descriptions: Mapping[str, str]
    """Of every theme, for the picker; empty where the file has none."""


def theme_names(user_dir: Path | None = None) -> tuple[str, ...]:
    """The names `--theme` takes, in order; no file is opened."""
    return tuple(sorted(_paths(user_dir)))


def load_theme(name: str, user_dir: Path | None = None) -> tuple[Theme, tuple[str, ...]]:
    """One theme, and what went wrong on the way to it.

    A user's file that does not load gives way to the shipped one of that name, an unknown name to `DEFAULT_THEME`.
    """
    from tui.ui.themes.file import read_theme

    problems = []
    paths = _paths(user_dir)
    if name not in paths:
        problems.append(f"no theme {name!r}{did_you_mean(name, paths)}")
    for path in (*paths.get(name, ()), *_paths(None)[DEFAULT_THEME]):
        try:
            return read_theme(path)[0], tuple(problems)
        except ThemeError as bad:
            problems.append(_line(path, bad))
    raise RuntimeError(f"the shipped theme does not load: {problems[-1]}")


def load_themes(user_dir: Path | None = None) -> ThemeSet:
    """All themes, shipped and the user's `*.toml`; of two with one name the user's, if it loads."""
    from tui.ui.themes.file import read_theme

    themes: dict[str, Theme] = {}
    descriptions: dict[str, str] = {}
    problems: list[str] = []
    for name, paths in sorted(_paths(user_dir).items()):
        for path in paths:
            try:
                themes[name], descriptions[name] = read_theme(path)
                break
            except ThemeError as bad:
                problems.append(_line(path, bad))
    return ThemeSet(themes, tuple(problems), descriptions)


def _paths(user_dir: Path | None) -> dict[str, tuple[Path, ...]]:
    """The files of each theme name, the one to prefer first."""
    package = Path(__file__).parents[2]
    shipped = next(folder for folder in (package / "themes", package.parent / "themes") if folder.is_dir())
    found: dict[str, tuple[Path, ...]] = {}
    for folder in (shipped, user_dir):
        for path in sorted(folder.glob("*.toml")) if folder is not None else ():
            found[path.stem] = (path, *found.get(path.stem, ()))
    return found


def _line(path: Path, error: ThemeError) -> str:
    shown = str(path)
    return f"{shown if shown.isprintable() else repr(shown)}: {error}"
