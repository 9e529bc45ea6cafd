"""A program in a pty, watched without an emulator: what it writes and when, and what its processes use."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType


class Probe:
    """`raw` is all that was written. Times are `time.monotonic`, CPU and memory those of the whole process tree."""

    def __init__(self, command: Sequence[str], *, size: tuple[int, int] = (120, 40), folder: str) -> None:
        self.raw = bytearray()
        self.reads: list[tuple[float, int]] = []
        """When each part was read, and how much there was then."""
        columns, rows = size
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        places = {f"XDG_{kind}_HOME": folder for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**kept, **places, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"},
        )
        os.close(slave)

    def __enter__(self) -> "Probe":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self.watch(lambda: self._process.poll() is not None, 5)
        except TimeoutError:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, text: str) -> float:
        """Send keys; the moment."""
        now = time.monotonic()
        os.write(self._master, text.encode())
        return now

    def see(self, text: str, seconds: float = 60) -> float:
        """Read on until this was written after the call; the moment."""
        start, wanted = len(self.raw), text.encode()
        return self.watch(lambda: wanted in self.raw[max(0, start - len(wanted)) :], seconds)

    def watch(self, holds: Callable[[], bool], seconds: float) -> float:
        """Read on until something holds; the moment. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(bytes(self.raw[-400:]))
            self.read(0.05)
        return time.monotonic()

    def read(self, seconds: float) -> None:
        """Take in what is written within so long."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if ready:
            try:
                self.raw += os.read(self._master, 1 << 18)
            except OSError:  # the other end is closed
                return
            self.reads.append((time.monotonic(), len(self.raw)))

    def idle(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    @property
    def cpu(self) -> float:
        """Seconds of user and system time so far."""
        return sum(map(cpu_of, self._pids()))

    @property
    def peak_memory(self) -> int:
        """Bytes: the sum of each process's own peak."""
        return sum(peak_memory(pid) for pid in self._pids())

    def _pids(self) -> list[int]:
        found = [self._process.pid]
        for pid in found:
            try:
                with open(f"/proc/{pid}/task/{pid}/children") as children:  # noqa: PTH123 - a hot path of the probe
                    found += map(int, children.read().split())
            except OSError:
                continue
        return found


def cpu_of(pid: int) -> float:
    """Seconds of user and system time of a process, to the nanosecond, with threads that have ended."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) makes of a process
    except OSError:
        return 0.0


def peak_memory(pid: int) -> int:
    """Bytes that a process has had at most."""
    try:
        with open(f"/proc/{pid}/status") as status:  # noqa: PTH123
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0
