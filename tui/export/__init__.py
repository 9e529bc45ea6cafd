"""A recorded session as one document: Markdown to read, JSON to process, a web page to share.

Pure: records in, text out. No secret that can be recognised is in it, and no character that commands a terminal, unless
that is asked for.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Final, Literal, TypeAlias, get_args

from tui.export.masking import masked, masked_records
from tui.safety import Secrets
from tui.wire import Record

Format: TypeAlias = Literal["md", "json", "html"]
"""Also the suffix of a file of it."""

FORMATS: Final[tuple[Format, ...]] = get_args(Format)


def export(
    records: Iterable[Record],
    header: Mapping[str, object],
    format: Format,
    *,
    mask: bool = True,
    zone: tzinfo | None = None,
) -> str:
    """The document. `mask` off keeps secrets; times are in `zone`, else local.

    `header` is what is known of the session beside its records, plain data: of it `title`, `session`, `agent` and
    `model` are read, the latter two where the records do not tell. Masked are the shapes that `tui.safety.redact` knows
    and the values of environment variables whose names speak of secrets. Control characters become visible stand-ins
    in `md` and `html`, and escapes in `json`.
    """
    records = list(records)
    if mask:
        redact = Secrets.of_environment(os.environ).redact
        records = masked_records(records, redact)
        header = masked(header, redact)
    if format == "json":
        from tui.export.document import render_json

        return render_json(records, header)
    from tui.export.outline import outline

    found = outline(records, header, zone)
    if format == "md":
        from tui.export.markdown import render_markdown

        return render_markdown(found)
    from tui.export.page import render_page

    return render_page(found)
