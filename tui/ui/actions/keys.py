"""The keys that the actions have in the running app, with the user's keymap applied."""

from typing import Any

from textual.app import App

from tui.ui.actions.table import BY_ID, key_name
from tui.ui.log.keys import LOG_KEYS
from tui.ui.terminal.internals import keymap_of


def keys_in_use(app: App[Any]) -> dict[str, tuple[str, ...]]:
    """By action id, as people write them; the table's own where an action's binding is not in reach now."""
    found: dict[str, list[str]] = {}
    for key, active in app.screen_stack[0].active_bindings.items():
        if active.binding.id is not None:
            found.setdefault(active.binding.id, []).append(key)
    return {name: tuple(map(key_name, found.get(name, action.keys))) for name, action in BY_ID.items()}


def log_keys_in_use(app: App[Any]) -> dict[str, tuple[str, ...]]:
    """Those of the event log, which are in reach only while it has the keys."""
    keymap = keymap_of(app)
    return {
        key.id: tuple(key_name(each.strip()) for each in (keymap[key.id].split(",") if key.id in keymap else key.keys))
        for key in LOG_KEYS
    }
