"""Imports the SDK without what costs half of that and is not used until an MCP server is: the `mcp` package.

Of that package the SDK needs one exception class at import. It gets a stand-in, which gives way to the real class
before anything else of `mcp`, or of what the SDK has for it, is imported. `AGENTS_TUI_FAST=0` imports all at once.
"""

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any, Final

SWITCH: Final = "AGENTS_TUI_FAST"
"""Environment variable; `0` does everything the way the SDK and its client do it by themselves."""

_KNOWN: Final = {"openai-agents": "0.24.", "mcp": "2."}
"""Beginnings of the versions whose imports are as described."""

_EXCEPTIONS: Final = "mcp.shared.exceptions"
_NAME: Final = "MCPError"
_USERS: Final = ("agents.mcp._compat", "agents.mcp.util")
"""Modules of the SDK that take the class."""


def import_sdk() -> None:
    """Import `agents`, and have the garbage collector never look at what came with it."""
    gc.disable()
    try:
        if _is_known():
            _without_mcp()
        import_module("agents")
        gc.freeze()
    finally:
        gc.enable()


def _is_known() -> bool:
    if os.environ.get(SWITCH) == "0" or any(name in sys.modules for name in ("agents", "mcp")):
        return False
    try:
        return all(version(name).startswith(begin) for name, begin in _KNOWN.items())
    except PackageNotFoundError:
        return False


class _StandIn(Exception):  # noqa: N818 - in the place of one named `MCPError`
    """Nothing raises it."""


def _without_mcp() -> None:
    module = ModuleType(_EXCEPTIONS)
    setattr(module, _NAME, _StandIn)
    sys.modules[_EXCEPTIONS] = module
    try:
        import_module("agents")
    finally:
        del sys.modules[_EXCEPTIONS]
        sys.meta_path.insert(0, _Relief())


class _Relief(MetaPathFinder):
    """Waits for the first import of `mcp`, whoever makes it, and then puts the real class in its places."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != "mcp":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            _after(spec.loader, _relieve)
        return spec


def _after(loader: Any, then: Any) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        execute(module)
        then()

    loader.exec_module = exec_module


def _relieve() -> None:
    real = getattr(import_module(_EXCEPTIONS), _NAME)
    for user in _USERS:
        module = sys.modules.get(user)
        if module is not None and getattr(module, _NAME, None) is _StandIn:
            setattr(module, _NAME, real)
