"""Full-screen terminal client for the OpenAI Agents SDK."""

__version__ = "0.1.0"  # and nothing else: the first paint waits for this file
