"""`agents-tui [AGENT]`: the full screen. Textual is imported here alone, once the engine's process runs."""

import argparse
import os
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from tui import __version__
from tui.agents import BUILTIN_AGENTS
from tui.bus import Bus, steady_clock
from tui.cli import COMMANDS
from tui.cli.opening import Stored, keep, launch_of, restore_into, stand_where_it_stood, take_up
from tui.cli.options import RECORDED, Parser, connection_options, settings_of
from tui.cli.telemetry import check_telemetry, telemetry
from tui.journal.history import LiveHistory
from tui.journal.sessions import SessionError, Sessions
from tui.link.handle import Link
from tui.places import sessions_folder

_EPILOG = """\
commands:
  agents-tui run PROMPT        run one prompt without the screen
  agents-tui log [FILE]        the events of a recorded session, filtered
  agents-tui replay FILE       show a recorded session again, as it happened
  agents-tui sessions ACTION   list, show, export, delete; errors over all
  agents-tui bench             the same prompts to several models, compared
  agents-tui stats             all recorded runs: times, tokens, cost, errors
  (each has a --help of its own)

agents:
{agents}
  module:attribute or path/to/file.py[:attribute]
                 an Agent of your own, e.g. my_app.agents:triage

environment:
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_DEFAULT_MODEL; without a key and a
  base URL the built-in demo model answers: scripted, no network, no AI
"""


def main(arguments: list[str]) -> int:
    parser = parser_of_screen()
    options, rest = parser.parse_known_args(arguments)
    if options.agent not in BUILTIN_AGENTS and (near := get_close_matches(options.agent or "", COMMANDS, 1, 0.75)):
        parser.error(f"there is no command {options.agent!r} (did you mean {near[0]}?)")
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    sessions = Sessions(sessions_folder())
    stored = _stored(parser, options, sessions)
    recorded = {name: getattr(stored.header, name) for name in RECORDED} if stored else {}
    settings = settings_of(parser, options, recorded)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") in ("dumb", ""):
        parser.error("the screen needs a terminal; without one use: agents-tui run PROMPT")

    check_telemetry(parser, options)
    clock = steady_clock()
    link = Link(Bus(clock), launch_of(settings, stored, faults=options.fault, cache=options.cache))
    try:
        link.spawn()  # if it was not with the frame: before Textual is imported, to import the SDK meanwhile
    except OSError as error:
        parser.exit(1, f"agents-tui: the engine could not be started: {error.strerror}\n")
    state = restore_into(link, stored) if stored else None
    journal = None if options.no_journal else keep(link, sessions, stored)
    from tui.ui.app import AgentsApp

    history = LiveHistory(link.bus.reader(), stored.path, growing=False) if stored and journal is None else None
    app = AgentsApp(link, clock, settings, state=state, journal=journal, sessions=sessions, history=history)
    export = telemetry(options, link.bus)
    if export is not None:
        app.beside = (export.run,)
    status = app.run_to_end()
    if export is not None:
        export.close()
    if app.chosen:
        _start_over(app.chosen, options)
    return status


def parser_of_screen() -> Parser:
    """What the screen can be started with."""
    agents = "\n".join(f"  {name:<14} {about}" for name, about in BUILTIN_AGENTS.items())
    parser = Parser(
        prog="agents-tui",
        description="A full-screen terminal client for OpenAI Agents SDK agents.",
        epilog=_EPILOG.format(agents=agents),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("agent", nargs="?", metavar="AGENT", help="which agent to talk to (default: demo)")
    connection_options(parser)
    sessions = parser.add_argument_group("sessions").add_mutually_exclusive_group()
    sessions.add_argument(
        "--continue", dest="latest", action="store_true", help="go on with the last session begun in this folder"
    )
    sessions.add_argument("--session", metavar="ID", help="go on with this session; the start of its id is enough")
    parser.add_argument("--theme", metavar="T", help="a theme by name; /theme on the screen lists them")
    parser.add_argument("--version", action="version", version=f"agents-tui {__version__}")
    return parser


def _stored(parser: argparse.ArgumentParser, options: argparse.Namespace, sessions: Sessions) -> Stored | None:
    """The session asked for, if one was; the program then stands where that session stood."""
    if not (options.latest or options.session is not None):
        return None
    try:
        path = sessions.path(sessions.latest(Path.cwd()).session) if options.latest else sessions.find(options.session)
        stored = take_up(sessions, path, write=not options.no_journal)
    except SessionError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"the session cannot be read: {error.strerror}: {error.filename}")
    if options.agent is None:
        stand_where_it_stood(stored.header)
    return stored


def _start_over(session: str, options: argparse.Namespace) -> NoReturn:
    """Become a program that shows another session: nothing of this one is left over."""
    start = sys.orig_argv[: len(sys.orig_argv) - len(sys.argv[1:])]
    kept = ["--theme", options.theme] if options.theme else []
    kept += ["--cache"] * options.cache + ["--no-journal"] * options.no_journal
    os.execv(sys.executable, [*start, "--session", session, *kept])  # noqa: S606 - as it was started, without a shell
