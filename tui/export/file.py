"""Documents onto the disk: readable by their owner only, and never over a file that is there."""

import itertools
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeAlias

Written: TypeAlias = Callable[[BinaryIO], object]
"""Writes all of a document into a file."""


def save(text: str, path: Path) -> Path:
    """Write a new file; where it is now. Raises OSError, FileExistsError for one that is there already."""
    return save_written(written(text), path)


def written(text: str) -> Written:
    """A document that is a text."""
    return lambda file: file.write(text.encode("utf-8"))


def save_written(write: Written, path: Path) -> Path:
    """Like `save`; raises what `write` does too."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    whole = False
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
        whole = True
    finally:
        if not whole:
            path.unlink(missing_ok=True)  # half a document is none
    return path.absolute()


def save_in(folder: Path, session: str, moment: datetime, suffix: str, write: Written) -> Path:
    """Write a new file named after the session and the moment, in a folder made for it. Raises like `save_written`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{re.sub(r'[^A-Za-z0-9_-]', '_', session) or 'session'}-{moment:%Y%m%d-%H%M%S}"
    for number in itertools.count(1):
        try:
            return save_written(write, folder / (f"{stem}.{suffix}" if number == 1 else f"{stem}-{number}.{suffix}"))
        except FileExistsError:
            continue
    raise AssertionError
