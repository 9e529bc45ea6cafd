"""The rules of the house that no linter checks: what is imported when, and how large things may get."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tui.agents import BUILTIN_AGENTS

_SOURCES = sorted((Path(__file__).parents[1] / "tui").rglob("*.py"))

_CATALOGUES = ("events.py",)
"""Flat lists of one small class after another, which one wants to read in one place."""


def _modules_after(code: str) -> set[str]:
    """The modules a fresh interpreter holds after running some code."""
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import tui.cli\ntry: tui.cli.main(['--help'])\nexcept SystemExit: pass",
        "import tui.fold, tui.link.handle, tui.conversation, tui.headless",
    ],
    ids=["help", "fold and link"],
)
def test_neither_the_screen_nor_the_sdk_is_loaded_for(code: str) -> None:
    assert not _modules_after(code) & {"textual", "rich", "agents", "openai", "pydantic", "opentelemetry"}


def test_the_screen_does_not_load_the_sdk() -> None:
    loaded = _modules_after("import tui.ui.app")
    assert "textual.app" in loaded
    late = {"pygments.lexers.python", "markdown_it", "rich.markdown", "plotext", "opentelemetry"}
    assert not loaded & {"agents", "openai", "pydantic", *late}


def test_the_command_line_knows_the_built_in_agents_by_name() -> None:
    code = "from tui.engine.builtin import BUILTIN\nsys.modules['/'.join(BUILTIN)] = sys"
    assert "/".join(BUILTIN_AGENTS) in _modules_after(code)


@pytest.mark.parametrize("path", _SOURCES, ids=lambda path: "/".join(path.parts[path.parts.index("tui") :]))
def test_files_and_functions_stay_small(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= (500 if path.name in _CATALOGUES else 300)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, f"{node.name} is too long"


def test_every_module_that_the_readme_names_exists() -> None:
    root = Path(__file__).parents[1]
    named = re.findall(r"`(tui/[^`]*)`", (root / "README.md").read_text("utf-8"))
    assert len(named) > 20
    assert [name for name in named if not any(root.glob(name.rstrip("/")))] == []


def test_every_screen_over_the_panes_leaves_once() -> None:
    named = [path.name for path in _SOURCES if "ModalScreen" in path.read_text("utf-8")]
    assert named == ["overlay.py"], "see tui/ui/dialogues/overlay.py"


def test_only_the_fold_writes_state() -> None:
    """No assignment through a name or attribute called `state` outside `tui.fold`."""
    for path in _SOURCES:
        if "fold" in path.parts or "state" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
                continue
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                owner = target.value if isinstance(target, ast.Attribute) else None
                name = getattr(owner, "id", getattr(owner, "attr", ""))
                assert name not in ("state", "_state"), f"{path.name}:{node.lineno}"
