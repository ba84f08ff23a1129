"""What the clouds' HTTP interfaces have in common: statuses, and reading with patience."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from tools.errors import Conflict, InvalidRequest, NotAllowed, NotFound, NovaError, Throttled

T = TypeVar("T")

BY_STATUS: Mapping[int, type[NovaError]] = {
    400: InvalidRequest, 401: NotAllowed, 403: NotAllowed, 404: NotFound, 409: Conflict,
    412: Conflict, 429: Throttled,
}  # fmt: skip
"""Which of our errors a status is, where no code of the vendor's says more."""

LONGEST_PAUSE_S = 5.0
"""A vendor that asks to wait longer than this is not waited for; the caller is told."""
_ATTEMPTS = 3


def patiently(
    reading: Callable[[], T],
    foreign: type[BaseException] | tuple[type[BaseException], ...],
    in_our_words: Callable[[BaseException], NovaError],
) -> T:
    """What a reading gives; what is refused for now is tried again.

    Args:
        reading: looks at something and changes nothing.
        foreign: the vendor's exceptions.
        in_our_words: what one of them is.

    Raises:
        NovaError: what went wrong the last time.
    """
    attempt = 1
    while True:
        try:
            return reading()
        except foreign as error:
            ours = in_our_words(error)
            pause_s = ours.retry_after_s
            if not ours.retryable or attempt >= _ATTEMPTS or (pause_s or 0) > LONGEST_PAUSE_S:
                raise ours from error
        backoff_s = 0.1 * 2**attempt * random.uniform(0.7, 1.3)
        time.sleep(backoff_s if pause_s is None else pause_s)
        attempt += 1


def seconds_in(header: object) -> float | None:
    """The seconds of a header `Retry-After`; None where there is none, or a date."""
    text = str(header or "")
    return float(text) if text.isdigit() else None
