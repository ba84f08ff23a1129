"""Documents: how many passages are indexed a second, how long a search over 10,000 takes.

The named alternative is MiniLM alone on the same questions: what a search costs besides.
"""

from __future__ import annotations

from dataclasses import asdict

from evals.retrieval.speed import measure
from knowledge.embedding import Embedder


def main() -> None:
    """Measure and print."""
    for name, value in asdict(measure(10_000, Embedder(2))).items():
        print(f"{name.replace('_', ' '):20} {value:10,.1f}")


if __name__ == "__main__":
    main()
