"""Pictures of an answer's charts, written where a person at the terminal wants them."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.turns import Turn
from ui.format import zone_of
from ui.session import Session


def tell_charts(turn: Turn, path: Path, session: Session) -> None:
    """Write the charts of an answer, and say on standard error where they are.

    Raises:
        InvalidRequest: it is no .png file, or it cannot be written.
    """
    from ui.picture import save_charts

    zone = zone_of(session.settings.zone)
    written = save_charts([answered.result for answered in turn.answered], path, zone)
    for place in written:
        sys.stderr.write(f"Chart: {place}\n")
    if not written:
        sys.stderr.write("No chart: there are not two figures to draw in this answer.\n")
