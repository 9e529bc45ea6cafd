"""`agents-tui run PROMPT`: one prompt without the screen."""

import asyncio
import sys
from typing import TYPE_CHECKING

from tui.cli.opening import keep, launch_of
from tui.cli.options import Parser, connection_options, settings_of
from tui.cli.telemetry import check_telemetry, telemetry
from tui.journal.sessions import Sessions
from tui.journal.writer import JournalWriter
from tui.link.handle import Link
from tui.places import sessions_folder

if TYPE_CHECKING:
    from tui.otel.export import Export


def main(arguments: list[str]) -> int:
    parser = Parser(prog="agents-tui run", description="Run one prompt without the screen.", allow_abbrev=False)
    parser.add_argument("prompt", metavar="PROMPT", help="what to ask; - reads it from standard input")
    parser.add_argument("--agent", metavar="AGENT", help="which agent to ask (default: demo)")
    parser.add_argument("--json", action="store_true", help="print every event, one JSON record a line")
    connection_options(parser)
    options = parser.parse_args(arguments)
    settings = settings_of(parser, options)
    prompt = options.prompt
    if prompt == "-":
        prompt = sys.stdin.buffer.read().decode("utf-8", "replace").removesuffix("\n")
    if not prompt.strip():
        parser.error("the prompt is empty")
    check_telemetry(parser, options)
    from tui.headless import run

    exports: list[Export] = []

    def journal(link: Link) -> JournalWriter | None:
        export = telemetry(options, link.bus)
        if export is not None:
            exports.append(export)
        return None if options.no_journal else keep(link, Sessions(sessions_folder()))

    launch = launch_of(settings, faults=options.fault, cache=options.cache)
    status = asyncio.run(run(launch, prompt, json=options.json, journal_of=journal))
    for export in exports:
        export.close()
    return status
