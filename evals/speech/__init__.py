"""Spoken commands: synthesised, made noisy, heard, and held against the same words typed."""
