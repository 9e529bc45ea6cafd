"""Everything the user can do, once: bindings, footer, help, palette and `/commands` are all made from this table."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType


class Action(NamedTuple):
    """One thing to do. `action` is an action of the app, as Textual writes them; `keys` in Textual's names."""

    id: str
    title: str
    action: str
    keys: tuple[str, ...] = ()
    slash: tuple[str, ...] = ()
    """Command words without the slash; the first is the one shown."""
    help: str = ""
    argument: str = ""
    """How the command's argument is called in help, e.g. `[NAME]`; empty: it takes none."""
    group: str = "Program"
    priority: bool = True
    """The key works whatever has the focus, also where the input would use it itself."""


ACTIONS: Final[tuple[Action, ...]] = (
    Action("send", "Send", "", ("enter",), help="send what is typed", group="Input"),
    Action("newline", "New line", "", ("ctrl+j", "shift+enter", "alt+enter"), help="or \\ and Enter", group="Input"),
    Action("history_keys", "Earlier input", "", ("up", "down"), help="on the first and last line", group="Input"),
    Action("editor", "Edit in $EDITOR", "editor", ("ctrl+g",), ("editor",), "write the prompt there", group="Input"),
    Action("cancel", "Stop the run", "cancel", ("escape",), ("stop",),
           "the partial answer stays; again after a moment: restart a stuck engine", group="Run", priority=False),
    Action("interrupt", "Copy, stop, clear, quit", "interrupt", ("ctrl+c",), group="Run", priority=False,
           help="copies a selection, else stops the run, else clears the input, else, twice, quits"),
    Action("finish", "Stop after this turn", "finish", (), ("finish",), "let the turn and its tools end", group="Run"),
    Action("restart", "Restart the engine", "restart", (), ("restart",),
           "load the agent anew; the conversation is kept", group="Run"),
    Action("chat", "Chat", "pane('chat')", ("f2",), ("chat",), "go to the chat", group="Panes"),
    Action("log", "Event log", "pane('log')", ("f3",), ("log",), "go to the event log", group="Panes"),
    Action("metrics", "Metrics", "pane('metrics')", ("f4",), ("metrics",), "go to the figures", group="Panes"),
    Action("next_pane", "Next pane", "next_pane(1)", ("tab",), group="Panes", priority=False),
    Action("previous_pane", "Previous pane", "next_pane(-1)", ("shift+tab",), group="Panes", priority=False),
    Action("zoom", "Zoom the pane", "zoom", ("f8",), ("zoom",), "the whole screen for one pane", group="Panes"),
    Action("page_up", "Scroll up", "scroll_chat(-1)", ("pageup",), group="Panes", priority=False),
    Action("page_down", "Scroll down", "scroll_chat(1)", ("pagedown",), group="Panes", priority=False),
    Action("top", "Start of the chat", "chat_top", ("ctrl+home",), group="Panes"),
    Action("follow", "Follow the newest", "chat_end", ("ctrl+end",), group="Panes", help="End in a pane"),
    Action("expand", "Open or close all tool calls", "expand", ("ctrl+o",), ("expand",), group="Panes",
           help="arguments and results in full"),
    Action("detail", "Details", "detail", ("ctrl+t",), ("detail",), "all of the log's selected event", group="Panes"),
    Action("copy", "Copy the last answer", "copy", (), ("copy",), "as the model wrote it"),
    Action("history", "History", "history", (), ("history",), "the conversation, a line a message"),
    Action("stats", "Statistics", "stats", (), ("stats",), "messages, tools, tokens"),
    Action("clear", "Clear the conversation", "clear", (), ("clear",), "the agent forgets it too; the log stays"),
    Action("theme", "Theme", "theme", (), ("theme",), "choose, or name one", "[NAME]"),
    Action("mouse", "Mouse on or off", "mouse", ("f9",), ("mouse",), "off: the terminal's own selection"),
    Action("palette", "Commands", "palette", ("ctrl+p",), ("commands",), "find any action"),
    Action("help", "Help", "help", ("f1",), ("help",), "keys and commands"),
    Action("redraw", "Redraw the screen", "redraw", ("ctrl+l",), ("redraw",)),
    Action("suspend", "Suspend", "suspend_process", ("ctrl+z",), help="back with the shell's fg"),
    Action("quit", "Quit", "leave", ("ctrl+q",), ("quit", "exit", "q"), "also Ctrl+D with nothing typed"),
)  # fmt: skip

BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}
_BY_WORD: Final[Mapping[str, Action]] = {word: action for action in ACTIONS for word in action.slash}


class Command(NamedTuple):
    """A command as typed, understood."""

    action: Action
    argument: str


class UnknownCommandError(ValueError):
    """No such command; the message names the nearest and is one plain line."""


def bindings() -> list[BindingType]:
    """The app's key bindings; ids are those of the actions, so that a keymap can change them."""
    return [
        Binding(",".join(action.keys), action.action, action.title, show=False, id=action.id, priority=action.priority)
        for action in ACTIONS
        if action.keys and action.action
    ]


def resolve(text: str) -> Command:
    """What `/word argument` asks for. Raises UnknownCommandError."""
    word, _, argument = text.removeprefix("/").partition(" ")
    action = _BY_WORD.get(word.lower())
    if action is None:
        near = nearest(word)
        hint = f"did you mean /{near}?" if near else "/help lists them all"
        raise UnknownCommandError(f"there is no command /{word}: {hint}")
    return Command(action, argument.strip())


def nearest(word: str) -> str | None:
    """The command most like a word that is none."""
    close = difflib.get_close_matches(word.lower(), _BY_WORD, 1)
    return close[0] if close else None


def matching(prefix: str) -> list[Action]:
    """The actions whose command begins with `prefix` (without the slash), in the table's order."""
    return [action for action in ACTIONS if any(word.startswith(prefix.lower()) for word in action.slash)]


def clashes(actions: Iterable[Action], keymap: Mapping[str, str]) -> list[str]:
    """One line for each key that two actions want, after `keymap` (action id to keys, separated by commas)."""
    owner: dict[str, str] = {}
    found = []
    for action in actions:
        keys = keymap[action.id].split(",") if action.id in keymap else action.keys
        for key in (key.strip() for key in keys):
            if key in owner:
                found.append(f"{key} is wanted by {owner[key]} and {action.id}")
            owner.setdefault(key, action.id)
    return found


def key_name(key: str) -> str:
    """A key as people write it: `ctrl+j` is Ctrl+J, `pageup` PgUp."""
    names = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "up": "↑", "down": "↓"}
    parts = key.split("+")
    return "+".join(names.get(part, part.capitalize()) for part in parts)
