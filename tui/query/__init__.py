"""The filter language of the event log.

kind:tool,error agent:"Game Master" tool:roll_* dur>200ms not kind:delta
since:-30s text~"no such \\w+"

Terms that follow each other must all match (`and` may stand between); or,
not (also -term) and parentheses combine them, `or` binds least. A word or
"quoted text" alone looks for that text. Case counts only where you type a
capital.

  field:value      equals, whatever the case; a,b is one of them; * any text,
                   ? any character (text: contains)
  field=value      equals exactly; != has another value; numbers and durations
                   also > >= < <=
  field~regex      a regular expression (Python's re) is found in it; ~regex
                   alone looks in the text

  kind             a kind of row: session prompt queue run agent model think
                   text tool handoff cancel output notice error (also of failed
                   tool calls and requests) raw; an event's type: tool_ended,
                   text_delta, …; or a group: delta request retry story. An
                   event is of all that fit: kind:tool_ended finds just these.
  agent tool       names; of all that happened in their turn or call
  run turn seq     numbers, from 1; of all that happened in that run or request
  dur              how long a tool call, model request or run took: 200ms 1.5s
                   2m 1h, plain numbers are seconds
  tokens           in and out of a model request
  status           live ok completed incomplete failed cancelled
  call item type   ids; the event's type exactly
  text             all that was said in it: text, arguments, output, error,
                   names
  since until      -30s before the newest event, or a time of day as 12:01:30

Every field of an event goes by its own name too: failed:true level:error
model:gpt-* delay>1s; event.kind is the event's own where the log has a field
of that name. A path leads into JSON: arguments.sides>6 items.role:user. Text
with blanks, commas, quotes or parentheses goes into "quotes"; \\" is a quote
in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from tui.query.completion import Completion, Vocabulary, complete
from tui.query.context import Context
from tui.query.lexer import QueryError
from tui.query.parser import parse_tree
from tui.query.predicate import UnboundError, is_timed, predicate_of
from tui.query.records import RecordSubject, of_record
from tui.query.subjects import RowSubject, Subject, of_row
from tui.query.tree import Node

__all__ = [
    "Completion", "Context", "Query", "QueryError", "RecordSubject", "RowSubject", "Subject", "UnboundError",
    "Vocabulary", "complete", "of_record", "of_row", "parse",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """A filter. As text it is canonical: `parse(str(query)) == query`; equal if the trees are."""

    tree: Node | None
    _test: Callable[[Subject], bool] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return "" if self.tree is None else str(self.tree)

    def matches(self, subject: Subject) -> bool:
        """Whether it lets the subject through. Raises UnboundError if it is `timed` and not bound."""
        return self._test(subject)

    @property
    def timed(self) -> bool:
        """It asks for moments that depend on the newest event, and must be bound."""
        return is_timed(self.tree)

    def bind(self, now: float, zone: tzinfo | None = None) -> "Query":
        """The same for a newest event at `now`, seconds since the epoch; times of day are in `zone`, else local."""
        return Query(self.tree, predicate_of(self.tree, now, zone)) if self.timed else self


def parse(text: str) -> Query:
    """The filter of a text; an empty one lets all through. Raises QueryError."""
    tree = parse_tree(text)
    return Query(tree, predicate_of(tree, None, None))
