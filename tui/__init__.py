"""Full-screen terminal client for the OpenAI Agents SDK."""

from typing import Final

__version__: Final = "0.1.0"
