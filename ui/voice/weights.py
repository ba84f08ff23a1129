"""The decoder's numbers out of a model in CTranslate2's form."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tools.errors import InvalidRequest

Numbers: TypeAlias = NDArray[np.float32]

_VERSION = 6
_SCALE = "_scale"
"""What numbers of eight bits were multiplied with, a row."""
_KINDS = {0: "<f4", 1: "i1", 4: "<f2"}


def decoder_weights(file: Path) -> dict[str, Numbers]:
    """Each number of the decoder by its name.

    Raises:
        InvalidRequest: the file is of another form.
    """
    data = file.read_bytes()
    reader = _Reader(data)
    version, name, _ = reader.number("I"), reader.text(), reader.number("I")
    if version != _VERSION or name != "WhisperSpec":
        raise InvalidRequest(f"{file.name} is no Whisper model in CTranslate2's form 6.")
    found = dict(_decoder(reader, data))
    scales = {name: found.pop(name) for name in list(found) if name.endswith(_SCALE)}
    for name, scale in scales.items():
        of = name.removesuffix(_SCALE)
        found[of] = found[of] / scale.reshape(-1, *[1] * (found[of].ndim - 1))
    return found


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def number(self, kind: str) -> int:
        (found,) = struct.unpack_from("<" + kind, self._data, self.at)
        self.at += struct.calcsize(kind)
        return int(found)

    def text(self) -> str:
        length = self.number("H")
        self.at += length
        return self._data[self.at - length : self.at - 1].decode()


def _decoder(reader: _Reader, data: bytes) -> Iterator[tuple[str, Numbers]]:
    for _ in range(reader.number("I")):
        name = reader.text()
        shape = tuple(reader.number("I") for _ in range(reader.number("B")))
        kind, size = reader.number("B"), reader.number("I")
        if name.startswith("decoder/") and shape and kind in _KINDS:
            count = int(np.prod(shape))
            found = np.frombuffer(data, _KINDS[kind], count, reader.at)
            yield name.removeprefix("decoder/"), found.astype(np.float32).reshape(shape)
        reader.at += size
