"""Looks at the Chroma server of the documents, for `novacron doctor`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tools.errors import Unreachable
from tools.providers.standing import Standing, clock_off_s

_LIMIT_S = 10.0


def examine_chroma(url: str) -> Standing:
    """Which server it is, and how far its clock is off.

    Raises:
        Unreachable: it does not answer as a Chroma server does.
    """
    import httpx

    base = f"{url.rstrip('/')}/api/v2"
    where = urlsplit(url).netloc or url
    try:
        with httpx.Client(timeout=_LIMIT_S) as client:
            version = str(client.get(f"{base}/version").raise_for_status().json())
            asked = datetime.now(UTC)
            beat: dict[str, Any] = client.get(f"{base}/heartbeat").raise_for_status().json()
            answered = datetime.now(UTC)
        now = datetime.fromtimestamp(float(beat["nanosecond heartbeat"]) / 1e9, UTC)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise Unreachable(
            f"The Chroma server at {where} does not answer as it should.",
            hint="Look at chroma_url and at the server.",
        ) from error
    off_s = clock_off_s(now, asked, answered)
    return Standing(f"Chroma {version} at {where}", clock_off_s=off_s)
