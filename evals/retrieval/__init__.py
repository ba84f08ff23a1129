"""Retrieval: cases over our own runbooks and over a wiki in other people's manner."""
