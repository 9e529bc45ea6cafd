"""The one-line input of dialogues and bars: keys act in the order typed, however many the terminal sends at once.

Its cursor stands still, like that of the main input: a screen that waits for a key writes nothing.
"""

from textual import events
from textual.widgets import Input


class LineInput(Input):
    """Runs the keys that it binds here, as `Composer` does: through the app they would come after later characters."""

    def on_mount(self) -> None:
        self.cursor_blink = False

    async def on_key(self, event: events.Key) -> None:
        active = None if event.is_printable else self.screen.active_bindings.get(event.key)
        if active is not None and active.node is self and await self.app.run_action(active.binding.action, self):
            event.stop()
            event.prevent_default()
