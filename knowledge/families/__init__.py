"""The tools over runbooks."""
