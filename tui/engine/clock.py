"""The engine's time: a wall clock that never jumps, taken from a monotonic one."""

import time

_EPOCH = time.time() - time.perf_counter()


def now() -> float:
    """Seconds since the epoch, as the wall clock stood when the process began plus what has passed since."""
    return _EPOCH + time.perf_counter()
