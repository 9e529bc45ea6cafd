"""The conversation on the screen: entries as sections of lines, rendered as they come into view."""
