"""What the readers agree on about text that no person sees."""

HIDDEN_NOTE = "hidden text left out"
LEAST_WHITE = 240
"""Of 255, for red, green and blue alike: what is lighter is white."""
