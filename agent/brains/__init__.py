"""What understands a sentence."""
