"""The one place where a NovaCron is put together: settings to control, brain and turns."""

from __future__ import annotations

from agent.brains.base import Brain
from agent.turns import Turns
from tools.control import Control, Skipped, connect
from tools.errors import InvalidRequest
from tools.settings import Settings
from tools.times import Clock, utc_now


def open_brain(settings: Settings) -> Brain:
    """The brain that the settings name; a model's library is imported only for its own brain.

    Where a model fails at a turn, the embedded brain reads it.

    Raises:
        InvalidRequest: the brain lacks its model or its key.
    """
    from agent.brains.embedded import EmbeddedBrain

    embedded = EmbeddedBrain()
    if settings.brain == "embedded":
        return embedded
    if not settings.model:
        raise InvalidRequest(
            f"The {settings.brain} brain needs a model.", hint="Set NOVACRON_MODEL to its name."
        )
    from agent.brains.llm import anthropic_brain, openai_brain

    make = anthropic_brain if settings.brain == "anthropic" else openai_brain
    return make(settings.model, settings.api_key, settings.base_url, instead=embedded)


def open_turns(settings: Settings, clock: Clock = utc_now) -> tuple[Turns, list[Skipped]]:
    """Turns over what this machine can reach, and the connections that could not be made."""
    brain = open_brain(settings)
    control, skipped = connect(settings, clock)
    return Turns(control, brain), skipped


def close(control: Control) -> None:
    """Let go of everything that was opened."""
    control.close()
