"""Which failures are tried again, after what wait, and how the tries are counted."""

import asyncio

import pytest
from agents import Agent

from tests.engine.breaks import APIS, WHOLE, state_of
from tests.engine.driver import AT_ONCE, Driver, driving
from tests.model_server import (
    Failed,
    ModelServer,
    Reply,
    Reset,
    Status,
    Text,
    Usage,
)
from tui import events as e
from tui.engine.recovery import Policy


@APIS
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_another_try_cannot_mend_is_not_tried_again(api: str, status: int) -> None:
    async with (
        ModelServer([[Status(status)]]) as server,
        driving(Agent(name="T"), base_url=server.base_url, api=api) as it,
    ):
        end = await it.run()
    assert (end.status, len(server.requests)) == ("failed", 1)
    assert end.hint
    assert it.all(e.AttemptFailed) == []


async def test_an_account_without_quota_is_not_tried_again() -> None:
    body = '{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}'
    async with (
        ModelServer([[Status(429, body=body)]]) as server,
        driving(Agent(name="T"), base_url=server.base_url) as it,
    ):
        end = await it.run()
    assert (end.kind, len(server.requests)) == ("rate_limit", 1)
    assert "billing" in end.hint


async def hurried(it: Driver, attempt: int) -> None:
    """Ask for the next try until it begins: before the wait has begun that changes nothing."""
    async with asyncio.timeout(10):
        while not any(start.attempt == attempt for start in it.all(e.AttemptStarted)):
            it.session.retry_now()
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("headers", "delays"),
    [({}, [1.0, 2.0]), ({"retry-after": "7"}, [7.0, 7.0]), ({"retry-after-ms": "250"}, [0.25, 0.25]),
     ({"retry-after": "9999"}, [120.0, 120.0]), ({"retry-after": "soon"}, [1.0, 2.0])],
)  # fmt: skip
async def test_the_wait_is_the_servers_wish_or_doubles(headers: dict[str, str], delays: list[float]) -> None:
    script: list[Reply] = [[Status(429, headers)], [Status(429, headers)], [Text("x")]]
    async with (
        ModelServer(script) as server,
        driving(Agent(name="T"), base_url=server.base_url, policy=Policy()) as it,
    ):
        after = len(it.events)
        it.session.send("hello")
        for number in (1, 2):
            await hurried(it, number + 1)
        await it.until(e.RunEnded, after=after)
    assert [failed.delay for failed in it.all(e.AttemptFailed)] == delays
    assert it.text == "x"


async def test_a_cancel_ends_the_wait_at_once() -> None:
    async with (
        ModelServer([[Text(WHOLE[:12]), Reset()], [Text("never")]]) as server,
        driving(Agent(name="T"), base_url=server.base_url, policy=Policy(first_delay=60.0, longest_delay=60.0)) as it,
    ):
        it.session.send("hello")
        await it.until(e.AttemptFailed)
        end = await it.cancel()
        assert it.session.conversation.cut
    assert (end.status, len(server.requests)) == ("cancelled", 1)
    assert WHOLE[:12] in str(it.session.conversation.items)


async def test_state_counts_tries_kinds_and_recoveries() -> None:
    script: list[Reply] = [[Status(500)], [Text("a")], [Status(429)], [Text("b"), Reset()], [Status(500)]]
    async with (
        ModelServer(script) as server,
        driving(Agent(name="T"), base_url=server.base_url, policy=AT_ONCE) as it,
    ):
        await it.run()
        await it.run()
    metrics = state_of(it).metrics
    assert metrics.failures == {"server": 2, "rate_limit": 1, "network": 1}
    assert (metrics.tries, metrics.errors, metrics.recoveries, metrics.given_up) == (5, 4, 1, 1)


@APIS
async def test_tokens_of_all_tries_are_counted_where_they_are_told(api: str) -> None:
    script: list[Reply] = [[Text("Once "), Failed("server_error", "x"), Usage(10, 2)], [Text("more"), Usage(20, 3)]]
    async with ModelServer(script) as server, driving(Agent(name="T"), base_url=server.base_url, api=api) as it:
        await it.run()
    known = [(usage.input, usage.output) for usage in it.all(e.UsageReported)]
    assert known == [(30, 5) if api == "responses" else (20, 3)]
