"""Answers aloud, through espeak-ng where it is installed; silent where it is not."""

from __future__ import annotations

import re
import shutil
import subprocess

_LONGEST = 400


def can_speak() -> bool:
    """Whether this machine can say something."""
    return shutil.which("espeak-ng") is not None


def aloud(reply: str) -> str:
    """The part of an answer that is worth hearing: its beginning, in whole sentences."""
    text = " ".join(reply.split())
    text = re.sub(r"(\d)/h\b", r"\1 an hour", text).replace("−", "minus ")
    if len(text) <= _LONGEST:
        return text
    cut = text[:_LONGEST]
    end = max(cut.rfind(". "), cut.rfind("; "), cut.rfind(", "))
    return f"{cut[: end if end > 80 else _LONGEST]}. The rest is on the screen."


def speak(reply: str) -> None:
    """Say an answer and wait until it is said; the text is data, never an option or markup."""
    if can_speak() and (text := aloud(reply)):
        subprocess.run(
            ["espeak-ng", "--stdin", "-s", "165"], input=text.encode(), check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
