"""Markdown while it is being written, as lines: cut into blocks, laid out, each block once."""
