"""A scripted stand-in for a model: no key, no network, no AI, but the pace and the events of a real one."""

from tui.engine.demo.model import DemoModel, demo_model

__all__ = ["DemoModel", "demo_model"]
