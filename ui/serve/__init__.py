"""NovaCron for many people at once: one control behind web, Slack, HTTP and MCP."""
