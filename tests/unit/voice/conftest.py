"""The ear's words over the contract's fleet."""

import pytest

from agent.brains.embedded.site import build_site
from tools.control import Control
from ui.voice.corrector import Corrector
from ui.voice.lexicon import lexicon_of


@pytest.fixture
def corrector(control: Control) -> Corrector:
    return Corrector(lexicon_of(build_site(control.inventory)))
