"""Whisper's decoder over whole sentences, in JAX: what `ui.voice.decoder` computes step by step."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ui.voice.adapter import DOWN, UP

jax: Any = import_module("jax")
jnp: Any = import_module("jax.numpy")

_HEAD = 64
Named = dict[str, Any]


def stacked(weights: Mapping[str, Any]) -> tuple[Named, Named]:
    """Weights that each layer has, one layer upon the other, and those that there are once."""
    each: dict[str, list[Any]] = {}
    once: Named = {}
    for name in sorted(weights):
        layer, _, rest = name.partition("/")
        if layer.removeprefix("layer_").isdigit():
            each.setdefault(rest, []).append(weights[name])
        else:
            once[name] = jnp.asarray(weights[name])
    return {rest: jnp.stack(parts) for rest, parts in each.items()}, once


def unstacked(layers: Mapping[str, Any]) -> Named:
    """The weights of each layer by their names."""
    return {f"layer_{i}/{rest}": one for rest, all_ in layers.items() for i, one in enumerate(all_)}


def likely_next(
    layers: Named, once: Named, seen: Any, heard: Any, tokens: Any, places: Any, out: Any
) -> Any:
    """The logarithms of what may follow some of the tokens.

    Args:
        layers: the decoder's weights and what is added to them (`ui.voice.adapter`), stacked.
        once: its other weights.
        seen: of each sound.
        heard: which rows of it are no filling.
        tokens: of each transcript, from the first.
        places: which of them are asked about, of each.
        out: what each token of the vocabulary looks like.
    """
    length = tokens.shape[1]
    before = jnp.tril(jnp.ones((length, length), bool))[None, None]
    x = once["embeddings/weight"][tokens] + once["position_encodings/encodings"][:length]

    def through(x: Any, layer: Named) -> tuple[Any, None]:
        h = _norm(layer, "self_attention/layer_norm", x)
        q, k, v = jnp.split(_linear(layer, "self_attention/linear_0", h), 3, -1)
        x = x + _linear(layer, "self_attention/linear_1", _attend(q, k, v, before))
        h = _norm(layer, "attention/layer_norm", x)
        q = _linear(layer, "attention/linear_0", h)
        k, v = jnp.split(_linear(layer, "attention/linear_1", seen), 2, -1)
        x = x + _linear(layer, "attention/linear_2", _attend(q, k, v, heard[:, None, None]))
        h = _norm(layer, "ffn/layer_norm", x)
        h = jax.nn.gelu(_linear(layer, "ffn/linear_0", h), approximate=False)
        return x + _linear(layer, "ffn/linear_1", h), None

    x, _ = jax.lax.scan(through, x, layers)
    asked = jnp.take_along_axis(x, places[..., None], 1)
    last = {name: one for name, one in once.items() if name.startswith("layer_norm/")}
    return jax.nn.log_softmax(_norm(last, "layer_norm", asked) @ out.T, -1)


def _linear(layer: Named, name: str, x: Any) -> Any:
    more = (x @ layer[name + DOWN].T) @ layer[name + UP].T
    return x @ layer[f"{name}/weight"].T + layer[f"{name}/bias"] + more


def _norm(layer: Named, name: str, x: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    scaled = centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return scaled * layer[f"{name}/gamma"] + layer[f"{name}/beta"]


def _attend(q: Any, k: Any, v: Any, may: Any) -> Any:
    q, k, v = map(_heads, (q, k, v))
    scores = q @ k.transpose(0, 1, 3, 2) * _HEAD**-0.5
    seen = jax.nn.softmax(jnp.where(may, scores, -1e9), -1) @ v
    rows, heads, length, width = seen.shape
    return seen.transpose(0, 2, 1, 3).reshape(rows, length, heads * width)


def _heads(x: Any) -> Any:
    rows, length, width = x.shape
    return x.reshape(rows, length, width // _HEAD, _HEAD).transpose(0, 2, 1, 3)
