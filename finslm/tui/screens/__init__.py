"""Screens: unlock, desk, and the dialogs above them."""
