"""NovaCron in Slack: an adapter between Slack's events and the hub; it knows no provider."""
