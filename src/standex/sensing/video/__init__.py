"""Cameras: where people are, without knowing who anybody is."""
