"""`agents-tui [AGENT]`: the full screen. Textual is imported here alone, once the engine's process runs."""

import argparse
import os
import sys

from tui import __version__
from tui.agents import BUILTIN_AGENTS
from tui.bus import Bus, steady_clock
from tui.cli.options import Parser, connection_options, launch_of, settings_of
from tui.link import Link

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


def main(arguments: list[str]) -> int:
    agents = "\n".join(f"  {name:<28} {about}" for name, about in BUILTIN_AGENTS.items())
    parser = Parser(
        prog="agents-tui",
        description="A full-screen terminal client for OpenAI Agents SDK agents.",
        epilog=_EPILOG.format(agents=agents),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "agent", nargs="?", metavar="AGENT", default="demo", help="which agent to talk to (default: demo)"
    )
    connection_options(parser)
    parser.add_argument("--theme", metavar="T", help="a theme by name; /theme on the screen lists them")
    parser.add_argument("--no-journal", action="store_true", help="keep no record of the session on disk")
    parser.add_argument("--version", action="version", version=f"agents-tui {__version__}")
    options = parser.parse_args(arguments)
    settings = settings_of(parser, options)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") in ("dumb", ""):
        parser.error("the screen needs a terminal; without one use: agents-tui run PROMPT")

    clock = steady_clock()
    link = Link(Bus(clock), launch_of(settings))
    try:
        link.spawn()  # before Textual is imported: the engine imports the SDK meanwhile
    except OSError as error:
        parser.exit(1, f"agents-tui: the engine could not be started: {error.strerror}\n")
    from tui.ui.app import AgentsApp

    return AgentsApp(link, clock, settings).run_to_end()
