"""Secrets of the settings: the values themselves, or references to where they are kept."""
