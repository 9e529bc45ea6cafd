"""What the user can have the program do: one method for each row of `tui.ui.actions.table`."""

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual.widget import Widget

from tui import events as e
from tui.journal.writer import JournalWriter
from tui.link.handle import Link
from tui.pace import PaceError, parse
from tui.places import themes_folder
from tui.state import State
from tui.ui.actions.inspecting import Inspecting
from tui.ui.actions.log_intents import LogIntents
from tui.ui.actions.table import Command, UnknownCommandError, resolve
from tui.ui.chat.pane import ChatPane
from tui.ui.tabs import PaneTabs
from tui.ui.terminal import internals
from tui.ui.themes.catalogue import load_themes
from tui.ui.themes.errors import did_you_mean

QUIT_WITHIN = 2.0
"""Seconds in which the second Ctrl+C quits."""


class Intents(Inspecting, LogIntents):
    """The app as its actions see it; `AgentsApp` composes and runs it."""

    PANES: ClassVar[tuple[str, ...]] = ("chat", "log", "metrics")

    link: Link
    state: State
    _asked_to_quit = float("-inf")
    _journal: JournalWriter | None = None
    _warned_of_queue = False
    _mouse = True
    _shown = "chat"
    """The pane that is on the screen where there is room for one."""
    _zoomed = False

    # Ending

    async def action_interrupt(self) -> None:
        """Ctrl+C: the first of copy, stop, clear and, asked twice, quit that applies."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy(selected)
            self.screen.clear_selection()
        elif self.link.busy:
            self.link.cancel()
        elif self._composer.draft:
            self._composer.clear_draft()
        elif asyncio.get_running_loop().time() - self._asked_to_quit < QUIT_WITHIN:
            await self.action_leave()
        else:
            self._asked_to_quit = asyncio.get_running_loop().time()
            self.notify("Ctrl+C again quits", timeout=QUIT_WITHIN, markup=False)

    async def action_leave(self) -> None:
        """End the engine, then the screen; where the queue is not kept on disk, the first time only say so."""
        queued, kept = len(self.link.queue.waiting), self._journal is not None and self._journal.kept
        if queued and not kept and not self._warned_of_queue:
            self._warned_of_queue = True
            self.say(f"{queued} queued {'prompt was' if queued == 1 else 'prompts were'} not sent: quit again to leave")
            return
        await self.link.close()
        self.exit(0)

    # The panes

    def action_pane(self, name: str) -> None:
        """Show a pane and give it the keys."""
        self._shown = name
        self.arrange()
        self._base.set_focus(self._base.query_one(f"#{name}", Widget))  # at once: the next key is for it already

    def arrange(self) -> None:
        """Lay the panes out for the room there is: side by side, the side stacked, or one at a time."""
        base = self._base
        for name, wanted in self.classes_for_size().items():
            base.set_class(wanted, name)
        base.query_one(PaneTabs).shown = self._shown

    def classes_for_size(self) -> dict[str, bool]:
        """The classes that lay the panes out, and whether each applies now."""
        width, height = self.size
        small = width < 80 or (width < 120 and height < 20)
        shown = {f"-at-{name}": name == self._shown for name in self.PANES}
        return {"-single": small or self._zoomed, "-medium": width < 120, **shown}

    def action_next_pane(self, step: int) -> None:
        """Go through the input and the panes in a ring; on a small screen that changes what is shown."""
        ring = ("composer", *self.PANES)
        focused = self.focused.id if self.focused is not None else None
        at = ring.index(focused) if focused in ring else 0
        name = ring[(at + step) % len(ring)]
        if name == "composer":
            self.action_pane("chat")
            self._composer.focus()
        else:
            self.action_pane(name)

    def action_zoom(self) -> None:
        self._zoomed = not self._zoomed
        self.arrange()

    def action_scroll_chat(self, pages: int) -> None:
        if pages < 0:
            self._chat.scroll_page_up(animate=False)
        else:
            self._chat.scroll_page_down(animate=False)

    def action_chat_top(self) -> None:
        self._chat.scroll_home(animate=False)

    def action_chat_end(self) -> None:
        self._chat.follow()

    def action_expand(self) -> None:
        self._chat.action_toggle_all()

    # Texts

    def action_history(self) -> None:
        from tui.ui.dialogues.help import TextScreen
        from tui.ui.reports import history

        self.push_screen(TextScreen("History", history(self.state)))

    def action_stats(self) -> None:
        from tui.ui.dialogues.help import TextScreen
        from tui.ui.reports import stats

        self.push_screen(TextScreen("Statistics", stats(self.state)))

    def action_help(self) -> None:
        from tui.ui.dialogues.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_copy(self) -> None:
        answer = self._chat.last_answer()
        if answer:
            self.copy(answer)
        else:
            self.say("there is no answer to copy yet")

    async def action_editor(self) -> None:
        """Write the prompt in the user's own editor; what was typed goes there and comes back."""
        import shlex
        import tempfile

        editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "prompt.md"
            path.write_text(self._composer.draft, "utf-8")
            if not self.run_in_front([*editor, str(path)], "EDITOR"):
                return
            self._composer.set_draft(path.read_text("utf-8", "replace").removesuffix("\n"))
        self._composer.focus()

    def action_fault(self, spec: str = "") -> None:
        """Without a spec, say how one is written."""
        from tui.faultspec import NAMES, FaultSpecError, parse_spec

        if not spec:
            self.say(f"e.g. /fault cut@50,429x2,drop-tool; the names: {', '.join(NAMES)}, 400 to 599, off")
            return
        try:
            parse_spec(spec)
        except FaultSpecError as error:
            self._composer.restore(f"/fault {spec}")
            self.say(str(error), warning=True)
        else:
            self.link.set_faults(spec)

    # The look

    def action_theme(self, name: str = "") -> None:
        """Without a name, choose from a list that shows each theme at once."""
        themes = load_themes(themes_folder())
        for theme in themes.themes.values():
            self.register_theme(theme)
        for problem in themes.problems:
            self.link.bus.publish(e.Notice("warning", problem))
        if name in themes.themes:
            self.theme = name
        elif name:
            self.say(f"there is no theme {name!r}{did_you_mean(name, themes.themes)}", warning=True)
        else:
            from tui.ui.dialogues.palette import ThemePicker

            chosen = [(name, themes.descriptions[name]) for name in themes.themes]
            self.push_screen(ThemePicker(chosen, self.theme, self._preview), self._preview)

    def _preview(self, name: str | None) -> None:
        if name is not None:
            self.theme = name

    def action_pace(self, pace: str = "") -> None:
        """Without one, as fast as one reads."""
        try:
            words = parse(pace or "reading")
        except PaceError as error:
            self._composer.restore(f"/pace {pace}")
            self.say(str(error), warning=True)
            return
        self._chat.set_pace(words)
        self.say(
            "answers are shown as they come" if words is None else f"answers are shown at {words:.0f} words a minute"
        )

    def action_mouse(self) -> None:
        self._mouse = not self._mouse
        internals.set_mouse(self, self._mouse)
        self.say("the mouse is the program's" if self._mouse else "the mouse is the terminal's: F9 takes it back")

    def action_redraw(self) -> None:
        self.refresh(repaint=True, layout=True)

    # Commands

    def action_palette(self) -> None:
        from tui.ui.dialogues.palette import PaletteScreen

        if not isinstance(self.screen, PaletteScreen):
            self.push_screen(PaletteScreen(), self._run_chosen)

    def _run_chosen(self, action: str | None) -> None:
        if action:
            self.run_worker(self.run_action(action), exit_on_error=True)

    async def run_command(self, text: str) -> None:
        """Do what `/word argument` asks; an unknown one is named with the nearest, and stays in the input."""
        try:
            command = resolve(text)
        except UnknownCommandError as error:
            self._composer.restore(text)
            self.say(str(error), warning=True)
            return
        await self._run(command)

    async def _run(self, command: Command) -> None:
        action, argument = command
        if not argument:
            await self.run_action(action.action)
        elif action.argument:
            await self.run_action(f"{action.action}({argument!r})")
        else:
            self.say(f"/{action.slash[0]} takes no argument", warning=True)

    @property
    def _chat(self) -> ChatPane:
        return self._base.query_one(ChatPane)
