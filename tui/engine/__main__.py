"""`python -m tui.engine`: the engine as a child of the screen."""

from tui.engine.main import main

main()
