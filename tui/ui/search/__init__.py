"""Finding and filtering in a pane: the line to type in, which items match, and slices so that no key waits."""
