"""Cases, runner and reports."""
