"""When the watchdog speaks, and what it says."""

import asyncio
import threading

from tests.engine.driver import DEADLINE
from tui import events as e
from tui.engine import where
from tui.engine.watchdog import Patience, Watchdog


async def test_it_is_silent_while_the_loop_runs_and_nobody_cancels() -> None:
    told: list[e.Event] = []
    watchdog = Watchdog(1, list, told.append, Patience(cancel=0, silence=60, poll=0.001))
    watchdog.start()
    assert watchdog._stuck_for(watchdog._beat + 59) is None
    assert watchdog._stuck_for(watchdog._beat + 61) == 61
    watchdog.stop()
    assert told == []


async def test_a_cancel_that_takes_no_effect_is_told_again_and_again_until_the_run_ends() -> None:
    told: asyncio.Queue[e.Event] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def emit(event: e.Event) -> None:
        loop.call_soon_threadsafe(told.put_nowait, event)

    watchdog = Watchdog(3, lambda: ["slow", "slower"], emit, Patience(cancel=0.01, silence=60, again=0.01, poll=0.001))
    watchdog.start()
    watchdog.cancel_asked()
    async with asyncio.timeout(DEADLINE):
        first, second = await told.get(), await told.get()
    watchdog.stop()
    assert isinstance(first, e.RunStuck)
    assert isinstance(second, e.RunStuck)
    assert (first.run, first.tool) == (3, "slow")
    assert 0.01 < first.seconds < second.seconds


async def test_the_place_is_found_in_another_thread_when_the_loop_is_idle() -> None:
    told: asyncio.Queue[e.Event] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    entered, release = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        release.wait(DEADLINE)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait(DEADLINE)

    def emit(event: e.Event) -> None:
        loop.call_soon_threadsafe(told.put_nowait, event)

    watchdog = Watchdog(1, list, emit, Patience(cancel=0.01, silence=60, again=60, poll=0.001))
    watchdog.start()
    watchdog.cancel_asked()
    report = await asyncio.wait_for(told.get(), DEADLINE)
    watchdog.stop()
    release.set()
    thread.join()
    assert isinstance(report, e.RunStuck)
    assert "test_watchdog.py" in report.where


def test_an_error_is_placed_in_the_innermost_line_of_user_code() -> None:
    def outer() -> None:
        int("x")

    try:
        outer()
    except ValueError as error:
        place = where.of_error(error)
    assert place.startswith("tests/engine/test_watchdog.py:")
    assert place.endswith(" in outer")
