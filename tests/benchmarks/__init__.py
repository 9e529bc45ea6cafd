"""How fast the program is, in a real pty against a loopback server, each figure beside a floor of the same run.

`python -m tests.benchmarks [--quick] [--only NAME] [--json FILE] [--compare FILE]`. Trust the ratios: they hold when
the machine's speed drifts, single figures do not.
"""
