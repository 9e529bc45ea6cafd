"""Text as lines that go to the screen as they are: their parts, their styles, and the views that show them."""
