"""The screen's side of the engine's process: start it, send to it, read it, end it."""
