"""The App Home: the plans that wait for a person's yes, and what ran of late."""

from __future__ import annotations

from collections.abc import Callable

from tools.errors import NovaError
from tools.identity import User
from tools.operations import Operation
from ui.format import moment, zone_of
from ui.serve.accounts import Accounts
from ui.serve.hub import Hub
from ui.slack.blocks import MOST_HOME_BLOCKS, Blocks, divider, fitted, header, quiet, words
from ui.slack.cards import card_of, plan_blocks
from ui.slack.people import People, Spot, is_within
from ui.slack.posting import Poster
from ui.text import clean, counted

SHOWN_PLANS = 6
SHOWN_OPERATIONS = 10
_ENDS = {"done": "✓", "partial": "✗", "failed": "✗", "unknown": "?", "running": "…"}


class Home:
    """Draws a person's App Home.

    Args:
        hub: gives the open hub.
    """

    def __init__(
        self, hub: Callable[[], Hub], accounts: Accounts, people: People, poster: Poster
    ) -> None:
        self._hub = hub
        self._accounts = accounts
        self._people = people
        self._poster = poster

    def draw(self, member: str) -> None:
        """Show it as it is now."""
        try:
            blocks = self.blocks(self._people.user(Spot(member)))
        except NovaError as error:
            blocks = [words(f"{error.message} {error.hint or ''}".strip())]
        view = {"type": "home", "blocks": fitted(blocks, MOST_HOME_BLOCKS)}
        self._poster.client.views_publish(user_id=member, view=view)

    def blocks(self, user: User) -> Blocks:
        """What stands on it."""
        blocks = [header("Waiting for your yes"), *self.waiting(user)]
        return [*blocks, divider(), header("What ran of late"), *self._ran(user)]

    def waiting(self, user: User) -> Blocks:
        """The plans that wait for this person, each with its buttons."""
        hub = self._hub()
        world = hub.control.world
        plans = [c.plan for c in hub.inbox(user) if is_within(c.plan, user, world)]
        if not plans:
            return [words("No plan waits for your yes.")]
        blocks: Blocks = []
        for plan in plans[:SHOWN_PLANS]:
            blocks += [*plan_blocks(card_of(hub, self._accounts, plan), plan), divider()]
        if (more := len(plans) - SHOWN_PLANS) > 0:
            blocks.append(quiet(f"… and {counted(more, 'more plan')}"))
        return blocks

    def _ran(self, user: User) -> Blocks:
        control = self._hub().control
        found = control.world.of(user).journal.list(limit=SHOWN_OPERATIONS)
        if not found:
            return [words("Nothing ran yet.")]
        zone = zone_of(control.settings.zone)
        return [words("\n".join(_line(o, moment(o.created_at, zone)) for o in found))]


def _line(operation: Operation, at: str) -> str:
    labels = list(dict.fromkeys(clean(step.label) for step in operation.steps))
    named = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
    tools = ", ".join(dict.fromkeys(step.tool for step in operation.steps)) or "schedule"
    mark = _ENDS.get(operation.status, "–")
    return f"{mark} {at}  {tools}: {named}  ({operation.status}, {clean(operation.asked_by)})"
