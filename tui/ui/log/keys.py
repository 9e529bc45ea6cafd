"""The keys of the event log, once: its bindings and the help are made from this table."""

from typing import Final

from textual.binding import Binding, BindingType

from tui.ui.actions.table import Action


def _key(name: str, title: str, action: str, *keys: str, help: str = "") -> Action:
    return Action(f"log.{name}", title, action, keys, help=help, group="Event log")


LOG_KEYS: Final = (
    _key("open", "Details", "open", "enter", help="and where it happened in the chat"),
    _key("filter", "Filter", "ask('filter')", "f", help="as in kind:tool dur>1s; Tab takes what is offered"),
    _key("search", "Search", "ask('search')", "slash", "ctrl+f", help="text, arguments, outputs; ~ begins a regex"),
    _key("error", "Next error", "error(1)", "e"),
    _key("level", "Level of detail", "level(0)", "d", help="1 the story, 2 items, 3 every event"),
    _key("mark", "Mark, or unmark", "mark", "m"),
    _key("show", "Show in chat", "show_in_chat", "o", help="where it happened"),
    _key("copy", "Copy the row", "copy", "y"),
    _key("up", "Previous row", "move(-1)", "up"),
    _key("down", "Next row", "move(1)", "down"),
    _key("page-up", "Page up", "page(-1)", "pageup"),
    _key("page-down", "Page down", "page(1)", "pagedown"),
    _key("first", "First row", "first", "g", "home"),
    _key("follow", "Newest row, and follow", "follow", "G", "F", "end"),
    _key("found", "Next found", "next_hit(1)", "n"),
    _key("found-back", "Previous found", "next_hit(-1)", "N"),
    _key("clear", "End the search, then the filter", "clear", "escape"),
    _key("error-back", "Previous error", "error(-1)", "E"),
    _key("tool", "Next tool call", "tool(1)", "t"),
    _key("tool-back", "Previous tool call", "tool(-1)", "T"),
    _key("slow", "Next slow row", "slow(1)", "s", help="over 2 s, or over 0.2 s and 3 times its kind's median"),
    _key("slow-back", "Previous slow row", "slow(-1)", "S"),
    _key("related", "Next of the same call or item", "related(1)", "right_curly_bracket", "right_square_bracket"),
    _key("related-back", "Previous of it", "related(-1)", "left_curly_bracket", "left_square_bracket"),
    _key("next-mark", "Next mark", "next_mark", "apostrophe"),
    _key("story", "The story", "level(1)", "1"),
    _key("items", "Items", "level(2)", "2"),
    _key("events", "Every event", "level(3)", "3"),
    _key("clock", "Time column", "clock", "c", help="time of day, since the run began, since the row before"),
    _key("export", "Export the rows shown", "export", "x", help="their events as JSONL, CSV or HAR"),
)


def log_bindings() -> list[BindingType]:
    """The pane's key bindings."""
    return [Binding(",".join(key.keys), key.action, key.title, show=False, id=key.id) for key in LOG_KEYS]
