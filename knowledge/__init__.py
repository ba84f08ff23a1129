"""Runbooks and the tools over them."""
