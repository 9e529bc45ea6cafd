"""A recorded session on the full screen, and the bar to seek in it."""
