"""The brain that needs no model and no network."""
