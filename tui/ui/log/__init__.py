"""The event log on the screen: its rows, where they come from, and the ways through them."""
