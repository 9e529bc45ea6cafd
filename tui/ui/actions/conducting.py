"""What the user can do about runs: one method for each row of the table of actions in its group Run."""

from typing import Final

from textual.screen import Screen

from tui.link.handle import Link
from tui.state import Prompt, State
from tui.ui.composer.input import Composer
from tui.ui.terminal.guards import GuardedApp

_BUSY: Final = "a run is under way: stop it with Esc first"


class Conducting(GuardedApp[int]):
    """The app's actions on the run under way, on what waits for its turn, and on the conversation."""

    link: Link
    state: State
    _edited = 0
    """The number of the prompt that the next one takes the place of; 0: none."""

    async def action_cancel(self) -> None:
        """Esc where nothing nearer wanted it: stop the run, else take back what is queued, else back to the input."""
        if self.link.busy:
            self.link.cancel()
        elif self._edited:
            self._edit(0)
            self._composer.clear_draft()
        elif self._composer.has_focus and not self._composer.draft:
            self.action_unqueue()
        else:
            self._composer.focus()

    def submit(self, text: str) -> None:
        """Send a prompt, or queue it; one that was edited takes the place of the earlier one and all after it."""
        if self._edited and not self.link.busy:
            self.link.rewind(self._edited)
        self._edit(0)
        self.link.queue.submit(text)

    def action_edit(self, number: int = 0) -> None:
        """Put an earlier prompt into the input to send it anew; without a number the last."""
        prompt = self._prompt(number)
        if prompt is None or self.link.busy:
            self.say(_BUSY if prompt else "there is no prompt to edit yet")
            return
        self._edit(prompt.number)
        self._composer.set_draft(prompt.text)
        self._composer.focus()

    def action_go_back(self) -> None:
        """Take the last prompt, and what came of it, out of the conversation."""
        prompt = self._prompt()
        if prompt is None or self.link.busy:
            self.say(_BUSY if prompt else "there is nothing to go back to")
            return
        self._edit(0)
        self.link.rewind(prompt.number)

    def action_branches(self, number: str = "") -> None:
        """Go on with a branch that was left, by the number of its last prompt; without one choose from a list."""
        from tui.ui.dialogues.branches import BranchesScreen

        found, here = self.link.conversation.branches.all(), self.link.conversation.branches.here
        tips = [str(branch.tip) for branch in found if branch.tip != here]
        if not tips or self.link.busy:
            self.say(_BUSY if tips else "there is one branch only: /edit and /back make another")
        elif number in tips:
            self._choose(int(number))
        elif number:
            self.say(f"no other branch ends with prompt {number}: {', '.join(tips)}", warning=True)
        else:
            prompts = {entry.number: entry for entry in self.state.entries if isinstance(entry, Prompt)}
            self.push_screen(BranchesScreen(found, prompts, here), self._choose)

    def _choose(self, prompt: int | None) -> None:
        """A run may have begun meanwhile, with what waited for an engine."""
        if prompt is None or prompt == self.link.conversation.branches.here:
            return
        if self.link.busy:
            self.say(_BUSY)
            return
        self._edit(0)
        self.link.choose(prompt)

    def _prompt(self, number: int = 0) -> Prompt | None:
        shown = reversed(self.state.entries[self.state.cleared :])
        prompts = (entry for entry in shown if isinstance(entry, Prompt) and entry.number)
        return next((prompt for prompt in prompts if number in (0, prompt.number)), None)

    def _edit(self, number: int) -> None:
        self._edited = number
        self._composer.border_title = "sent in place of the earlier prompt · Esc keeps all as it is" if number else ""

    def action_finish(self) -> None:
        if self.link.busy:
            self.link.cancel("after_turn")
            self.say("stops when this turn and its tools are done; Esc stops at once")
        else:
            self.say("no run is under way")

    def action_steer(self, text: str = "") -> None:
        """Hand a message over between two turns; without a text the newest of the queue, which is typed already."""
        text = text or self.link.queue.take_back() or ""
        if text:
            self.link.queue.steer(text)
        else:
            self.say("what to say? /steer TEXT")

    def action_send_queued(self) -> None:
        self.link.queue.send_next()

    def action_unqueue(self) -> None:
        """Put the newest queued prompt into the input, before what is typed there."""
        text = self.link.queue.take_back()
        if text is not None:
            self._composer.restore(text)
        self._composer.focus()

    def action_retry(self) -> None:
        """Go on with what failed or was stopped; during the wait for the next try of a request, try at once."""
        if self.state.phase == "retrying" or (self.link.conversation.cut and not self.link.busy):
            self.link.retry()
        else:
            self.say("nothing was cut off that could go on")

    async def action_restart(self) -> None:
        await self.link.restart()

    def action_clear(self) -> None:
        if self.link.busy:
            self.say("a run is under way: stop it with Esc, then clear")
        else:
            self.link.clear()

    def say(self, text: str, *, warning: bool = False) -> None:
        """A short word to the user that needs no place in the session."""
        self.notify(text, markup=False, severity="warning" if warning else "information", timeout=4)

    @property
    def _base(self) -> Screen[None]:
        """The screen with the panes, under whatever is open on top."""
        return self.screen_stack[0]

    @property
    def _composer(self) -> Composer:
        return self._base.query_one(Composer)
