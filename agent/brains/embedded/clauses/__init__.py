"""A turn is cut into clauses: one thing asked, or one thing said, each."""

from agent.brains.embedded.clauses.clause import Clause
from agent.brains.embedded.clauses.cutting import split

__all__ = ["Clause", "split"]
