"""MCAP recordings: what the station heard and said, and its replay.

``layout.py`` says what is in a file, ``codec.py`` and ``arrays.py`` how a value is written,
``writer.py`` and ``reader.py`` do it, ``replay.py`` plays it through a station again.
"""
