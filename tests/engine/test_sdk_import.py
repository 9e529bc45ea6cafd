"""The SDK is imported without `mcp`, and nobody can tell: counts of modules, and the class that it does without."""

import subprocess
import sys

import pytest

_BEGIN = "import sys; from tui.engine.sdk_import import import_sdk; import_sdk(); "
_BUDGET = 1250
"""Modules of the engine, ready to load an agent: 1,168 when this was written, 1,429 with `mcp`."""


def _python(code: str, **environ: str) -> str:
    command = [sys.executable, "-c", _BEGIN + code]
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=60).stdout


def test_the_engine_imports_no_more_than_it_needs() -> None:
    told = _python("import tui.engine.serve; print('mcp' in sys.modules, 'uvicorn' in sys.modules, len(sys.modules))")
    mcp, uvicorn, count = told.split()
    assert (mcp, uvicorn) == ("False", "False")
    assert int(count) < _BUDGET


@pytest.mark.parametrize("use", ["from agents.mcp import MCPServerStdio", "import mcp.types"])
def test_who_uses_mcp_gets_the_real_thing(use: str) -> None:
    code = f"""
{use}
from mcp import MCPError
from agents.mcp import _compat, server, util
print(_compat.MCPError is util.MCPError is server.MCPError is MCPError, issubclass(MCPError, Exception))
"""
    assert _python(code).split() == ["True", "True"]


def test_it_can_be_switched_off() -> None:
    assert _python("print('mcp' in sys.modules)", AGENTS_TUI_FAST="0").strip() == "True"
