"""The digital twin of a site: recorded people, bodies, objects and instruments -> raw records.

It writes the same records that devices would write, and shares no forward model with ``sensing``:
a reconstruction tested on its own forward model proves nothing. Every figure that comes from here
is simulated and is called so.
"""
