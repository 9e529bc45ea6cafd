"""`python -m tui` and the `agents-tui` command: the frame of the screen and the engine first, then all the rest."""

import gc
import sys

from tui import skeleton


def main() -> int:
    """Run the command line; its exit status."""
    screen = skeleton.begin(sys.argv[1:])
    if screen is None:
        return _run()
    sys.excepthook = _start_failed
    gc.disable()  # nothing that start-up makes is garbage; the app turns it on again
    from tui.link import process

    if not screen.resumes:  # that may be in another folder
        process.start_early()
    try:
        return _run()
    finally:
        skeleton.end()
        process.end()


def _run() -> int:
    from tui.cli import main

    return main()


def _start_failed(kind: type[BaseException], error: BaseException, trace: object) -> None:
    """One line for an error on the way to the screen, which has a hook of its own once it is there."""
    import os

    from tui.crash import CrashReport
    from tui.places import crash_file
    from tui.safety import Secrets

    CrashReport("agents-tui", crash_file(), Secrets.of_environment(os.environ).redact).excepthook(kind, error, None)


if __name__ == "__main__":
    sys.exit(main())
