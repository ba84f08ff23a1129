"""What was wrong with data from outside, in one line a person can act on."""

from __future__ import annotations

from pydantic import ValidationError


def explain(error: ValidationError) -> str:
    """Each wrong field with its path and the reason."""
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'value'}: {e['msg']}" for e in error.errors()
    )
