"""Microwave panels: S-parameters of walking people -> evidence about body zones.

The way of a record through the room:

``sweep`` (parse, refuse) -> ``background`` (what stands still goes) -> ``reconstruction`` (a volume
around each person, moving with them) -> ``surface`` (the body under the clothes) -> ``anomaly``
(where it lies deeper, nearer or brighter than its surroundings) -> ``evidence`` (likelihoods).
``technology`` puts them together.
"""
