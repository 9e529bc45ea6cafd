"""Everything the user can do, once: bindings, footer, help, palette and `/commands` are all made from this table."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from textual.binding import Binding, BindingType


class Action(NamedTuple):
    """One thing to do. `keys` are in Textual's names."""

    id: str
    title: str
    action: str
    """An action of the app, as Textual writes them; empty: one of the input's own, and called as `id` is."""
    keys: tuple[str, ...] = ()
    slash: tuple[str, ...] = ()
    """Command words without the slash; the first is the one shown."""
    help: str = ""
    argument: str = ""
    """How the command's argument is called in help, e.g. `[NAME]`; empty: it takes none."""
    group: str = "Program"
    letters: tuple[str, ...] = ()
    """Keys that type a character: they act wherever nothing is typed."""
    priority: bool = False
    """The key works even where the focus would use it itself, and above dialogues."""


ACTIONS: Final[tuple[Action, ...]] = (
    Action("help", "Help", "help", ("f1",), ("help",), "keys and commands; outside the input also ?",
           letters=("question_mark",)),
    Action("send", "Send", "", ("enter",), help="what is typed; during a run it waits for the next", group="Input"),
    Action("newline", "New line", "", ("ctrl+j", "shift+enter", "alt+enter", "ctrl+enter"),
           help="or \\ and Enter", group="Input"),
    Action("earlier", "Earlier input", "", ("up",), group="Input",
           help="on the first line; typed text selects what begins with it"),
    Action("later", "Later input", "", ("down",), help="on the last line", group="Input"),
    Action("undo", "Undo", "", ("ctrl+slash", "ctrl+underscore"), help="Ctrl+Y redoes", group="Input"),
    Action("editor", "Edit in $EDITOR", "editor", ("ctrl+g",), ("editor",), "write the prompt there", group="Input"),
    Action("cancel", "Stop the run", "cancel", ("escape",), ("cancel",), group="Run",
           help="the partial answer stays; again after a moment: restart a stuck engine"),
    Action("interrupt", "Copy, stop, clear, quit", "interrupt", ("ctrl+c",), group="Run",
           help="copies a selection, else stops the run, else clears the input, else, twice, quits"),
    Action("finish", "Stop after this turn", "finish", (), ("stop",), "let the turn and its tools end", group="Run"),
    Action("steer", "Say it to the run under way", "steer", (), ("steer",), group="Run", argument="[TEXT]",
           help="heard when this turn and its tools are done; without a text the newest queued prompt"),
    Action("send_queued", "Send what is queued", "send_queued", (), ("next",), group="Run",
           help="Enter with nothing typed does so too: the oldest prompt, to the run under way if there is one"),
    Action("unqueue", "Take back what is queued", "unqueue", (), ("unqueue",), group="Run",
           help="↑ with nothing typed does so too, and Esc when no run is under way: the newest prompt"),
    Action("retry", "Go on after an error or a stop", "retry", (), ("retry",), "ends the wait for the next try, too",
           group="Run", letters=("r",)),
    Action("edit", "Edit and resend a prompt", "edit", (), ("edit",), group="Run",
           help="the last, or in the chat the marked one with e; the branch left stays"),
    Action("back", "Go back a prompt", "go_back", (), ("back",), "and forget it and its answer", group="Run"),
    Action("branches", "Branches", "branches", (), ("branches",), group="Run", argument="[N]",
           help="go on with one that /edit or /back left: choose, or name the number of its last prompt"),
    Action("restart", "Restart the engine", "restart", (), ("restart",),
           "load the agent anew; the conversation is kept", group="Run"),
    Action("chat", "Chat", "pane('chat')", ("f2",), ("chat",), "go to the chat", group="Panes"),
    Action("log", "Event log", "pane('log')", ("f3",), ("log",), "go to the event log", group="Panes"),
    Action("metrics", "Metrics", "metrics", ("f4",), ("metrics",), "go to the figures; again: the dashboard",
           group="Panes"),
    Action("next_pane", "Next pane", "next_pane(1)", ("tab",), group="Panes"),
    Action("previous_pane", "Previous pane", "next_pane(-1)", ("shift+tab",), group="Panes"),
    Action("zoom", "Zoom the pane", "zoom", ("f8",), ("zoom",), "the whole screen for one pane", group="Panes"),
    Action("page_up", "Scroll up", "scroll_chat(-1)", ("pageup",), group="Panes"),
    Action("page_down", "Scroll down", "scroll_chat(1)", ("pagedown",), group="Panes"),
    Action("top", "Start of the chat", "chat_top", ("ctrl+home",), group="Panes"),
    Action("follow", "Follow the newest", "chat_end", ("ctrl+end",), group="Panes", help="End in a pane"),
    Action("pace", "Pace of the answers", "pace", (), ("pace",), group="Panes", argument="[reading|live|WORDS]",
           help="shown as fast as one reads, as it comes, or so many words a minute; End or Space shows all"),
    Action("expand", "Open or close all tool calls", "expand", ("ctrl+o",), ("expand",), group="Panes",
           help="arguments and results in full"),
    Action("detail", "Details", "detail", ("ctrl+t",), ("detail",), "all of the log's selected event", group="Panes"),
    Action("filter", "Filter the log", "filter", (), ("filter",), "f in the log", "[FILTER]", group="Event log"),
    Action("find", "Search in the log or the chat", "find", (), ("find",), "/ in the pane", "[TEXT]",
           group="Event log"),
    Action("level", "Level of detail of the log", "level", (), ("level",), "story, items, every event", "[1|2|3]",
           group="Event log"),
    Action("next_error", "Next error in the log", "next_error", (), ("error",), group="Event log"),
    Action("export_log", "Export the rows of the log", "export_log", (), ("export-log",), "those that are shown",
           "[jsonl|csv|har]", group="Event log"),
    Action("copy", "Copy the last answer", "copy", (), ("copy",), "as the model wrote it"),
    Action("history", "History", "history", (), ("history",), "the conversation, a line a message"),
    Action("stats", "Statistics", "stats", (), ("stats",), "messages, tools, tokens"),
    Action("timeline", "Timeline", "timeline", (), ("timeline",), "the run's requests and tools over time; in a pane v",
           letters=("v",)),
    Action("tools", "Tools", "tools", (), ("tools",), "calls, failures and times of each"),
    Action("dashboard", "Dashboard", "dashboard", (), ("dashboard",),
           "first tokens, rates, models, cost, errors, slow tools; Enter in the figures"),
    Action("sessions", "Sessions", "sessions", ("f5",), ("sessions", "resume"),
           "open, rename or delete a recorded one"),
    Action("export", "Export the session", "export", (), ("export",), "as a document, its keys masked",
           "[md|json|html] [FILE]"),
    Action("screenshot", "Screenshot", "capture", (), ("screenshot",), "the screen as an SVG picture", "[FILE]"),
    Action("clear", "Clear the conversation", "clear", (), ("clear",), "the agent forgets it too; the log stays"),
    Action("fault", "Fault lab", "fault", (), ("fault",), "make the next requests or tools fail; off: no more",
           "[SPEC|off]"),
    Action("theme", "Theme", "theme", (), ("theme",), "choose, or name one", "[NAME]"),
    Action("mouse", "Mouse on or off", "mouse", ("f9",), ("mouse",), "off: the terminal's own selection"),
    Action("palette", "Commands", "palette", ("ctrl+p",), ("commands",), "find any action; outside the input also :",
           letters=("colon",)),
    Action("redraw", "Redraw the screen", "redraw", ("ctrl+l",), ("redraw",), priority=True),
    Action("suspend", "Suspend", "suspend_process", ("ctrl+z",), help="back with the shell's fg", priority=True),
    Action("end", "Quit, with nothing typed", "", ("ctrl+d",), group="Input"),
    Action("quit", "Quit", "leave", ("ctrl+q",), ("quit", "exit", "q"), priority=True),
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
    found: list[BindingType] = [
        Binding(",".join(action.keys), action.action, action.title, show=False, id=action.id, priority=action.priority)
        for action in ACTIONS
        if action.keys and action.action
    ]
    found += [Binding(",".join(each.letters), each.action, each.title, show=False) for each in ACTIONS if each.letters]
    return found


def input_bindings() -> list[BindingType]:
    """The input's own, with ids likewise."""
    return [
        Binding(",".join(action.keys), action.id, action.title, show=False, id=action.id)
        for action in ACTIONS
        if not action.action
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
    """The actions whose command begins with `prefix` (without the slash), a whole word first, else in table order."""
    wanted = prefix.lower()
    found = [action for action in ACTIONS if any(word.startswith(wanted) for word in action.slash)]
    return sorted(found, key=lambda action: wanted not in action.slash)


def clashes(actions: Iterable[Action], keymap: Mapping[str, str]) -> list[str]:
    """One line for each key that two actions want, after `keymap` (action id to keys, separated by commas)."""
    owner: dict[str, str] = {}
    found = []
    for action in actions:
        keys = keymap[action.id].split(",") if action.id in keymap else action.keys
        for key in (key.strip() for key in (*keys, *action.letters)):
            if key in owner:
                found.append(f"{key} is wanted by {owner[key]} and {action.id}")
            owner.setdefault(key, action.id)
    return found


def unimplemented(app: type, composer: type) -> list[str]:
    """The ids of the actions that neither class has a method for; a test's question."""
    return [
        action.id
        for action in ACTIONS
        if not hasattr(app if action.action else composer, f"action_{(action.action or action.id).partition('(')[0]}")
    ]


_NAMES: Final[Mapping[str, str]] = {
    "escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "up": "↑", "down": "↓", "left": "←", "right": "→",
    "underscore": "_", "slash": "/", "colon": ":", "question_mark": "?", "left_square_bracket": "[",
    "right_square_bracket": "]", "backslash": "\\", "full_stop": ".", "comma": ",", "left_curly_bracket": "{",
    "right_curly_bracket": "}", "apostrophe": "'",
}  # fmt: skip


def key_name(key: str) -> str:
    """A key as people write it: `ctrl+j` is Ctrl+J, `pageup` PgUp; a letter by itself stays as it is typed."""
    if len(key) == 1:
        return key
    return "+".join(_NAMES.get(part, part.capitalize()) for part in key.split("+"))
