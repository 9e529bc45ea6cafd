"""What every command of the command line shares: a parser that names what was meant, the connection, the settings.

argparse, since the screen's first paint waits for this module: it imports in a tenth of the time of the
declarative libraries.
"""

import argparse
import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from msgspec.structs import replace

from tui import skeleton
from tui.agents import check_spec
from tui.config import ConfigError, Settings, load_settings
from tui.places import config_folder, themes_folder

USAGE = 2


class Parser(argparse.ArgumentParser):
    """Names the nearest option for one it does not know; speaks on the shell's screen."""

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        skeleton.end()
        super().exit(status, message)

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ").split()
        if unknown != message.split():
            options = [option for action in self._actions for option in action.option_strings]
            near = difflib.get_close_matches(unknown[0].partition("=")[0], options, 1)
            message += f" (did you mean {near[0]}?)" if near else ""
        self.exit(USAGE, f"{self.prog}: {message}\nTry '{self.prog} --help'.\n")


def connection_options(parser: argparse.ArgumentParser) -> None:
    group = server_options(parser)
    group.add_argument("--model", metavar="M", help="the model to ask (default: the agent's own, or the SDK's)")
    group.add_argument(
        "--stall-limit",
        metavar="SECONDS",
        type=_seconds,
        help="how long the server may be silent before the request is tried again (default: 60)",
    )
    parser.add_argument(
        "--cache", action="store_true", help="answer a request that was made before from disk, without the network"
    )
    parser.add_argument(
        "--fault", metavar="SPEC", type=_faults, default="", help="make requests or tools fail, e.g. cut@50,429x2"
    )
    parser.add_argument("--no-journal", action="store_true", help="keep no record of the session on disk")
    parser.add_argument("--otel", action="store_true", help="export runs to OpenTelemetry, where OTEL_… says")
    parser.add_argument("--otel-content", action="store_true", help="with what was said, which --otel alone leaves out")


def server_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Those that say where requests go."""
    group = parser.add_argument_group("connection")
    group.add_argument("--base-url", metavar="URL", help="an OpenAI-compatible server (default: OPENAI_BASE_URL)")
    group.add_argument(
        "--api",
        choices=("responses", "chat"),
        help="which API to speak (default: responses to api.openai.com, chat to any other server)",
    )
    return group


def settings_of(
    parser: argparse.ArgumentParser, options: argparse.Namespace, recorded: Mapping[str, str | None] | None = None
) -> Settings:
    """Command line over what a session was `recorded` with over environment over the user's file.

    Refuses what is wrong before anything of theirs is run.
    """
    try:
        settings = load_settings(config_folder())
    except ConfigError as error:
        parser.error(str(error))
    for field, variable in _VARIABLES.items():
        if os.environ.get(variable):
            settings = replace(settings, **{field: None})  # the engine reads the variable itself
    settings = replace(settings, **{name: value for name, value in (recorded or {}).items() if value})
    given = {name: value for name, value in vars(options).items() if name in _FLAGS and value is not None}
    settings = replace(settings, **given)
    settings = replace(settings, agent=settings.agent or "demo")
    problem = check_spec(settings.agent or "", Path.cwd()) or _check_url(settings.base_url) or _check_theme(settings)
    if problem:
        parser.error(problem)
    return settings


_FLAGS = ("agent", "model", "base_url", "api", "theme", "stall_limit")
RECORDED = ("agent", "model", "base_url", "api")
_VARIABLES = {"base_url": "OPENAI_BASE_URL", "model": "OPENAI_DEFAULT_MODEL"}


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _faults(spec: str) -> str:
    if not spec:
        return spec
    from tui.faultspec import FaultSpecError, parse_spec

    try:
        parse_spec(spec)
    except FaultSpecError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return spec


def _check_url(url: str | None) -> str:
    if url is None or url.lower().startswith(("http://", "https://")):
        return ""
    return f"--base-url {url!r} is not a URL: give http://host:port/v1 or https://…"


def _check_theme(settings: Settings) -> str:
    if settings.theme is None:
        return ""
    from tui.ui.themes.catalogue import theme_names
    from tui.ui.themes.errors import did_you_mean

    names = theme_names(themes_folder())
    if settings.theme in names:
        return ""
    return (
        f"there is no theme {settings.theme!r}{did_you_mean(settings.theme, names) or ': choose ' + ', '.join(names)}"
    )
