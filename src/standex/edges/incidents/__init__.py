"""Incidents: one per person, from the alarm to what came of it."""
