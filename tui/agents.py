"""The built-in agents by name, and what can be said of an AGENT argument without importing anything."""

import difflib
from pathlib import Path
from typing import Final

BUILTIN_AGENTS: Final = {
    "demo": "a guide with tools and a handoff, to try it all (the default)",
    "storyteller": "tells stories: plain streaming text",
    "game-master": "rolls dice, flips coins, answers by magic: tool calls",
    "friendly": "a friendly assistant that remembers the conversation",
}


def check_spec(spec: str, folder: Path) -> str:
    """One line on what is wrong with an AGENT argument, seen from `folder`; empty if nothing can be seen."""
    path, _, _ = spec.partition(":") if ".py:" in spec or not spec.endswith(".py") else (spec, "", "")
    if spec in BUILTIN_AGENTS:
        return ""
    if path.endswith(".py"):
        return _check_file(folder / path, path)
    if ":" in spec:
        module, _, attribute = spec.partition(":")
        if not module or not attribute:
            return f"AGENT {spec!r} is incomplete: give module:attribute, e.g. my_app:agent"
        return ""
    near = difflib.get_close_matches(spec, BUILTIN_AGENTS, 1)
    if near:
        return f"there is no built-in agent {spec!r}; did you mean {near[0]!r}?"
    names = ", ".join(BUILTIN_AGENTS)
    return f"AGENT {spec!r} is neither a built-in ({names}) nor module:attribute nor path/to/file.py"


def _check_file(file: Path, named: str) -> str:
    if file.is_file():
        return ""
    siblings = [other.name for other in file.parent.glob("*.py")] if file.parent.is_dir() else []
    near = difflib.get_close_matches(file.name, siblings, 1)
    where = "" if file.parent.is_dir() else f"; there is no folder {str(Path(named).parent)!r}"
    return f"there is no file {named!r}" + (
        f"; did you mean {str(Path(named).with_name(near[0]))!r}?" if near else where
    )
