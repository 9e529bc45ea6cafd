"""The agent's side: the only place that imports the SDK. Facts go out as events, intents come in as commands."""
