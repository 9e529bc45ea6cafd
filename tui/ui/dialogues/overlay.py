"""What every screen over the panes has in common: it leaves once, whatever else was pressed before it was gone."""

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

Given = TypeVar("Given")


class Overlay(ModalScreen[Given]):
    """Gives its result to who pushed it, once."""

    def dismiss(self, result: Given | None = None) -> AwaitComplete:
        """Leave; nothing happens where it has left, or another screen lies on top.

        Messages of keys and clicks that came together are handled after the first of them has made it leave; Textual
        would then take away the screen below.
        """
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()  # type: ignore[no-untyped-call]
