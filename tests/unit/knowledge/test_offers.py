"""What a runbook offers as its next step is a sentence that NovaCron reads, and no more."""

from agent.brains.base import Memory
from agent.brains.embedded import EmbeddedBrain
from agent.turns import Turns
from knowledge.library import shipped_runbooks
from tools.control import Control
from tools.identity import User


def test_every_offer_is_read_and_a_change_waits(control: Control, user: User) -> None:
    turns = Turns(control, EmbeddedBrain())
    offers = {offer for book in shipped_runbooks() for offer in book.offers}
    assert len(offers) >= 20
    before = [(vm.id, vm.state) for vm in control.inventory.all()]
    for offer in sorted(offers):
        turn = turns.take(offer.replace("{vm}", "web-03"), user, Memory())
        changes = offer.split()[0] in ("take", "restart", "start", "resume")
        assert turn.outcome == ("confirm" if changes else "answer"), offer
    assert [(vm.id, vm.state) for vm in control.inventory.all()] == before
