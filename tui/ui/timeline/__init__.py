"""The timeline of a run on the whole screen: its spans as bars on one time axis."""
