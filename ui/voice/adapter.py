"""What was taught to Whisper's decoder: commands, added to its weights when they are loaded.

For each matrix W of the decoder two thin ones are kept, `down` and `up`; it is used as
W + up @ down. `python -m evals.speech.adapt` teaches them, for the packaged `base` alone.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib import resources

import numpy as np

from ui.voice.weights import Numbers

FILE = "adapter.npz"
OF = "base"
"""The packaged model that it was taught with."""
DOWN, UP = "/down", "/up"
MATRICES = (
    "self_attention/linear_0", "self_attention/linear_1", "attention/linear_0",
    "attention/linear_1", "attention/linear_2", "ffn/linear_0", "ffn/linear_1",
)  # fmt: skip
"""Those of each layer that something is added to."""


def load_adapter() -> dict[str, Numbers]:
    """The thin matrices by the names of those that they are added to."""
    packed = resources.files("ui.voice").joinpath(FILE).read_bytes()
    with np.load(io.BytesIO(packed)) as kept:
        return {name: kept[name].astype(np.float32) for name in kept.files}


def packed_of(adapter: Mapping[str, Numbers]) -> bytes:
    """An adapter as it is kept: halves, which is finer than the model's own eighths."""
    made = io.BytesIO()
    halves = {name: np.asarray(one, np.float16) for name, one in adapter.items()}
    np.savez_compressed(made, allow_pickle=False, **halves)
    return made.getvalue()


def adapted(weights: Mapping[str, Numbers], adapter: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """A decoder's weights with what was taught."""
    made = dict(weights)
    for name in adapter:
        if name.endswith(UP):
            of = name.removesuffix(UP)
            more = (adapter[name] @ adapter[of + DOWN]).astype(np.float32)
            made[f"{of}/weight"] = weights[f"{of}/weight"] + more
    return made
