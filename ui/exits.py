"""The exit codes of the command line: one table, shown by the help and by docs/errors.md."""

from __future__ import annotations

DONE = 0
PROBLEM = 1
WRONG_REQUEST = 2
WHICH = 3
DECLINED = 4
CHANGED = 5
FAILED = 6
UNKNOWN = 7
WAITS = 10
INTERRUPTED = 130
CUT_OFF = 141

MEANINGS: dict[int, str] = {
    DONE: "done or answered, and what was asked for was seen to have happened",
    PROBLEM: "a check found a problem (doctor, audit verify, eval --require), or a bug",
    WRONG_REQUEST: "wrong request: an option, an argument, a setting or a line of input",
    WHICH: "which one? nothing bears that name, several do, or something is missing",
    DECLINED: "not allowed, or the provider cannot do it; nothing was changed",
    CHANGED: "changed meanwhile: look again; nothing was changed",
    FAILED: "the provider, the disk or the network failed; each machine is named",
    UNKNOWN: "it was sent and no answer came: look at the machine before asking again",
    WAITS: "a plan waits for a yes: novacron approve PLAN",
    INTERRUPTED: "interrupted with Ctrl-C; what had begun is in novacron operations",
    CUT_OFF: "whoever read the output went away",
}
"""What each exit code means."""

OF_OUTCOME = {
    "answer": DONE,
    "done": DONE,
    "cancelled": DONE,
    "confirm": WAITS,
    "clarify": WHICH,
    "decline": DECLINED,
}
"""The exit code of a turn by its outcome."""

OF_OPERATION = {
    "done": DONE,
    "running": DONE,
    "cancelled": CHANGED,
    "failed": FAILED,
    "partial": FAILED,
    "unknown": UNKNOWN,
}
"""The exit code of what ran, by how it ended."""
