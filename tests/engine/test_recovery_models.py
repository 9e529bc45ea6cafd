"""Models that are no server's: they recover the same."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
from agents import Agent, Model, ModelProvider, ModelResponse, set_tracing_disabled
from agents.items import TResponseStreamEvent
from agents.testing import ModelStep, ScriptedModel, assistant_message

from tests.engine.driver import AT_ONCE, Driver, driving, scripted
from tui import events as e
from tui.engine.connect import Connection
from tui.engine.demo import demo_model
from tui.engine.session import Session


async def test_a_model_object_of_the_agents_own_tries_again_too_and_is_left_as_it_was() -> None:
    gone = openai.APIConnectionError(request=httpx2.Request("POST", "http://x"))
    agent = scripted(ModelStep.raise_error(gone), [assistant_message("fine")])
    async with driving(agent) as it:
        end = await it.run()
    assert (end.status, it.text) == ("completed", "fine")
    assert [failed.kind for failed in it.all(e.AttemptFailed)] == ["network"]
    assert it.all(e.ModelRequested)[0].model == "ScriptedModel"
    assert isinstance(agent.model, ScriptedModel)


async def test_the_demo_goes_on_where_it_was_cut() -> None:
    set_tracing_disabled(disabled=True)
    whole, tries = await _told(cut_after=10**9)
    assert len(whole) > 100
    assert await _told(cut_after=20) == (whole, tries + 1)


async def _told(cut_after: int) -> tuple[str, int]:
    """What the demo answers, and in how many tries."""
    driver = Driver()
    connection = Connection("demo", _CutOnce(demo_model(seed=7, speed=0), cut_after))
    driver.session = Session("s", Agent[Any](name="T"), connection, driver.emit, policy=AT_ONCE)
    await driver.run("tell me a long story")
    await driver.session.close()
    return driver.text, 1 + len(driver.all(e.AttemptStarted))


class _CutOnce(ModelProvider):
    """A model whose first response ends too soon."""

    def __init__(self, inner: Model, deltas: int) -> None:
        self._inner, self._left = inner, deltas

    def get_model(self, model_name: str | None) -> Model:
        return self._Cut(self)

    class _Cut(Model):
        def __init__(self, owner: "_CutOnce") -> None:
            self._owner = owner

        async def get_response(self, *args: Any, **options: Any) -> ModelResponse:
            raise NotImplementedError

        async def stream_response(self, *args: Any, **options: Any) -> AsyncIterator[TResponseStreamEvent]:
            async for event in self._owner._inner.stream_response(*args, **options):
                yield event
                self._owner._left -= event.type.endswith("text.delta")
                if self._owner._left == 0:
                    self._owner._left = -1
                    return
