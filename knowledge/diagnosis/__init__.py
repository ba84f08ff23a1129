"""What is wrong with a machine: evidence gathered once, causes ranked by it, or an honest unknown.

Read in this order: `evidence`, `gathering`, `clues`, `causes`, `judging`.
"""

from __future__ import annotations

from knowledge.diagnosis.gathering import gather
from knowledge.diagnosis.judging import Diagnosis, Finding, judge

__all__ = ["Diagnosis", "Finding", "gather", "judge"]
