"""Documents onto the disk: readable by their owner only, and never over a file that is there."""

import itertools
import os
import re
from datetime import datetime
from pathlib import Path


def save(text: str, path: Path) -> Path:
    """Write a new file; where it is now. Raises OSError, FileExistsError for one that is there already."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError:
        path.unlink(missing_ok=True)  # half a document is none
        raise
    return path.absolute()


def save_in(folder: Path, session: str, moment: datetime, suffix: str, text: str) -> Path:
    """Write a new file named after the session and the moment, in a folder made for it. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{re.sub(r'[^A-Za-z0-9_-]', '_', session) or 'session'}-{moment:%Y%m%d-%H%M%S}"
    for number in itertools.count(1):
        try:
            return save(text, folder / (f"{stem}.{suffix}" if number == 1 else f"{stem}-{number}.{suffix}"))
        except FileExistsError:
            continue
    raise AssertionError
