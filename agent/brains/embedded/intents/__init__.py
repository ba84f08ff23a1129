"""Which tool a clause asks for, where it asks for a change."""

from agent.brains.embedded.intents.changes import change_of

__all__ = ["change_of"]
