"""The same prompts to several models, streamed and whole: `trials` are what is to be run and what came of it, `engines`
runs them by the engine of the screen, `table` compares. What a figure means is in `tui.metrics`.
"""
