"""A session as one JSON document: `{"header": {…}, "records": [{"seq": …, "at": …, "event": {…}}, …]}`.

One document and not lines of JSON, which the journal is: whatever opens a `.json` file can read it. Each record is as
it stands in the journal, on a line of its own, so that documents can be searched and compared by line.
"""

import json
import re
from collections.abc import Iterable, Mapping

from tui.safety import HIDDEN
from tui.wire import Record, encode

_HIDDEN = re.compile(f"[{HIDDEN}]")


def render_json(records: Iterable[Record], header: Mapping[str, object]) -> str:
    """The document. Characters that command a terminal or hide are written as JSON escapes."""
    lines = ",\n".join(encode(record).decode().rstrip("\n") for record in records)
    document = f'{{"header": {json.dumps(dict(header))},\n"records": [\n{lines}\n]}}\n'
    return _HIDDEN.sub(_escape, document)


def _escape(found: re.Match[str]) -> str:
    """JSON escapes in UTF-16: what is beyond its first plane takes two."""
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
