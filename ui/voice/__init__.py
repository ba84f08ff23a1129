"""Speech: what was said becomes text with names that exist; what is answered may be spoken."""
