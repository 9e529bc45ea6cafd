"""The list of every dialogue: Textual's, where it has no lines, or others than a moment ago."""

from textual.events import Click
from textual.widgets import OptionList


class Choices(OptionList):
    """Keys for pages do nothing where there is no room for a line, nor a click on an option that there is no more;
    Textual looks up either all the same, and the app ends."""

    def on_click(self, event: Click) -> None:
        if event.style.meta.get("option", 0) >= self.option_count:
            event.prevent_default()

    def action_page_up(self) -> None:
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]
