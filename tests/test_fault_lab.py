"""The fault lab and the cache as a user meets them: the command line, `/fault`, and a run that gets over the faults."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, set_tracing_disabled

from tests.engine.driver import Driver
from tests.model_server import ModelServer, Reply, Request, ServerProcess, Text
from tests.test_link import Watcher
from tests.ui.app_driver import Screen, running
from tui import commands as c
from tui import events as e
from tui.bus import Bus, steady_clock
from tui.engine.connect import connect
from tui.engine.faults import Delays, fault_lab
from tui.engine.recovery import Policy
from tui.engine.session import Session
from tui.link.handle import Launch, Link

WORDS = [f"w{at:02} " for at in range(30)]


def go_on(request: Request) -> Reply:
    """A model that continues what it is handed."""
    asked = json.dumps(request.body)
    return [Text([word for word in WORDS if word not in asked])]


# A run gets over them


@pytest.mark.parametrize("api", ["responses", "chat"])
@pytest.mark.parametrize(
    "spec", ["429x2", "500,503", "refused", "slowfirst", "cut@7", "reset@7", "stall@7", "badjson@7", "cut", "cut@7,500"]
)
async def test_a_run_gets_over_passing_faults_without_a_lost_or_doubled_word(api: Any, spec: str) -> None:
    set_tracing_disabled(disabled=True)
    driver, agent = Driver(), Agent[Any](name="Tester")
    async with ModelServer(go_on) as server:
        connection = connect(c.Open("s", "", base_url=server.base_url, api=api, model="m"), agent, {})
        lab, connection = fault_lab(connection, agent, driver.emit, Delays(first=0))
        patience = 0.5 if spec.startswith("stall") else 60.0  # a slow machine is no stall
        policy = Policy(first_delay=0, longest_asked=0, stall=patience)
        driver.session = Session("s", agent, connection, driver.emit, policy=policy)
        lab.arm(spec)
        end = await driver.run()
        again = await driver.run("again")
        await driver.session.close()
    assert (end.status, end.error) == ("completed", "")
    assert driver.text.startswith("".join(WORDS))
    assert again.status == "completed"
    assert lab.next_request() is None
    noticed = driver.events.index(next(it for it in driver.all(e.Notice) if it.level == "warning"))
    before = sum(isinstance(event, e.TextDelta) for event in driver.events[:noticed])
    assert before == (7 if "@7" in spec else 0)


# The command line


def run(*arguments: str, cache: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "XDG_CACHE_HOME": str(cache)}
    env["PYTHONPATH"] = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "tui", "run", *arguments, "--agent", "storyteller", "--no-journal"]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=60, check=False)


def test_a_wrong_spec_is_refused_in_one_line(tmp_path: Path) -> None:
    done = run("hi", "--fault", "429,cutt@5", cache=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'cutt@5' at character 5: there is no 'cutt', did you mean cut?" in done.stderr.splitlines()[0]


def test_a_fault_befalls_the_first_request(tmp_path: Path) -> None:
    with ServerProcess([[Text("fine")]]) as server:
        done = run("hi", "--fault", "401", "--base-url", server.base_url, cache=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "401 made by the fault lab" in done.stderr


def test_with_the_cache_on_the_same_question_is_answered_without_the_server(tmp_path: Path) -> None:
    with ServerProcess([[Text(WORDS)]]) as server:
        url = server.base_url
        first = run("hi", "--cache", "--base-url", url, cache=tmp_path)
    second = run("hi", "--cache", "--base-url", url, cache=tmp_path)
    assert (first.returncode, second.returncode) == (0, 0)
    assert second.stdout == first.stdout == "".join(WORDS)
    (kept,) = tmp_path.glob("agents-tui/responses/*.sse")
    assert b"w29" in kept.read_bytes()


# The screen and its link


async def test_an_engine_takes_faults_at_its_start_and_later_and_the_next_one_has_none() -> None:
    async with ModelServer([[Text("fine")]]) as server:
        bus = Bus(steady_clock())
        link = Link(bus, Launch("s1", "storyteller", base_url=server.base_url, faults="401"))
        watcher = Watcher(bus.reader())
        await link.start()
        statuses = []
        for spec in ("", "403", "404,400", "restart"):
            if spec == "restart":
                await link.restart()
                await watcher.until(e.SessionStarted)
            elif spec:
                link.set_faults(spec)
            link.send("hello")
            end = await watcher.until(e.RunEnded)
            statuses.append(end.error[:3] or end.status)
        await link.close()
    assert statuses == ["401", "403", "404", "completed"]


def said(screen: Screen) -> str:
    return " ".join(str(notification.message) for notification in screen.app._notifications)


async def test_the_command_checks_the_spec_before_it_goes_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[str] = []
    monkeypatch.setattr(Link, "set_faults", lambda link, spec: wanted.append(spec))
    async with running() as screen:
        await screen.app.run_command("/fault cut@5,429x2")
        await screen.app.run_command("/fault off")
        assert wanted == ["cut@5,429x2", "off"]
        await screen.app.run_command("/fault 429,cutt")
        await screen.until(lambda: "did you mean cut?" in said(screen))
        await screen.until(lambda: "/fault 429,cutt" in screen.text)
        await screen.app.run_command("/fault")
        await screen.until(lambda: "e.g. /fault" in said(screen))
    assert wanted == ["cut@5,429x2", "off"]
