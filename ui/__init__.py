"""Thin adapters between a surface and one Conversation."""
