"""STANDEX: stand-off detection of explosives on people who walk through public places.

The map, in reading order:

* ``standex.station``: the flow, on one page: ``perceive`` (per sensor), ``update`` (one picture).
* ``standex.model``: the values and ports that everything speaks; ``ports`` and ``picture`` first.
* ``standex.sensing.<technology>``: raw record -> observations; one room per technology.
* ``standex.tracking``, ``standex.fusion``, ``standex.decision``: who is where, what is known, what
  to do.
* ``standex.twin``: recorded people, bodies, objects and instruments that write raw records.
* ``standex.evaluation``: truth against output, with intervals.
* ``standex.testing``: conformance checks for plug-ins.
* ``standex.edges``: all contact with the world: live runs, recordings, readers, commands.

Everything that the command line does is a documented function.
"""

__version__ = "0.1.0"
