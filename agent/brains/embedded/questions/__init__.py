"""Which question a clause asks, and what it speaks of."""

from agent.brains.embedded.questions.mentions import named_in, tech_in
from agent.brains.embedded.questions.records import asks_of_the_past
from agent.brains.embedded.questions.rules import question_of

__all__ = ["asks_of_the_past", "named_in", "question_of", "tech_in"]
