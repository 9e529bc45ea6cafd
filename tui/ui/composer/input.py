"""The input: what is typed becomes a prompt or a command, and nothing typed is ever lost."""

import re
from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from textual import events
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from tui.safety import visible
from tui.skeleton.picture import PLACEHOLDER, PROMPT
from tui.ui.actions.table import BY_ID, Action, input_bindings, matching
from tui.ui.composer.completion import CompletionList
from tui.ui.composer.folding import FoldingArea
from tui.ui.composer.recall import Recall

_COMMAND: Final = re.compile(r"/[a-z][\w-]*(?: .*)?", re.IGNORECASE)
"""One line of a word and perhaps an argument: a path such as `/usr/bin` is none."""
_BEGUN: Final = re.compile(r"/[\w-]*")
_MODIFIED_ENTER: Final = frozenset(("shift+\r", "ctrl+\r", "\r"))
"""What xterm's modifyOtherKeys makes of them, the last with Alt; no binding can spell these."""


class Composer(FoldingArea):
    """One to eight lines of input below a rule. The app's bindings see every key it has no use for."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        max-height: 9;
        border: none;
        border-top: solid $border-blurred;
        padding: 0;
        background: $background;
        scrollbar-size-vertical: 1;
    }
    Composer:focus {
        border: none;
        border-top: solid $border;
    }
    Composer .composer--prompt, Composer .text-area--placeholder {
        color: $text-muted;
    }
    Composer:focus .composer--prompt {
        color: $text-accent;
        text-style: bold;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"composer--prompt"}
    BINDINGS: ClassVar[list[BindingType]] = input_bindings()

    completing = var(False)
    """The list of commands is open: it takes the arrows, Tab, Enter and Esc."""

    class Submitted(Message):
        """The user sent a prompt; who cannot take it hands it back with `restore`."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class CommandEntered(Message):
        """The user entered a command: `/word`, perhaps with an argument."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        history: Sequence[str] = (),
        *,
        queued: Callable[[], bool] = lambda: False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`queued` tells whether prompts wait: with nothing typed Enter sends the oldest, Up takes the newest back."""
        self._queued = queued
        self._recall = Recall(list(history))
        self._sent = ("", "")
        """What was sent last, and how it stood in the input."""
        self._list: CompletionList | None = None
        self._declined: str | None = None
        """The text for which no list is to open, until it changes."""
        super().__init__(placeholder=PLACEHOLDER, id=id, classes=classes)

    # Sending

    async def action_send(self) -> None:
        """Send, unless a backslash before the cursor asks for a new line."""
        row, column = self.cursor_location
        before = self.document[row][:column]
        if self.selection.is_empty and (len(before) - len(before.rstrip("\\"))) % 2:
            self.replace("\n", (row, column - 1), (row, column), maintain_selection_offset=False)
            return
        folded = self.text.rstrip().lstrip("\n")
        if folded.strip():
            self._send(folded)
        elif self._queued():
            await self.app.run_action(BY_ID["send_queued"].action)

    def _send(self, folded: str) -> None:
        is_command = _COMMAND.fullmatch(folded) is not None
        is_escaped = folded.startswith("//") and _COMMAND.fullmatch(folded, 1) is not None
        text = self._pastes.expand(folded[1:] if is_escaped else folded)
        self._sent = (text, folded)
        self._recall.add(folded)
        self.load_text("")
        self.post_message(self.CommandEntered(text) if is_command else self.Submitted(text))

    def restore(self, text: str) -> None:
        """Give back what was sent and could not be taken; what has been typed since follows on a line of its own."""
        sent, folded = self._sent
        given = folded if sent == text else self.fold(text)
        self.show(f"{given}\n{self.text}" if self.text.strip() else given)

    def clear_draft(self) -> None:
        """Empty it; Up brings back what was there, as undo does until something is sent."""
        if self.text.strip():
            self._recall.add(self.text)
        super().clear_draft()

    def action_cursor_line_end(self, select: bool = False) -> None:
        """With nothing typed, to the end of the chat."""
        if self.text:
            super().action_cursor_line_end(select)
        else:
            self.call_later(self.app.run_action, BY_ID["follow"].action)

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """Keys act in the order typed: what the input binds runs here, and not after a way through the app.

        On that way it would come after the characters behind it where a terminal sends several keys at once, as
        Vietnamese input methods do: a backspace and the letter that takes the place of the deleted one.
        """
        if self.completing and self._key_of_list(event.key):
            event.stop()
        elif event.key in _MODIFIED_ENTER:
            event.stop()
            self.action_newline()
        elif event.is_printable:
            return
        elif _is_text(event.character):
            event.stop()
            self._replace_via_keyboard(event.character or "", *self.selection)
        elif await self._run_bound(event.key):
            event.stop()
        event.prevent_default()

    async def _run_bound(self, key: str) -> bool:
        """Whether the input binds the key and had a use for it."""
        active = self.screen.active_bindings.get(key)
        return active is not None and active.node is self and await self.app.run_action(active.binding.action, self)

    def action_newline(self) -> None:
        self._replace_via_keyboard("\n", *self.selection)

    async def action_end(self) -> None:
        """Quit if nothing is typed, else delete to the right, as Ctrl+D does in every line editor."""
        if self.text:
            self.action_delete_right()
        else:
            await self.app.run_action(BY_ID["quit"].action)

    async def action_earlier(self) -> None:
        """On the first line what waits to be sent or was entered before, elsewhere a line up."""
        if not self.text and self._queued():
            await self.app.run_action(BY_ID["unqueue"].action)
            return
        older = None
        if self.navigator.is_first_wrapped_line(self.cursor_location):
            older = self._recall.older(self.text)
        self.action_cursor_up() if older is None else self.show(older)

    def action_later(self) -> None:
        newer = None
        if self.navigator.is_last_wrapped_line(self.cursor_location):
            newer = self._recall.newer(self.text)
        self.action_cursor_down() if newer is None else self.show(newer)

    def action_cursor_page_up(self) -> None:
        """The page keys scroll the chat: an input of eight lines has no pages."""
        raise SkipAction

    def action_cursor_page_down(self) -> None:
        raise SkipAction

    # Completion

    def show(self, folded: str) -> None:
        """What was not typed opens no list: its Enter would run something else than what stands there."""
        self._declined = folded
        super().show(folded)

    def insert_pasted(self, text: str) -> None:
        super().insert_pasted(text)
        self._decline()

    def _decline(self) -> None:
        self._declined = self.text
        self.update_suggestion()

    def update_suggestion(self) -> None:
        """Textual calls it after each change of the text."""
        if self._declined is not None and self.text != self._declined:
            self._declined = None
        line = self.document[0] if self.document.line_count == 1 else ""
        offering = self.has_focus and self._declined is None and _BEGUN.fullmatch(line) is not None
        self._offer(matching(line[1:]) if offering else [])

    def _offer(self, actions: Sequence[Action]) -> None:
        """Open the list of these, or close it where there are none."""
        if actions:
            if self._list is None:
                self._list = CompletionList(self, self._run_completed)
                self.screen.mount(self._list)
            self._list.offer(actions)
        elif self._list is not None:
            self._list.close()
        self.completing = bool(actions)

    def _key_of_list(self, key: str) -> bool:
        """Do what the key means to the open list; whether it means anything."""
        assert self._list is not None
        match key:
            case "up" | "down":
                self._list.move(-1 if key == "up" else 1)
            case "tab":
                self.show(f"/{self._list.chosen.slash[0]} ")
            case "enter":
                self._run_completed(self._list.chosen)
            case "escape":
                self._decline()
            case _:
                return False
        return True

    def _run_completed(self, action: Action) -> None:
        self._send(f"/{action.slash[0]}")
        self.focus()

    def on_blur(self) -> None:
        self._offer([])

    # Looks

    @property
    def gutter_width(self) -> int:
        """Cells left of the text."""
        return len(PROMPT)

    def render_line(self, y: int) -> Strip:
        style = self.get_component_rich_style("composer--prompt")
        is_first = y == 0 and self.scroll_offset.y == 0
        gutter = Segment(PROMPT if is_first else " " * len(PROMPT), style)
        return Strip.join([Strip([gutter], len(PROMPT)), super().render_line(y)])


def _is_text(character: str | None) -> bool:
    """What an input method commits may hold joiners, which do not count as printable."""
    return character is not None and character not in "\t\n" and visible(character) == character
