"""Who somebody in Slack is here, and what they may in the place where they speak."""

from __future__ import annotations

import dataclasses
import threading
import time
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from tools.channels import Channel, channel_of
from tools.errors import NotAllowed
from tools.identity import User
from tools.plan import Plan
from tools.settings import Settings
from tools.world import World
from ui.serve.accounts import Accounts

SURFACE = "slack"
_LOOKED_UP_S = 300.0
_RANKS = ("viewer", "operator", "admin")


class Stranger(NotAllowed):
    """A member of Slack of whom NovaCron knows nothing."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in Slack something was said or clicked.

    Attributes:
        member: Slack's id of who did it.
        channel: Slack's id of the channel; empty in the App Home.
        thread: the thread's first message; None at the top of a direct conversation.
        foreign: the channel is shared with another organisation.
    """

    member: str
    channel: str = ""
    thread: str | None = None
    foreign: bool = False

    @property
    def direct(self) -> bool:
        """Whether only this person sees it."""
        return not self.channel or self.channel.startswith("D")

    @property
    def post_to(self) -> str:
        """Where an answer goes."""
        return self.channel or self.member


class People:
    """Members of Slack as people with accounts; each look is fresh, so that who is disabled is out.

    Args:
        client: asks Slack for a member's e-mail, where the settings say so.
    """

    def __init__(self, settings: Settings, accounts: Accounts, client: Any) -> None:
        self._settings = settings
        self._accounts = accounts
        self._client = client
        self._emails: dict[str, tuple[float, str | None]] = {}
        self._shared: dict[str, tuple[float, bool]] = {}
        self._lock = threading.Lock()

    def user(self, spot: Spot) -> User:
        """Who that is, with the most that the place allows.

        Raises:
            Stranger: they have no account, or it is disabled.
            NotAllowed: nobody, or nobody of their tenant, is served there.
        """
        name = self._settings.slack_users.get(spot.member) or self._by_email(spot.member)
        found = self._accounts.user(name, SURFACE) if name else None
        if found is None:
            raise Stranger(
                f"I do not know you here: the Slack member {spot.member} has no NovaCron account.",
                hint="An admin adds one and names you in the setting slack_users.",
            )
        return bounded(found, self.place(spot))

    def place(self, spot: Spot) -> Channel:
        """What holds where somebody speaks.

        Raises:
            NotAllowed: the channel is shared with others, and no setting names it.
        """
        channels = self._settings.slack_channels
        if spot.foreign and not spot.direct and spot.channel not in channels:
            raise NotAllowed(
                "This channel is shared with another organisation; I do not answer here.",
                hint="An admin names it in the setting slack_channels.",
            )
        return channel_of(channels, spot.channel, direct=spot.direct)

    def is_foreign(self, channel: str) -> bool:
        """Whether a channel is shared with another organisation; where Slack does not say: yes."""
        with self._lock:
            known = self._shared.get(channel)
        if known is not None and time.monotonic() - known[0] < _LOOKED_UP_S:
            return known[1]
        try:
            found: dict[str, Any] = self._client.conversations_info(channel=channel)["channel"]
        except SlackApiError:
            return True
        shared = bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))
        with self._lock:
            self._shared[channel] = (time.monotonic(), shared)
        return shared

    def account(self, name: str) -> User | None:
        """Somebody by the name of their account, as they are now."""
        return self._accounts.user(name, SURFACE)

    def _by_email(self, member: str) -> str | None:
        if not self._settings.slack_emails:
            return None
        with self._lock:
            known = self._emails.get(member)
        if known is not None and time.monotonic() - known[0] < _LOOKED_UP_S:
            return known[1]
        email = self._ask_email(member)
        with self._lock:
            self._emails[member] = (time.monotonic(), email)
        return email

    def _ask_email(self, member: str) -> str | None:
        """The e-mail of a full member of the workspace; none of guests, bots and strangers."""
        try:
            found: dict[str, Any] = self._client.users_info(user=member).get("user") or {}
        except SlackApiError:
            return None
        outside = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")
        if any(found.get(key) for key in outside) or found.get("is_email_confirmed") is False:
            return None
        email = found.get("profile", {}).get("email")
        return str(email) if email else None


def bounded(user: User, place: Channel) -> User:
    """Somebody with the most that a place allows.

    Raises:
        NotAllowed: nobody, or nobody of their tenant, is served there.
    """
    if place.role == "none":
        raise NotAllowed("I do not answer in this channel.", hint="Write to me directly.")
    if place.tenant != user.tenant:
        raise NotAllowed("This channel is not your tenant's.", hint="Write to me directly.")
    roles = user.roles
    if place.role != "admin":
        most = _RANKS[: _RANKS.index(place.role) + 1]
        roles = roles.intersection(most) or frozenset({"viewer"} if roles else ())
    return dataclasses.replace(user, roles=roles, sees=place.sees)


def is_within(plan: Plan, user: User, world: World) -> bool:
    """Whether a plan is only about machines that this person sees where they are."""
    if not user.sees:
        return True
    known = world.of(user).inventory.get(plan.machine_ids)
    every_step = [step.target for call in plan.calls for step in call.steps]
    return all(i in known for i in plan.machine_ids) and all(
        target in known or target.startswith("schedule:") for target in every_step
    )
