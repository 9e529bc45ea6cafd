import functools
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from textual.theme import Theme

from tui.ui.themes.catalogue import DEFAULT_THEME, load_theme, load_themes, theme_names
from tui.ui.themes.palette import SEMANTIC

SHIPPED = ("ansi", "ansi-light", "daylight", "dracula", "gruvbox", "high-contrast", "high-contrast-light", "midnight",
           "nord", "solarized-dark", "solarized-light")  # fmt: skip
ANSI = ("ansi", "ansi-light")
COLOURED = tuple(name for name in SHIPPED if name not in ANSI)


@functools.cache
def shipped(name: str) -> Theme:
    theme, problems = load_theme(name)
    assert problems == ()
    return theme


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def problem_of(folder: Path, text: str) -> str:
    """The one line that a theme file of this text gives, without its path."""
    path = written(folder, "mine", text)
    found = load_themes(folder)
    assert set(found.themes) == set(SHIPPED)
    (line,) = found.problems
    assert line.isprintable()
    start = f"{path}: "
    assert line.startswith(start)
    return line.removeprefix(start)


def test_every_shipped_file_loads() -> None:
    found = load_themes()
    assert found.problems == ()
    assert tuple(found.themes) == theme_names() == SHIPPED
    assert all(found.descriptions[name] for name in SHIPPED)
    assert DEFAULT_THEME in SHIPPED
    for name, theme in found.themes.items():
        assert theme.name == name
        assert theme == shipped(name)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_themes_choose_every_semantic_colour(name: str) -> None:
    assert SEMANTIC.keys() <= shipped(name).variables.keys()


def test_a_users_file_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    written(tmp_path, "nord", 'primary = "#010203"\n[variables]\nuser = "red"\nreasoning = "auto 70%"')
    written(tmp_path, "zebra", 'primary = "white"')
    assert theme_names(tmp_path) == (*SHIPPED, "zebra")
    found = load_themes(tmp_path)
    assert found.problems == ()
    assert found.themes["nord"].primary == load_theme("nord", tmp_path)[0].primary == "#010203"
    assert load_theme("zebra", tmp_path)[0].primary == "white"
    assert shipped("nord").primary != "#010203"


def test_a_users_file_that_does_not_load_leaves_the_shipped_one(tmp_path: Path) -> None:
    path = written(tmp_path, "nord", 'primary = "blue-ish"')
    line = f"{path}: primary: 'blue-ish' is not a colour"
    found = load_themes(tmp_path)
    assert (found.problems, found.themes["nord"]) == ((line,), shipped("nord"))
    assert load_theme("nord", tmp_path) == (shipped("nord"), (line,))


def test_a_name_that_no_theme_has_gives_the_default_and_the_nearest_name(tmp_path: Path) -> None:
    assert load_theme("midnite") == (shipped(DEFAULT_THEME), ("no theme 'midnite'; did you mean 'midnight'?",))
    written(tmp_path, "mine", "")
    theme, problems = load_theme("mine", tmp_path)
    assert theme == shipped(DEFAULT_THEME)
    assert len(problems) == 1
    assert load_theme("\x1b[31m", tmp_path / "missing")[1] == (r"no theme '\x1b[31m'",)


@pytest.mark.parametrize("name", ["one, two", "red\x1b[31m", " mine"])
def test_a_name_that_textual_or_a_terminal_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    written(tmp_path, name, 'primary = "red"')
    found = load_themes(tmp_path)
    assert name not in found.themes
    assert len(found.problems) == 1
    assert found.problems[0].isprintable()
    assert f"{name!r} cannot name a theme" in found.problems[0]


def test_names_are_found_without_textual() -> None:
    code = (
        "import sys, tui.ui.themes.catalogue as t; t.theme_names(); "
        "print({'textual', 'rich', 'msgspec'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Object missing required field `primary`"),
        ('primry = "red"', "no such key 'primry'; did you mean 'primary'?"),
        ('primary = "red"\n[variables]\nstoped = "red"', "no such variable 'stoped'; did you mean 'stopped'?"),
        ('primary = "bluish"', "primary: 'bluish' is not a colour"),
        ('primary = "red"\npanel = "#12"', "panel: '#12' is not a colour"),
        ('primary = "red"\npanel = "auto"', "panel: 'auto' is not a colour"),
        ('primary = "red"\n[variables]\nuser = "\\u001b[31m"', r"user: '\x1b[31m' is not a colour"),
        ('primary = "red"\n[variables]\nuser = "red 101%"', "user: 'red 101%' is not a colour"),
        ('primary = "red"\n[variables]\nuser = ""', "user: '' is not a colour"),
        ('primary = "red"\n[variables]\nuser = 7', "user: 7 is not a colour"),
        ('primary = "red"\n[variables]\nlink-style = "tall"', "link-style: 'tall' is not a text style"),
        ('primary = "red"\n[variables]\ncode-theme = "x;"', "code-theme: 'x;' is not a code style"),
        ('primary = "red"\n[variables]\nbackground = "auto"', "failed to parse 'auto' as a color"),
        ('primary = "red"\ndark = "yes"', "dark: Expected `bool`, got `str`"),
        ('primary = "red"\ntext_alpha = 2.0', "text_alpha: Expected `float` <= 1.0"),
        ('primary = "red"\n\ndark yes', "Expected '=' after a key in a key/value pair (at line 3, column 6)"),
        ('primary = "\x1b"', r"Illegal character '\x1b' (at line 1, column 12)"),
    ],
)  # fmt: skip
def test_a_bad_file_gives_one_line_that_points_at_it(tmp_path: Path, text: str, problem: str) -> None:
    assert problem_of(tmp_path, text) == problem


def test_a_file_that_cannot_be_read_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "latin.toml").write_bytes(b'primary = "\xff"')
    folder, latin = load_themes(tmp_path).problems
    assert folder == f"{tmp_path / 'folder.toml'}: Is a directory"
    assert latin.startswith(f"{tmp_path / 'latin.toml'}: 'utf-8' codec can't decode byte 0xff")


def test_the_wheel_holds_the_themes(tmp_path: Path) -> None:
    wheel = pytest.importorskip("hatchling.builders.wheel")
    root = Path(__file__).parents[1]
    project = tmp_path / "project"
    for folder in ("tui", "themes"):
        shutil.copytree(root / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", project)
    for named in ("README.md", "LICENSE"):
        (project / named).touch()
    built = next(wheel.WheelBuilder(str(project)).build(directory=str(tmp_path), versions=["standard"]))
    installed = tmp_path / "installed"
    with zipfile.ZipFile(built) as archive:
        archive.extractall(installed)
    code = "import tui.ui.themes.catalogue as t; print(t.__file__, *t.theme_names())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=installed, capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.split() == [str(installed / "tui/ui/themes/catalogue.py"), *SHIPPED]
