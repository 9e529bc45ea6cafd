"""Between the screen and the terminal: frames, their cells that differ, guards both ways, Textual's internals."""
