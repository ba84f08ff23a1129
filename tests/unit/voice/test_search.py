"""The decoder in NumPy, on a small made-up model, and the search over it."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.brains.embedded.site import build_site
from tools.control import Control
from tools.errors import InvalidRequest
from ui.voice.decoder import Decoder
from ui.voice.prior import Prior, parts_of
from ui.voice.recogniser import with_all_merges
from ui.voice.search import Beginning, Vocabulary, length_fits, search
from ui.voice.weights import Numbers, decoder_weights

WIDE, TOKENS = 64, 6


@pytest.fixture
def prior(control: Control) -> Prior:
    return Prior(parts_of(build_site(control.inventory)))


def weights() -> dict[str, Numbers]:
    """One layer of random numbers."""
    random = np.random.default_rng(1)

    def some(*shape: int) -> Numbers:
        return (random.standard_normal(shape) * 0.3).astype(np.float32)

    made = {"embeddings/weight": some(TOKENS, WIDE), "position_encodings/encodings": some(40, WIDE)}
    sizes = {
        "self_attention/linear_0": (3 * WIDE, WIDE), "self_attention/linear_1": (WIDE, WIDE),
        "attention/linear_0": (WIDE, WIDE), "attention/linear_1": (2 * WIDE, WIDE),
        "attention/linear_2": (WIDE, WIDE), "ffn/linear_0": (96, WIDE), "ffn/linear_1": (WIDE, 96),
    }  # fmt: skip
    for name, shape in sizes.items():
        made |= {f"layer_0/{name}/weight": some(*shape), f"layer_0/{name}/bias": some(shape[0])}
    norms = [f"layer_0/{part}/layer_norm" for part in ("self_attention", "attention", "ffn")]
    for name in (*norms, "layer_norm"):
        made |= {f"{name}/gamma": some(WIDE) + 1, f"{name}/beta": some(WIDE)}
    return made


def test_step_by_step_is_as_all_at_once() -> None:
    decoder = Decoder(weights(), range(TOKENS))
    sound = np.random.default_rng(2).standard_normal((7, WIDE)).astype(np.float32)
    begun, _ = decoder.begin(sound, [0, 3])

    _, at_once = decoder.go_on(begun, np.array([[1, 2, 4], [5, 2, 1]]), last=False)
    memory, steps = begun, list[Numbers]()
    for column in ([1, 5], [2, 2], [4, 1]):
        memory, after = decoder.go_on(memory, np.array(column)[:, None])
        steps.append(after[:, -1])

    assert np.allclose(at_once, np.stack(steps, axis=1), atol=1e-4)
    whole, _ = decoder.begin(sound, [0, 3, 1, 2])
    _, after = decoder.go_on(whole, np.array([[4]]))
    assert np.allclose(after[0, -1], at_once[0, -1], atol=1e-4)


def test_whole_transcripts_come_out_the_likeliest_first(prior: Prior) -> None:
    texts = (" stop", " web", " 3", "-", " please", "")
    decoder = Decoder(weights(), range(TOKENS))
    sound = np.random.default_rng(3).standard_normal((7, WIDE)).astype(np.float32)

    found = search(
        decoder, Vocabulary(tuple(range(TOKENS)), texts), prior, decoder.begin(sound, [0]), 1.0
    )

    assert found
    assert [one.score() for one in found] == sorted((one.score() for one in found), reverse=True)


def test_words_are_counted_when_they_are_whole(prior: Prior) -> None:
    begun = Beginning().with_text(" Rest", prior)
    assert (begun.words, begun.open, begun.ahead < 0) == (0, "rest", True)

    done = begun.with_text("art web", prior).with_text("03", prior).ended(0.0, prior, 1.0)

    assert done.words == 3
    assert done.text.strip() == "Restart web03"


def test_a_text_that_is_too_short_for_the_time_is_unlikely() -> None:
    assert length_fits("restart web oh three please", 1.8) > length_fits("restart", 1.8) + 3


def test_another_file_is_no_model(tmp_path: Path) -> None:
    file = tmp_path / "model.bin"
    file.write_bytes(struct.pack("<IH4sII", 6, 4, b"Bad\0", 1, 0))

    with pytest.raises(InvalidRequest):
        decoder_weights(file)


def test_the_decoders_numbers_are_read(tmp_path: Path) -> None:
    def entry(name: str, numbers: Any, kind: int) -> bytes:
        head = struct.pack("<H", len(name) + 1) + name.encode() + b"\0"
        sizes = struct.pack(
            f"<B{numbers.ndim}IBI", numbers.ndim, *numbers.shape, kind, numbers.nbytes
        )
        return head + sizes + numbers.tobytes()

    half = np.arange(6, dtype="<f2").reshape(2, 3)
    eighth = np.array([[10, 20], [30, 40]], "i1")
    name = b"WhisperSpec\0"
    file = tmp_path / "model.bin"
    file.write_bytes(
        struct.pack("<IH", 6, len(name)) + name + struct.pack("<II", 3, 4)
        + entry("encoder/x", half, 4) + entry("decoder/y", half, 4) + entry("decoder/z", eighth, 1)
        + entry("decoder/z_scale", np.array([10, 2], "<f4"), 0)
    )  # fmt: skip

    assert {k: v.tolist() for k, v in decoder_weights(file).items()} == {
        "y": [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]],
        "z": [[1.0, 2.0], [15.0, 20.0]],
    }


@pytest.mark.parametrize("pairs", [True, False])
def test_a_merge_that_was_lost_is_put_back(pairs: bool) -> None:
    merge = ["h", "e"] if pairs else "h e"
    lost = {"model": {"merges": [merge], "vocab": {"Ġt": 256, "he": 257}}}

    mended = json.loads(with_all_merges(json.dumps(lost)))

    assert mended["model"]["merges"] == [["Ġ", "t"] if pairs else "Ġ t", merge]
    assert json.loads(with_all_merges(json.dumps(mended))) == mended
