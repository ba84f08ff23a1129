"""The pages beside the chat: the fleet, and the plans that wait."""
