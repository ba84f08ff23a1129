"""Test servers that speak a vendor's API, each a process of its own."""
