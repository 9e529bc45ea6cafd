"""All runs of all sessions in one index, for figures over time.

`rows` reads a journal, run by run; `index` keeps what that gave in a file beside the journals, from which it can always
be made again; `figures` sums it up and `prometheus` writes it for a scraper. What a figure means is in `tui.metrics`.
"""
