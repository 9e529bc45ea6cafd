"""Settings: command line over environment over the user's `config.toml` over defaults.

No file is read from the working directory: a checkout must not be able to choose where a key is sent.
"""

import difflib
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

FILE = "config.toml"


class ConfigError(ValueError):
    """What is wrong with the file, in one line that names the file and the key."""


class Limits(msgspec.Struct, frozen=True):
    """What a run must keep to; the defaults are the project's idea of a healthy one. `inf` or 0 puts no limit."""

    first_token: float = 2.0
    """Seconds from sending a model request to its first token, at most."""
    tokens_per_second: float = 10.0
    """Of generation time, at least."""
    error_rate: float = 0.05
    """Failed tries of model requests ÷ tries, at most."""


class Thresholds(msgspec.Struct, frozen=True):
    """Limits by model. `rules` are patterns of model names (`gpt-*`) with what they change; a later one prevails."""

    rules: tuple[tuple[str, dict[str, float]], ...] = ()

    def of(self, model: str) -> Limits:
        """The limits for a model; those for all where none is named."""
        changes = [change for pattern, change in self.rules if fnmatchcase(model.lower(), pattern.lower())]
        return msgspec.structs.replace(Limits(), **{name: value for each in changes for name, value in each.items()})


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the user's file may set; None: not set."""

    agent: str | None = None
    model: str | None = None
    base_url: str | None = None
    api: Literal["responses", "chat"] | None = None
    theme: str | None = None
    stall_limit: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Seconds that a model server may be silent before a request counts as failed."""
    mouse: bool = True
    keys: dict[str, str] = {}
    """Keys by action id, several separated by commas: `cancel = "escape,ctrl+x"`."""
    filters: dict[str, str] = {}
    """Filters of the log by name, to be had there as `@name`: `slow = "kind:tool dur>1s"`."""
    thresholds: Thresholds = Thresholds()


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
    _refuse_unknown(raw, Settings.__struct_fields__, f"{path}: unknown setting")
    thresholds = _thresholds(raw.pop("thresholds", {}), path)
    try:
        return msgspec.structs.replace(msgspec.convert(raw, Settings), thresholds=thresholds)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error


def _refuse_unknown(names: Iterable[str], known: tuple[str, ...], what: str) -> None:
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise ConfigError(f"{what} {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def _thresholds(table: Any, path: Path) -> Thresholds:
    """`[thresholds]` holds limits for all models, and a table of limits for each pattern of model names."""
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: thresholds must be a table: [thresholds]")
    everywhere = {name: value for name, value in table.items() if not isinstance(value, dict)}
    patterns = {name: value for name, value in table.items() if isinstance(value, dict)}
    rules = [
        ("*", "thresholds", everywhere),
        *((name, f'thresholds."{name}"', each) for name, each in patterns.items()),
    ]
    for _, where, limits in rules:
        _refuse_unknown(limits, Limits.__struct_fields__, f"{path}: {where}: unknown limit")
        for name, value in limits.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
                raise ConfigError(f"{path}: {where}.{name}: expected a number from 0 on, got {value!r}")
    return Thresholds(tuple((pattern, limits) for pattern, _, limits in rules if limits))
