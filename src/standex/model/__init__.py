"""The shared language of the house: frozen values and ports, NumPy and jaxtyping only.

Two files say what can be remembered and exchanged: ``picture.py`` and ``ports.py``. Every other
file here holds one kind of value.
"""
