"""What opens on top of the screen to choose from or to read: sessions, branches, commands, tools, help."""
