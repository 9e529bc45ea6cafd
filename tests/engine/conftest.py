"""Every test against a model server runs twice: with the short way of deltas and without it."""

import os

import pytest

from tests.model_server import ModelServer
from tui.engine.sdk_import import SWITCH


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if ModelServer in vars(metafunc.module).values():
        metafunc.parametrize("_short_way", ["short", "long"], indirect=True)


@pytest.fixture(autouse=True)
def _short_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if getattr(request, "param", "short") == "long":
        monkeypatch.setenv(SWITCH, "0")
    elif SWITCH in os.environ:
        monkeypatch.delenv(SWITCH)
