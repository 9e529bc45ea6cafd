"""Settings: command line over environment over the user's `config.toml` over defaults.

No file is read from the working directory: a checkout must not be able to choose where a key is sent.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

FILE = "config.toml"


class ConfigError(ValueError):
    """What is wrong with the file, in one line that names the file and the key."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the user's file may set; None: not set."""

    agent: str | None = None
    model: str | None = None
    base_url: str | None = None
    api: Literal["responses", "chat"] | None = None
    theme: str | None = None
    mouse: bool = True
    keys: dict[str, str] = {}
    """Keys by action id, several separated by commas: `cancel = "escape,ctrl+x"`."""
    filters: dict[str, str] = {}
    """Filters of the log by name, to be had there as `@name`: `slow = "kind:tool dur>1s"`."""


def load_settings(folder: Path) -> Settings:
    """The settings of `folder`'s file; defaults if there is none. Raises ConfigError."""
    path = folder / FILE
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    for key in raw:
        if key not in Settings.__struct_fields__:
            near = difflib.get_close_matches(key, Settings.__struct_fields__, 1)
            raise ConfigError(f"{path}: unknown setting {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    try:
        return msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error
