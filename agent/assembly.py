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
    key = settings.api_key
    if key is not None and key.reference is not None:
        from agent.brains.llm_keys import KeyedBrain

        model, base_url = settings.model, settings.base_url
        return KeyedBrain(
            settings.brain, key, lambda k: make(model, k, base_url, instead=embedded), embedded
        )
    return make(settings.model, key, settings.base_url, instead=embedded)


def open_turns(
    settings: Settings, clock: Clock = utc_now, *, lasts: bool = False
) -> tuple[Turns, list[Skipped]]:
    """Turns over what this machine can reach, and the connections that could not be made.

    Args:
        lasts: it stays open, so that connections which are late are not waited for.
    """
    brain = open_brain(settings)
    control, skipped = connect(settings, clock, lasts=lasts)
    return Turns(control, brain), skipped


def close(control: Control) -> None:
    """Let go of everything that was opened."""
    control.close()
