"""The screen's frame before the screen is there, drawn in plain escape codes while Textual is still importing.

What is typed meanwhile is shown, kept, and handed over to the app with the terminal (`hand_over`). Nothing here
imports more than what the interpreter holds anyway and a few small modules of the standard library.

    raised = skeleton.begin(sys.argv[1:])
    try: … the app … `skeleton.hand_over()` …
    finally: skeleton.end()
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.skeleton.arguments import Screen
    from tui.skeleton.stage import HandedOver, Stage

_stage: "Stage | None" = None


def begin(arguments: list[str]) -> "Screen | None":
    """Draw the frame if these arguments open the screen and this is a terminal for it; the screen, if it did."""
    global _stage
    from tui.skeleton.arguments import screen_of

    try:
        from tui.skeleton.stage import open_stage
    except ImportError:  # no POSIX terminal
        return None
    screen = screen_of(arguments)
    _stage = None if screen is None else open_stage(screen)
    return screen if _stage is not None else None


def is_up() -> bool:
    """The frame is on the terminal, and neither ended nor handed over."""
    return _stage is not None


def attributes() -> "list[object] | None":
    """The terminal's settings as they were found, for who has to put them back; None if the frame is not up."""
    return None if _stage is None else _stage.attributes


def hand_over() -> "HandedOver | None":
    """Leave the terminal as it is, alternate screen and all, to who calls; None if the frame is not up."""
    global _stage
    stage, _stage = _stage, None
    return None if stage is None else stage.hand_over()


def end() -> None:
    """Give the terminal back as it was found, unless it was handed over. Safe to call again."""
    global _stage
    stage, _stage = _stage, None
    if stage is not None:
        stage.close()
