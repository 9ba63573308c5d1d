"""Positions in, people out: who is who from scan to scan, and how sure of it we are."""
