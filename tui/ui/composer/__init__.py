"""The input: typing, completion, pastes, what was entered before, and what waits to be sent."""
