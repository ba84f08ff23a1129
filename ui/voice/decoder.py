"""Whisper's decoder in NumPy: how likely each next token is, for many beginnings at once.

CTranslate2 keeps its beam search to itself. Here each step can be steered by what commands are
like, and what was heard before all beginnings (the prompt) is computed once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from ui.voice.weights import Numbers

_HEAD = 64
"""So wide is one head of attention in every Whisper model."""
_TOKENS = "embeddings/weight"
_special: Any = import_module("scipy.special")

Memory = list[tuple[Numbers, Numbers]]
"""Keys and values of each layer."""


@dataclass(slots=True)
class Beginnings:
    """Beginnings of a transcript as the decoder remembers them.

    Attributes:
        cross: the sound.
        shared: what stands before all of them.
        own: what each has on its own; None: nothing yet.
        length: how many tokens each has.
    """

    cross: Memory
    shared: Memory
    own: Memory | None
    length: int

    def taken(self, rows: Sequence[int]) -> Beginnings:
        """These beginnings only, in this order."""
        own = self.own and [(k[list(rows)], v[list(rows)]) for k, v in self.own]
        return Beginnings(self.cross, self.shared, own, self.length)


class Decoder:
    """One model's decoder.

    Args:
        weights: by their names in CTranslate2's form.
        vocabulary: the tokens that may be said; the others are not looked at.
    """

    def __init__(self, weights: dict[str, Numbers], vocabulary: Sequence[int]) -> None:
        self._w = {name: one for name, one in weights.items() if name != _TOKENS}
        self._tokens = weights[_TOKENS].astype(np.float16)  # as the model keeps them
        self._places = weights["position_encodings/encodings"]
        self._out = np.ascontiguousarray(weights[_TOKENS][list(vocabulary)].T)
        names = {name.split("/")[0] for name in weights if name.startswith("layer_")}
        self._layers = [f"layer_{i}" for i in range(len(names - {"layer_norm"}))]

    def begin(self, encoded: Numbers, prompt: Sequence[int]) -> tuple[Beginnings, Numbers]:
        """The beginning that a prompt makes for a sound, and how likely each first token is."""
        cross: Memory = []
        for layer in self._layers:
            keys, values = np.split(
                self._linear(f"{layer}/attention/linear_1", encoded), 2, axis=-1
            )
            cross.append((_heads(keys[None])[0], _heads(values[None])[0]))
        empty = Beginnings(cross, [], None, 0)
        after, likely = self.go_on(empty, np.array([list(prompt)]))
        assert after.own is not None
        shared = [(keys[0], values[0]) for keys, values in after.own]
        return Beginnings(cross, shared, None, len(prompt)), likely[:, -1]

    def go_on(
        self, begun: Beginnings, tokens: Any, *, last: bool = True
    ) -> tuple[Beginnings, Numbers]:
        """Each beginning with its next tokens, and the logarithms of what may follow.

        Args:
            begun: so many beginnings as `tokens` has rows.
            tokens: the next ones of each.
            last: only what follows the last of them is wanted.
        """
        many = tokens.shape[1]
        x = (
            self._tokens[tokens].astype(np.float32)
            + self._places[begun.length : begun.length + many]
        )
        own: Memory = []
        for i, layer in enumerate(self._layers):
            h = self._norm(f"{layer}/self_attention/layer_norm", x)
            q, k, v = map(
                _heads, np.split(self._linear(f"{layer}/self_attention/linear_0", h), 3, -1)
            )
            if begun.own is not None:
                k = np.concatenate([begun.own[i][0], k], axis=2)
                v = np.concatenate([begun.own[i][1], v], axis=2)
            own.append((k, v))
            shared = begun.shared[i] if begun.shared else None
            x = x + self._linear(f"{layer}/self_attention/linear_1", _attend(q, k, v, shared))
            h = self._norm(f"{layer}/attention/layer_norm", x)
            q = _heads(self._linear(f"{layer}/attention/linear_0", h))
            x = x + self._linear(f"{layer}/attention/linear_2", _look(q, *begun.cross[i]))
            h = self._norm(f"{layer}/ffn/layer_norm", x)
            h = _gelu(self._linear(f"{layer}/ffn/linear_0", h))
            x = x + self._linear(f"{layer}/ffn/linear_1", h)
        x = self._norm("layer_norm", x[:, -1:] if last else x)
        likely = _special.log_softmax(x @ self._out, axis=-1)
        return Beginnings(begun.cross, begun.shared, own, begun.length + many), likely

    def _linear(self, name: str, x: Numbers) -> Numbers:
        return x @ self._w[f"{name}/weight"].T + self._w[f"{name}/bias"]

    def _norm(self, name: str, x: Numbers) -> Numbers:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return scaled * self._w[f"{name}/gamma"] + self._w[f"{name}/beta"]


def _gelu(x: Numbers) -> Numbers:
    return 0.5 * x * (1 + _special.erf(x * np.float32(0.7071067811865476)))


def _heads(x: Numbers) -> Numbers:
    rows, length, width = x.shape
    return x.reshape(rows, length, width // _HEAD, _HEAD).transpose(0, 2, 1, 3)


def _joined(x: Numbers) -> Numbers:
    rows, heads, length, width = x.shape
    return x.transpose(0, 2, 1, 3).reshape(rows, length, heads * width)


def _look(q: Numbers, keys: Numbers, values: Numbers) -> Numbers:
    """Attention to the sound, which is the same for all."""
    rows, heads, length, width = q.shape
    flat = q.transpose(1, 0, 2, 3).reshape(heads, rows * length, width)
    share = _softmax(flat @ keys.transpose(0, 2, 1) * np.float32(_HEAD**-0.5))
    seen = (share @ values).reshape(heads, rows, length, width).transpose(1, 0, 2, 3)
    return _joined(seen)


def _attend(
    q: Numbers, keys: Numbers, values: Numbers, shared: tuple[Numbers, Numbers] | None
) -> Numbers:
    """Attention to what stands before: what is shared, and one's own up to each token."""
    scale = np.float32(_HEAD**-0.5)
    length, own = q.shape[2], keys.shape[2]
    scores = q @ keys.transpose(0, 1, 3, 2) * scale
    if length > 1:
        hidden = np.triu(np.full((length, own), -1e9, np.float32), own - length + 1)
        scores = scores + hidden
    if shared is None:
        return _joined(_softmax(scores) @ values)
    before = q @ shared[0].transpose(0, 2, 1) * scale
    share = _softmax(np.concatenate([before, scores], axis=-1))
    split = before.shape[-1]
    seen = share[..., :split] @ shared[1] + share[..., split:] @ values
    return _joined(seen.astype(np.float32, copy=False))


def _softmax(x: Numbers) -> Numbers:
    x = np.exp(x - x.max(-1, keepdims=True))
    return x / x.sum(-1, keepdims=True)
