"""Every figure of the program once: its formula, its unit, its source. Panes, reports, exports and JSON ask here.

`requests` is about one model request, `runs` about a run, `session` about all of them; `gaps`, `cost` and `thresholds`
cut across. All of it is pure and read from state: a replay gives the same figures to the digit. How a value is written
is `tui.figures`; how the program itself does is `tui.ui.metrics.own_speed`, which is measured and not of the session.
"""
