"""Calibrations of cameras, whoever wrote them -> views of a floor in metres."""
