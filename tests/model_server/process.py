"""A model server in a child process, for tests whose own thread is busy with a terminal."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.model_server.script import Reply, script_to_json

_ROOT = Path(__file__).parents[2]


class ServerProcess:
    """The server of `ModelServer`, running while the `with` block does; its methods block."""

    def __init__(self, script: Sequence[Reply], *, pace: float = 0, within: float = 10) -> None:
        """`pace` is deltas per second, 0 for flat out. Waiting longer than `within` seconds raises OSError."""
        self._script, self._pace, self._within = script, pace, within
        self.base_url = ""

    def open(self, gate: str) -> None:
        """Open a gate of the script."""
        self._ask(f"gates/{gate}", "POST")

    def reached(self, gate: str) -> None:
        """Return once a reply has come to the gate."""
        self._ask(f"gates/{gate}")

    def request(self, index: int) -> dict[str, Any]:
        """The record of this model request (`Request.as_json`), as soon as its reply is over."""
        record: dict[str, Any] = self._ask(f"requests/{index}")
        return record

    def _ask(self, path: str, method: str = "GET") -> Any:
        url = f"{self.base_url.removesuffix('v1')}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=self._within) as reply:
            return json.load(reply)

    def __enter__(self) -> "ServerProcess":
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(script_to_json(self._script))
            file.flush()
            command = [sys.executable, "-m", "tests.model_server", "--script", file.name]
            self._process = subprocess.Popen(
                [*command, "--pace", str(self._pace)], cwd=_ROOT, stdout=subprocess.PIPE, text=True
            )
            assert self._process.stdout
            self.base_url = self._process.stdout.readline().strip()
        if not self.base_url:
            raise OSError(f"the model server ended with status {self._process.wait()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()
