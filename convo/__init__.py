"""convo: two-way SMS conversations, written as YAML state machines."""

__version__ = "0.1.0"
