"""The command line: arguments in, the parts wired together; the only module that knows both the screen and the link.

argparse, since the screen's first paint waits for this module: it imports in a tenth of the time of the
declarative libraries. Textual is imported only where a screen is wanted, the SDK never.
"""

import argparse
import asyncio
import difflib
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from msgspec.structs import replace

from tui import __version__
from tui.agents import BUILTIN_AGENTS, check_spec
from tui.bus import Bus, steady_clock
from tui.config import ConfigError, Settings, load_settings
from tui.link import Launch, Link
from tui.places import config_folder, themes_folder

USAGE = 2

_EPILOG = """\
commands:
  agents-tui run PROMPT        run one prompt without the screen (see agents-tui run --help)

agents:
{agents}
  module:attribute             an Agent of your own, e.g. my_app.agents:triage
  path/to/file.py[:attribute]  the same by file

environment:
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_DEFAULT_MODEL; without a key and a base URL the
  built-in demo model answers: scripted, no network, no AI
"""


class _Parser(argparse.ArgumentParser):
    """Names the nearest option for one it does not know."""

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ").split()
        if unknown != message.split():
            options = [option for action in self._actions for option in action.option_strings]
            near = difflib.get_close_matches(unknown[0].partition("=")[0], options, 1)
            message += f" (did you mean {near[0]}?)" if near else ""
        self.exit(USAGE, f"{self.prog}: {message}\nTry '{self.prog} --help'.\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status: 0 completed, 1 the run failed, 2 usage, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["run"]:
        return _run(arguments[1:])
    return _screen(arguments)


def _screen(arguments: list[str]) -> int:
    agents = "\n".join(f"  {name:<28} {about}" for name, about in BUILTIN_AGENTS.items())
    parser = _Parser(
        prog="agents-tui",
        description="A full-screen terminal client for OpenAI Agents SDK agents.",
        epilog=_EPILOG.format(agents=agents),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "agent", nargs="?", metavar="AGENT", default="demo", help="which agent to talk to (default: demo)"
    )
    _connection_options(parser)
    parser.add_argument("--theme", metavar="T", help="a theme by name; /theme on the screen lists them")
    parser.add_argument("--no-journal", action="store_true", help="keep no record of the session on disk")
    parser.add_argument("--version", action="version", version=f"agents-tui {__version__}")
    options = parser.parse_args(arguments)
    settings = _settings(parser, options)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") in ("dumb", ""):
        parser.error("the screen needs a terminal; without one use: agents-tui run PROMPT")

    clock = steady_clock()
    link = Link(Bus(clock), _launch(settings))
    try:
        link.spawn()  # before Textual is imported: the engine imports the SDK meanwhile
    except OSError as error:
        parser.exit(1, f"agents-tui: the engine could not be started: {error.strerror}\n")
    from tui.ui.app import AgentsApp

    return AgentsApp(link, clock, settings).run_to_end()


def _run(arguments: list[str]) -> int:
    parser = _Parser(prog="agents-tui run", description="Run one prompt without the screen.", allow_abbrev=False)
    parser.add_argument("prompt", metavar="PROMPT", help="what to ask; - reads it from standard input")
    parser.add_argument("--agent", metavar="AGENT", help="which agent to ask (default: demo)")
    parser.add_argument("--json", action="store_true", help="print every event, one JSON record a line")
    _connection_options(parser)
    options = parser.parse_args(arguments)
    settings = _settings(parser, options)
    prompt = options.prompt
    if prompt == "-":
        prompt = sys.stdin.buffer.read().decode("utf-8", "replace").removesuffix("\n")
    if not prompt.strip():
        parser.error("the prompt is empty")
    from tui.headless import run

    return asyncio.run(run(_launch(settings), prompt, json=options.json))


def _connection_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("connection")
    group.add_argument("--model", metavar="M", help="the model to ask (default: the agent's own, or the SDK's)")
    group.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible server (default: OPENAI_BASE_URL)")
    group.add_argument(
        "--api",
        choices=("responses", "chat"),
        help="which API to speak (default: responses to api.openai.com, chat to any other server)",
    )


def _settings(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Settings:
    """Command line over environment over the user's file; refuses what is wrong before anything of theirs is run."""
    try:
        settings = load_settings(config_folder())
    except ConfigError as error:
        parser.error(str(error))
    for field, variable in _VARIABLES.items():
        if os.environ.get(variable):
            settings = replace(settings, **{field: None})  # the engine reads the variable itself
    given = {name: value for name, value in vars(options).items() if name in _FLAGS and value is not None}
    settings = replace(settings, **given)
    settings = replace(settings, agent=settings.agent or "demo")
    problem = check_spec(settings.agent or "", Path.cwd()) or _check_url(settings.base_url) or _check_theme(settings)
    if problem:
        parser.error(problem)
    return settings


_FLAGS = ("agent", "model", "base_url", "api", "theme")
_VARIABLES = {"base_url": "OPENAI_BASE_URL", "model": "OPENAI_DEFAULT_MODEL"}


def _check_url(url: str | None) -> str:
    if url is None or url.lower().startswith(("http://", "https://")):
        return ""
    return f"--base-url {url!r} is not a URL: give http://host:port/v1 or https://…"


def _check_theme(settings: Settings) -> str:
    if settings.theme is None:
        return ""
    from tui.ui.themes import did_you_mean, theme_names

    names = theme_names(themes_folder())
    if settings.theme in names:
        return ""
    return (
        f"there is no theme {settings.theme!r}{did_you_mean(settings.theme, names) or ': choose ' + ', '.join(names)}"
    )


def _launch(settings: Settings) -> Launch:
    return Launch(secrets.token_hex(4), settings.agent or "demo", settings.model, settings.base_url, settings.api)
