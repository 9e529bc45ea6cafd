"""Where the program's files are on this platform."""

from pathlib import Path

import platformdirs

_NAME = "agents-tui"


def config_folder() -> Path:
    """The user's configuration; it may not exist."""
    return Path(platformdirs.user_config_dir(_NAME, appauthor=False))


def themes_folder() -> Path:
    """The user's own themes; it may not exist."""
    return config_folder() / "themes"


def sessions_folder() -> Path:
    """The recorded sessions; it may not exist."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "sessions"


def exports_folder() -> Path:
    """Documents and pictures that were given no other place; it may not exist."""
    return Path(platformdirs.user_data_dir(_NAME, appauthor=False)) / "exports"


def crash_file() -> Path:
    """Where the traceback of a crash goes; its folder may not exist."""
    return Path(platformdirs.user_log_dir(_NAME, appauthor=False)) / "crash.log"
