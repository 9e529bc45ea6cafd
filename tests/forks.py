"""A server of forks: imports what is dear once, then gives a process with all of it for a few milliseconds each.

`python -m tests.forks MODULE:FUNCTION` serves on its standard input, a socket; the function is run in each fork.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NoReturn

from tests.terminal import DEADLINE

Body = Callable[[dict[str, Any], list[int]], None]
"""What a fork does with its order and the descriptors that came with it."""


class Fork:
    """A process that is the server's child, as `subprocess.Popen` would tell of it."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self._status = status
        self._waiting = threading.Lock()
        self.returncode: int | None = None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, negative for a signal. Raises TimeoutExpired."""
        with self._waiting:
            if self.returncode is None:
                if not select.select([self._status], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("fork", timeout or 0)
                self.returncode = int(os.read(self._status, 16))
                os.close(self._status)
            return self.returncode


class Forks:
    """The server, running while the `with` block does."""

    def __init__(self, body: str) -> None:
        """`body` is `module:function` of a `Body`."""
        self._body = body

    def __enter__(self) -> "Forks":
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(DEADLINE)
        self._process = subprocess.Popen([sys.executable, "-m", "tests.forks", self._body], stdin=theirs.fileno())
        theirs.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._process.wait(DEADLINE)

    def fork(self, order: dict[str, Any], descriptors: Sequence[int]) -> Fork:
        """A new process, leader of a session of its own, which has the descriptors too."""
        status, theirs = os.pipe()
        socket.send_fds(self._socket, [json.dumps(order).encode()], [theirs, *descriptors])
        os.close(theirs)
        return Fork(int(self._socket.recv(16)), status)


def _serve(server: socket.socket, body: Body) -> NoReturn:
    """Until the other end is closed; then nothing that it started is left."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    statuses: dict[int, int] = {}
    gc.collect()
    gc.freeze()
    while True:
        ready, _, _ = select.select([server.fileno(), wake], [], [])
        if wake in ready:
            os.read(wake, 512)
            _reap(statuses)
        if server.fileno() in ready:
            order, descriptors, _, _ = socket.recv_fds(server, 1 << 16, 8)
            if not order:
                for pid in statuses:
                    os.killpg(pid, signal.SIGKILL)
                os._exit(0)
            pid = os.fork()
            if pid == 0:
                os.close(descriptors[0])
                _become(server, body, json.loads(order), descriptors[1:])
            statuses[pid] = descriptors[0]
            for descriptor in descriptors[1:]:
                os.close(descriptor)


def _reap(statuses: dict[int, int]) -> None:
    while statuses:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        os.write(statuses[pid], str(os.waitstatus_to_exitcode(status)).encode())
        os.close(statuses.pop(pid))


def _become(server: socket.socket, body: Body, order: dict[str, Any], descriptors: list[int]) -> NoReturn:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    server.send(str(os.getpid()).encode())
    server.close()
    try:
        body(order, descriptors)
    except BaseException:  # noqa: BLE001 - it must not go on as a second server
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    module, _, name = sys.argv[1].partition(":")
    _serve(socket.socket(fileno=0), getattr(importlib.import_module(module), name))
