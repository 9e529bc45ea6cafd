"""`agents-tui sessions`: list, show, export and delete recorded sessions, and count their errors."""

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from tui.cli.options import Parser
from tui.export import FORMATS, export
from tui.export.file import save
from tui.journal.file import read
from tui.journal.restore import restore
from tui.journal.sessions import SessionError, Sessions
from tui.journal.summary import Summary, total
from tui.metrics import session
from tui.metrics.report import report
from tui.places import sessions_folder
from tui.safety import one_line, visible


def main(arguments: list[str]) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    sessions = Sessions(sessions_folder())
    try:
        text = _ACTIONS[options.action](sessions, options)
        if getattr(options, "output", None):
            save(text, Path(options.output))
        elif text:
            sys.stdout.write(visible(text) if sys.stdout.isatty() else text)
            sys.stdout.flush()
    except SessionError as error:
        parser.error(str(error))
    except BrokenPipeError:
        sys.stderr.close()  # so that nothing is said of it at exit
        return 141
    except OSError as error:
        parser.exit(1, f"{parser.prog}: {error.filename or sessions.folder}: {error.strerror}\n")
    return 0


def _parser() -> Parser:
    parser = Parser(prog="agents-tui sessions", description="Recorded sessions.", allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="all of them, the one that changed last first")
    listing.add_argument("--json", action="store_true", help="one JSON object a line, times in seconds since the epoch")
    errors = actions.add_parser("errors", help="how often requests failed and were recovered, over all of them")
    errors.add_argument("--json", action="store_true", help="one JSON object")
    show = actions.add_parser("show", help="one session in the terminal")
    show.add_argument("--json", action="store_true", help="its figures as one JSON object: seconds, tokens, dollars")
    out = actions.add_parser("export", help="one session as a document; keys are masked")
    out.add_argument("--format", choices=FORMATS, help="default: by the suffix of FILE, else md")
    out.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    delete = actions.add_parser("delete", help="delete one session for good")
    for one in (show, out, delete):
        one.add_argument("session", metavar="ID", help="the start of its id is enough")
    return parser


def _list(sessions: Sessions, options: argparse.Namespace) -> str:
    found = sessions.all()
    if options.json:
        return "".join(msgspec.json.encode(summary).decode() + "\n" for summary in found)
    return "".join(f"{line}\n" for line in _lines(found)) if found else f"no sessions yet in {sessions.folder}\n"


def _lines(found: list[Summary]) -> Iterator[str]:
    """A line each, cut at the edge of a terminal and under headings there."""
    from rich.cells import cell_len, set_cell_size

    from tui.ui.dialogues.session_line import WIDE, facts, headings

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if width is not None:
        yield f"{'SESSION':<8}  {headings(width)}  TITLE"
    for summary in found:
        line = f"{summary.session}  {facts(summary, width or WIDE, time.time())}  {one_line(summary.title)}"
        cut = width is not None and cell_len(line) > width
        yield f"{set_cell_size(line, (width or 1) - 1)}…" if cut else line


def _errors(sessions: Sessions, options: argparse.Namespace) -> str:
    from tui.ui.reports import errors

    found = sessions.all()
    sums, failed = total(found), sum(summary.failed for summary in found)
    if not options.json:
        return errors(sums, len(found), failed) + "\n"
    told = {
        "sessions": len(found),
        "runs": sums.runs,
        "runs_failed": failed,
        "interruptions": sums.interruptions,
        "requests": sums.turns,
        "tries": sums.tries,
        "failures": dict(session.failures(sums)),
        "error_rate": session.error_rate(sums),
        "recoveries": sums.recoveries,
        "recovery_rate": session.recovery_rate(sums),
        "given_up": sums.given_up,
    }
    return msgspec.json.encode(told).decode() + "\n"


def _show(sessions: Sessions, options: argparse.Namespace) -> str:
    from tui.ui.reports import history, stats

    path = sessions.find(options.session)
    header = msgspec.structs.replace(read(path).header, session=path.stem)
    restored = restore(path)
    if options.json:
        return msgspec.json.format(msgspec.json.encode(report(restored.state))).decode() + "\n"
    facts = {name: value for name, value in msgspec.to_builtins(header).items() if value and name != "created"}
    facts["created"] = datetime.fromtimestamp(header.created).isoformat(" ", "seconds")
    lines = [f"{name:<10}{one_line(str(value))}" for name, value in facts.items()]
    if restored.problem:
        lines.append(f"{'problem':<10}{one_line(restored.problem)}")
    return "\n".join([*lines, "", history(restored.state), "", stats(restored.state), ""])


def _export(sessions: Sessions, options: argparse.Namespace) -> str:
    path = sessions.find(options.session)
    suffix = Path(options.output or "").suffix[1:]
    reading = read(path)
    records = list(reading)
    header = {**msgspec.to_builtins(reading.header), "session": path.stem}
    return export(records, header, options.format or (suffix if suffix in FORMATS else "md"))


def _delete(sessions: Sessions, options: argparse.Namespace) -> str:
    session = sessions.find(options.session).stem
    sessions.discard(session)
    sessions.purge(session)
    return f"session {session} deleted\n"


_ACTIONS = {"list": _list, "errors": _errors, "show": _show, "export": _export, "delete": _delete}
