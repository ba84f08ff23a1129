"""The embedded brain: understands infrastructure language without a model."""

from agent.brains.embedded.brain import EmbeddedBrain

__all__ = ["EmbeddedBrain"]
