"""`python -m tui` and the `agents-tui` command: the frame of the screen first, then all that it takes to fill it."""

import gc
import sys

from tui import skeleton


def main() -> int:
    """Run the command line; its exit status."""
    if skeleton.begin(sys.argv[1:]):
        sys.excepthook = _start_failed
        gc.disable()  # nothing that start-up makes is garbage; the app turns it on again
    try:
        from tui.cli import main

        return main()
    finally:
        skeleton.end()


def _start_failed(kind: type[BaseException], error: BaseException, trace: object) -> None:
    """One line for an error on the way to the screen, which has a hook of its own once it is there."""
    import os

    from tui.crash import CrashReport
    from tui.places import crash_file
    from tui.safety import Secrets

    CrashReport("agents-tui", crash_file(), Secrets.of_environment(os.environ).redact).excepthook(kind, error, None)


if __name__ == "__main__":
    sys.exit(main())
