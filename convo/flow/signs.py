"""Emoji that say something by themselves, as yes and no do."""

YES = frozenset("👍👌✅✔☑🆗")
NO = frozenset("👎❌✖🚫🙅⛔")
UNSURE = frozenset("🤷🤔")
