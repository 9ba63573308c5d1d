"""Surrogates: scores that were drawn, not measured, on their way into the station."""
