"""The VM control library."""
