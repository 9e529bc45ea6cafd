"""Themes: found, read strictly, and as styles for widgets that paint their own lines."""
