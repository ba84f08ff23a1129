"""What a clause says beside its machines: the arguments of its tool."""

from agent.brains.embedded.arguments.fill import read_arguments
from agent.brains.embedded.arguments.said import Said
from agent.brains.embedded.arguments.windows import bare_window

__all__ = ["Said", "bare_window", "read_arguments"]
