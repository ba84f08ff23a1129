"""Reports: a sentence that is answered in a channel at its times. They read and change nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from tools.errors import InvalidRequest, NotAllowed, NotFound, NovaError
from tools.identity import User
from tools.settings import Settings
from tools.times import next_firing
from ui.format import moment, zone_of
from ui.serve.hub import Hub
from ui.serve.logs import log_of
from ui.slack.blocks import quiet
from ui.slack.people import SURFACE, People, Spot, bounded
from ui.slack.posting import Poster
from ui.slack.results import parts_of, words_part
from ui.slack.store import Due, Store

EVERY_S = 1.0
GRACE = timedelta(minutes=15)
"""A report that comes later than this is left out: figures of this morning are not those of now."""
MOST = 20
"""So many reports a channel may have."""
NAME = "report"
HELP = (
    'report "0 9 * * 1-5" what did we spend yesterday?\n'
    "report list\n"
    "report remove ID"
)  # fmt: skip

_ADD = re.compile(r"""["']([^"']+)["']\s+(.+)|((?:\S+\s+){4}\S+)\s+(.+)""", re.DOTALL)


class Reports:
    """Sends what is due, once, whichever process is up.

    Args:
        hub: gives the open hub.
    """

    def __init__(
        self, settings: Settings, hub: Callable[[], Hub], people: People, poster: Poster,
        store: Store,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._hub = hub
        self._people = people
        self._poster = poster
        self._store = store
        self._zone = ZoneInfo(settings.zone)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="slack-reports", daemon=True)
        self._log = log_of("slack")

    def start(self) -> None:
        """Keep the settings' reports and send what is due, until `stop`."""
        now, keys = self._hub().control.clock(), list[str]()
        for report in self._settings.slack_reports:
            text = f"{report.channel}\n{report.cron}\n{report.say}"
            key = f"set-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
            self._store.add_report(
                report.channel, report.cron, report.say, None, self._next(report.cron, now), key
            )
            keys.append(key)
        self._store.keep_only(keys)
        self._store.forget_old()
        self._thread.start()

    def stop(self) -> None:
        """Send no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def command(self, spot: Spot, text: str) -> str:
        """`/nova report …`: what to answer.

        Raises:
            NovaError: it is not understood, or not this person's to do.
        """
        user = self._people.user(spot)
        if text in ("", "help"):
            return HELP
        if text == "list":
            return self._listed(spot)
        if text.startswith("remove"):
            return self._remove(spot, user, text.removeprefix("remove").strip())
        return self._add(spot, user, text.removeprefix("add").strip())

    def _listed(self, spot: Spot) -> str:
        zone = zone_of(self._settings.zone)
        found = [
            f"{r.id}  {r.cron}  “{r.say}”  (next {moment(r.next_at, zone)}; {r.person or NAME})"
            for r in self._store.reports(spot.channel)
        ]
        return "\n".join(found) or "There are no reports in this channel."

    def _remove(self, spot: Spot, user: User, report_id: str) -> str:
        found = next((r for r in self._store.reports(spot.channel) if r.id == report_id), None)
        if found is None:
            raise NotFound(f"There is no report {report_id!r} here.", hint="/nova report list")
        if found.person is None:
            raise NotAllowed("That report is the settings'.", hint="Take it out of slack_reports.")
        if found.person != user.name and "admin" not in user.roles:
            raise NotAllowed("That report is another person's.", hint="An admin may remove it.")
        self._store.remove_report(report_id)
        return f"Removed: “{found.say}”."

    def _add(self, spot: Spot, user: User, text: str) -> str:
        match = _ADD.fullmatch(text)
        if match is None:
            raise InvalidRequest("Say when and what.", hint=HELP)
        cron, say = (match[1] or match[3]).strip(), (match[2] or match[4]).strip()
        if not user.roles & {"operator", "admin"}:
            raise NotAllowed("Reports are set up by operators.", hint="Ask one.")
        if len(say) > 500 or len(self._store.reports(spot.channel)) >= MOST:
            raise InvalidRequest(f"A channel has up to {MOST} reports of up to 500 signs.")
        at = self._next(cron, self._hub().control.clock())
        report_id = self._store.add_report(spot.channel, cron, say, user.name, at)
        shown = moment(at, zone_of(self._settings.zone))
        return f"Report {report_id}: “{say}” here at {cron}, first {shown}. It only reads."

    def _next(self, cron: str, after: datetime) -> datetime:
        return next_firing(cron, after.astimezone(self._zone))

    def send_due(self) -> int:
        """Send what is due; how many reports that was."""
        now, sent = self._hub().control.clock(), 0
        for report in self._store.due():
            if not self._store.claim(report, self._next(report.cron, now)):
                continue
            if now - report.next_at <= GRACE:
                self._send(report)
                sent += 1
        return sent

    def _send(self, report: Due) -> None:
        spot = Spot("", report.channel)
        try:
            user = self._reader(report, spot)
            hub = self._hub()
            thread = hub.create(user, f"report {report.id}")
            try:
                turn = hub.say(thread, report.say, user)
            finally:
                hub.forget(thread, user)
        except NovaError as error:
            self._poster.part(spot, words_part(f"Report “{report.say}”: {error.message}"))
            return
        parts = parts_of(turn, zone_of(self._settings.zone)) or [words_part(turn.reply)]
        parts[0].blocks.insert(0, quiet(f"Report “{report.say}”"))
        for part in parts:
            self._poster.part(spot, part)

    def _reader(self, report: Due, spot: Spot) -> User:
        """As whom a report reads: with the least role, in the channel's bounds.

        Raises:
            NotAllowed: whose it is may not be served there any more.
        """
        place = self._people.place(spot)
        found = User(NAME, surface=SURFACE, tenant=place.tenant)
        if report.person is not None:
            known = self._people.account(report.person)
            if known is None:
                raise NotAllowed(f"{report.person} has no account any more.")
            found = known
        reader = dataclasses.replace(found, roles=frozenset({"viewer"}), approves=False)
        return bounded(reader, place)

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            try:
                self.send_due()
            except (NovaError, SlackClientError, SQLAlchemyError, OSError) as error:
                self._log.warning("report not sent", error=str(error)[:200])
