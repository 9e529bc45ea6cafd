import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from agents import Agent

from tui.engine.load import load_agent
from tui.engine.user_code import AgentLoadError


@pytest.fixture(autouse=True)
def import_state_is_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(name: str, code: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(code), encoding="utf-8")
    return path


AGENT = "from agents import Agent\n{name} = Agent(name={name!r})\n"


def refusal(spec: str) -> AgentLoadError:
    with pytest.raises(AgentLoadError) as caught:
        load_agent(spec)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_built_in_by_name() -> None:
    assert load_agent("game-master").name == "Game Master"


def test_an_attribute_of_a_file() -> None:
    write("app.py", AGENT.format(name="one") + AGENT.format(name="two"))
    assert load_agent("app.py:two").name == "two"


def test_a_nested_attribute() -> None:
    write("app.py", "import types\n" + AGENT.format(name="one") + "box = types.SimpleNamespace(agent=one)\n")
    assert load_agent("app.py:box.agent").name == "one"


def test_the_only_agent_of_a_file_under_any_name() -> None:
    write("app.py", AGENT.format(name="mine") + "alias = mine\n")
    assert load_agent("app.py").name == "mine"


@pytest.mark.parametrize("usual", ["agent", "root_agent", "triage_agent"])
def test_the_usual_name_among_several(usual: str) -> None:
    write("app.py", AGENT.format(name="other") + AGENT.format(name=usual))
    assert load_agent("app.py").name == usual


def test_several_agents_without_a_usual_name_are_listed() -> None:
    write("app.py", AGENT.format(name="one") + AGENT.format(name="two"))
    assert "app.py:one, app.py:two" in str(refusal("app.py"))


def test_a_file_without_an_agent() -> None:
    write("app.py", "x = 1\n")
    assert "'app.py' defines no Agent" in str(refusal("app.py"))


def test_a_module_of_the_working_directory() -> None:
    write("pkg/__init__.py", "")
    write("pkg/parts.py", "NAME = 'relative'\n")
    write("pkg/app.py", "from agents import Agent\nfrom .parts import NAME\nagent = Agent(name=NAME)\n")
    assert load_agent("pkg.app:agent").name == "relative"


def test_a_file_imports_its_neighbours_from_another_working_directory(tmp_path: Path) -> None:
    write("far/parts.py", "NAME = 'neighbour'\n")
    write("far/app.py", "from agents import Agent\nfrom parts import NAME\nagent = Agent(name=NAME)\n")
    assert load_agent(str(tmp_path / "far" / "app.py")).name == "neighbour"


def test_a_factory_is_called() -> None:
    write("app.py", "from agents import Agent\ndef make():\n    return Agent(name='made')\n")
    assert load_agent("app.py:make").name == "made"


def test_a_factory_with_a_usual_name_is_found() -> None:
    write("app.py", "from agents import Agent\ndef agent():\n    return Agent(name='made')\n")
    assert load_agent("app.py").name == "made"


def test_a_file_called_like_the_sdk_leaves_the_sdk_alone() -> None:
    write("agents.py", AGENT.format(name="agent"))
    sdk = sys.modules["agents"]
    assert load_agent("agents.py").name == "agent"
    assert sys.modules["agents"] is sdk


def test_classes_of_the_file_can_be_pickled_and_described() -> None:
    write(
        "records.py",
        """
        from __future__ import annotations
        from dataclasses import dataclass
        from agents import Agent, function_tool
        from pydantic import BaseModel

        @dataclass
        class Place:
            name: str

        class Weather(BaseModel):
            place: Place

        @function_tool
        def weather(place: Place) -> Weather:
            return Weather(place=place)

        agent = Agent(name="typed", tools=[weather], output_type=Weather)
        """,
    )
    assert load_agent("records.py").name == "typed"
    place = sys.modules["records"].Place("Huế")
    assert pickle.loads(pickle.dumps(place)) == place


