"""The branches of the conversation on top of the screen, to go on with another one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.branches import Branch
from tui.safety import one_line
from tui.state import Prompt
from tui.ui.dialogues.dialogue import ListDialogue

_TEXT: Final = 200
"""Characters of a prompt; its row is cut where the list ends."""


class BranchesScreen(ListDialogue[int]):
    """Gives the branch to go on with, by its last prompt. `here` is the last prompt of the one on screen."""

    HEADING = "Branches"
    KEYS = "Enter goes on with one · ● the one on screen · Esc"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", "Close", show=False)]

    def __init__(self, branches: Sequence[Branch], prompts: Mapping[int, Prompt], here: int) -> None:
        super().__init__()
        self._branches, self._prompts, self._here = branches, prompts, here

    def on_mount(self) -> None:
        choices = self.query_one(OptionList)
        choices.set_options(Option(self._row(branch)) for branch in self._branches)
        tips = [branch.tip for branch in self._branches]
        choices.highlighted = tips.index(self._here) if self._here in tips else 0
        choices.focus()

    def _row(self, branch: Branch) -> Content:
        """Its last prompt, below the branch that it left."""
        prompt = self._prompts[branch.tip]
        when = datetime.fromtimestamp(prompt.at).strftime("%m-%d %H:%M")
        many = len(branch.prompts)
        facts = f"{branch.tip:>4}  {when}  {many:>3} prompt{' ' if many == 1 else 's'}  "
        hangs = f"{'   ' * (branch.depth - 1)}└⑂{branch.after} " if branch.depth else ""
        here = "● " if branch.tip == self._here else "  "
        return Content.assemble(here, (facts, "dim"), (hangs, "dim"), one_line(prompt.text, _TEXT))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._branches[event.option_index].tip)
