"""Microwave sensors: S-parameters of walking people -> evidence about body zones.

Three technologies share the first steps of a record: ``sweep`` (parse, refuse) and ``background``
(what stands still goes).

Pillars (``technology``): ``reconstruction`` (a volume around each person, moving with them) ->
``surface`` (the body line of each stripe) -> ``anomaly`` -> ``evidence``.

Imaging panels (``panel_technology``): ``panel_channels`` (``channel_quality``,
``array_calibration`` on a reflector, ``panel_movement``) -> ``panel_view`` (images by ``imaging``,
one per pair of sides) -> ``panel_surface`` -> ``panel_profile`` (echo about the surface, frames
joined in ``panel_looks``) -> ``panel_flatten`` -> ``panel_evidence``, with intervals from
``panel_slab`` and ``two_surfaces``.

The dielectric pass (``dielectric``): spectra of the body focused at a few heights, held against
planar layer stacks (``layer_model`` -> ``layer_table`` -> ``layer_fit``).
"""