def test_a_changed_file_is_loaded_afresh() -> None:
    write("app.py", AGENT.format(name="old"))
    load_agent("app.py")
    write("app.py", AGENT.format(name="renewed"))
    assert load_agent("app.py").name == "renewed"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("gamemaster", "Did you mean 'game-master'?"),
        ("my_appp.py", "Did you mean 'my_app.py'?"),
        ("my_app", "Did you mean 'my_app.py'?"),
        ("nowhere/app.py", "does not exist"),
        (".:agent", "is a directory"),
        ("my_appp:agent", "There is no module 'my_appp'. Did you mean 'my_app'?"),
        ("my_app.py:agnet", "no attribute 'agnet'. Did you mean 'agent'? Agents there: agent."),
        ("my_app.py:number", "my_app.py:number is a int, not an Agent. Agents there: agent."),
        ("my_app.py:Agent", "is the class Agent, not an Agent"),
        ("my_app.py:wrong", "my_app.py:wrong() returned a str, not an Agent"),
        ("my_app.py:later", "is async"),
        ("my_app.py:needs", "needs arguments (missing a required argument: 'x')"),
        ("x" * 5000, "There is no agent called"),
        ("", "There is no agent called ''"),
    ],
    ids=lambda value: value[:40],
)
def test_what_is_wrong_is_named(spec: str, said: str) -> None:
    write(
        "my_app.py",
        AGENT.format(name="agent")
        + "number = 1\ndef wrong(): return ''\nasync def later(): return agent\ndef needs(x): return agent\n",
    )
    error = refusal(spec)
    assert said in str(error)
    assert error.traceback == ""
    assert len(str(error)) <= 600


@pytest.mark.parametrize("spec", ["app.py", "app:agent"])
def test_an_exception_at_import_is_placed_in_the_users_code(spec: str) -> None:
    write("app.py", "import parts\n")
    write("parts.py", "import json\n\njson.loads('{')\n")
    error = refusal(spec)
    assert "JSONDecodeError while importing" in str(error)
    assert "at parts.py:3:" in str(error)
    assert "Expecting property name" in str(error)
    assert error.traceback.startswith("Traceback")
    assert 'app.py", line 1' in error.traceback
    assert "tui/engine" not in error.traceback
    assert "parts" not in sys.modules
    assert "app" not in sys.modules


def test_an_exception_in_a_factory_is_placed_too() -> None:
    write("app.py", "def make():\n    raise RuntimeError('no\\nluck')\n")
    assert "RuntimeError while calling app.py:make() at app.py:2: no luck" in str(refusal("app.py:make"))


def test_a_syntax_error_has_file_line_and_text() -> None:
    write("app.py", "x = 1\nif x\n    pass\n")
    assert str(refusal("app.py")) == "SyntaxError at app.py:2: expected ':' in 'if x'."


def test_an_exit_at_import_is_an_error_with_advice() -> None:
    write("app.py", "import sys\nsys.exit(3)\n")
    message = str(refusal("app.py"))
    assert "sys.exit(3) at app.py:2" in message
    assert "if __name__ == '__main__'" in message


def test_a_missing_dependency_is_told_from_a_missing_module() -> None:
    write("app.py", "import not_installed_anywhere\n")
    message = str(refusal("app:agent"))
    assert "ModuleNotFoundError while importing 'app' at app.py:1" in message
    assert "Install 'not_installed_anywhere'" in message


@pytest.mark.parametrize("spec", ["app.py", "app:agent"])
@pytest.mark.parametrize("back", ["from app import y", "import app; app.y"])
def test_a_circular_import_is_named(spec: str, back: str) -> None:
    write("app.py", "from other import x\ny = 1\n")
    write("other.py", f"{back}\nx = 1\n")
    assert "circular import" in str(refusal(spec))


def test_an_ordinary_wrong_name_is_not_called_circular() -> None:
    write("app.py", "from json import nothing\n")
    assert "circular" not in str(refusal("app.py"))


def test_a_relative_import_in_a_lone_file_is_explained() -> None:
    write("pkg/app.py", "from .parts import x\n")
    assert "package.module:attribute" in str(refusal("pkg/app.py"))


async def test_an_agent_run_at_import_is_explained() -> None:
    write("app.py", AGENT.format(name="agent") + "from agents import Runner\nRunner.run_sync(agent, 'hi')\n")
    message = str(refusal("app.py"))
    assert "RuntimeError" in message
    assert "if __name__ == '__main__'" in message


def test_a_keyboard_interrupt_passes() -> None:
    write("app.py", "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_agent("app.py")


def test_the_result_is_an_agent() -> None:
    assert isinstance(load_agent("demo"), Agent)
