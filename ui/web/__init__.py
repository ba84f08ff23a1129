"""The chat for browsers, and the pages beside it."""
