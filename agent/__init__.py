"""The conversation: brains, dialogue, gate and wording."""
