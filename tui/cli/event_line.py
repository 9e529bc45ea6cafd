"""An event as one line to read: when, what, who, and what it says."""

from datetime import datetime, tzinfo

from tui import events as e
from tui.fold.rows import row_of
from tui.query import RecordSubject
from tui.safety import one_line

_LONGEST = 240
"""Characters of what it says."""


def event_line(subject: RecordSubject, zone: tzinfo | None = None) -> str:
    """Without a line end; cleaned. The time is in `zone`, else local."""
    when = datetime.fromtimestamp(subject.at, zone).strftime("%H:%M:%S.%f")[:-3]
    agent = one_line(subject.agent, 16) or "-"
    return f"{when}  {subject.type:<21}  {agent:<16}  {one_line(_said(subject), _LONGEST)}".rstrip()


def _said(subject: RecordSubject) -> str:
    match subject.event:
        case e.ToolEnded(name=name, output=output, failed=failed, error=error):
            return f"{'✗' if failed else '✔'} {name} → {error or output}{_took(subject)}"
        case e.ArgumentsDelta(text=text):
            return text
        case e.RunStarted(run=run):
            return f"run {run}"
        case e.RunEnded(run=run, status=status, error=error):
            return f"run {run} {status}" + (f": {error}" if error else "") + _took(subject)
        case e.RequestSent(attempt=attempt, kept=kept, items=items, url=url):
            return f"try {attempt}, {kept + len(items)} items" + (f" to {url}" if url else "")
        case e.ResponseReceived(status=status, request_id=request_id):
            return f"HTTP {status} {request_id}"
        case e.ResponseEnded(status=status):
            return f"{status}{_took(subject)}"
        case e.ReasoningCompleted(item=item):
            return item
        case _:
            return row_of(subject.record).summary


def _took(subject: RecordSubject) -> str:
    took = subject.duration
    if took is None:
        return ""
    return f" · {took:.1f} s" if took >= 1 else f" · {took * 1000:.0f} ms"
