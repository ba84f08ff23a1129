"""The catalogue as MCP tools: reads answer, changes become plans that a person approves."""
