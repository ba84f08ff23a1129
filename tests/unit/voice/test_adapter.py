"""What was taught to the decoder, on a small made-up model and as it is packaged."""

import io

import numpy as np
import pytest

from tests.unit.voice.test_search import TOKENS, WIDE, weights
from ui.voice.adapter import DOWN, MATRICES, UP, adapted, load_adapter, packed_of
from ui.voice.decoder import Decoder
from ui.voice.weights import Numbers

_RANK = 3


@pytest.fixture
def adapter() -> dict[str, Numbers]:
    random = np.random.default_rng(4)
    made: dict[str, Numbers] = {}
    for name in MATRICES:
        rows, columns = weights()[f"layer_0/{name}/weight"].shape
        down, up = random.standard_normal((_RANK, columns)), random.standard_normal((rows, _RANK))
        made[f"layer_0/{name}{DOWN}"] = down.astype(np.float32) * 0.1
        made[f"layer_0/{name}{UP}"] = up.astype(np.float32) * 0.1
    return made


class Beside(Decoder):
    """A decoder that adds to what each matrix gives, instead of to the matrix."""

    def __init__(self, adapter: dict[str, Numbers]) -> None:
        super().__init__(weights(), range(TOKENS))
        self._adapter = adapter

    def _linear(self, name: str, x: Numbers) -> Numbers:
        more = (x @ self._adapter[name + DOWN].T) @ self._adapter[name + UP].T
        return super()._linear(name, x) + more


def test_weights_with_an_adapter_give_what_both_give_beside_one_another(
    adapter: dict[str, Numbers],
) -> None:
    sound = np.random.default_rng(2).standard_normal((7, WIDE)).astype(np.float32)

    _, merged = Decoder(adapted(weights(), adapter), range(TOKENS)).begin(sound, [0, 3, 1])
    _, beside = Beside(adapter).begin(sound, [0, 3, 1])
    _, without = Decoder(weights(), range(TOKENS)).begin(sound, [0, 3, 1])

    assert np.allclose(merged, beside, atol=1e-4)
    assert not np.allclose(merged, without, atol=1e-2)


def test_an_adapter_is_kept_in_halves(adapter: dict[str, Numbers]) -> None:
    with np.load(io.BytesIO(packed_of(adapter))) as kept:
        assert set(kept.files) == set(adapter)
        assert all(kept[name].dtype == np.float16 for name in kept.files)
        assert all(np.allclose(kept[name], one, atol=1e-3) for name, one in adapter.items())


def test_the_packaged_adapter_fits_the_decoder_of_whisper_base() -> None:
    adapter, wide = load_adapter(), 512

    outs = {"self_attention/linear_0": 3 * wide, "attention/linear_1": 2 * wide}
    outs["ffn/linear_0"] = 4 * wide
    for layer in range(6):
        for name in MATRICES:
            down, up = adapter[f"layer_{layer}/{name}{DOWN}"], adapter[f"layer_{layer}/{name}{UP}"]
            assert up.shape == (outs.get(name, wide), down.shape[0])
            assert down.shape[1] == (4 * wide if name == "ffn/linear_1" else wide)
    assert len(adapter) == 6 * len(MATRICES) * 2
