"""The command line: arguments in, the parts wired together; the only package that knows both the screen and the link.

Each command is a module with `main(arguments) -> status`, imported only when it is asked for.
"""

import importlib
import sys
from collections.abc import Sequence
from typing import Final

COMMANDS: Final = {
    "bench": "tui.cli.bench",
    "log": "tui.cli.log",
    "replay": "tui.cli.replay",
    "run": "tui.cli.headless",
    "sessions": "tui.cli.sessions",
    "stats": "tui.cli.stats",
}
"""Commands by their first word; anything else is the screen's."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status: 0 completed, 1 the run failed, 2 usage, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] and arguments[0] in COMMANDS:
        module, arguments = COMMANDS[arguments[0]], arguments[1:]
    else:
        module = "tui.cli.screen"
    status: int = importlib.import_module(module).main(arguments)
    return status
