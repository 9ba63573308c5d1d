"""Exercises: recorded passages of simulated people, played into a shadow of the station."""
