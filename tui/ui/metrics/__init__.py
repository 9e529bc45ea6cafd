"""The figures in the sidebar: the run's, the session's and the program's own."""
