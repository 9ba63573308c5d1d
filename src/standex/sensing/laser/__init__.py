"""Laser spectroscopy: raw counts of a few shots -> how much speaks for each listed residue.

``library`` (versioned reference spectra, each with provenance and licence) -> ``axis_grid``
(moved to the detector's channels and line shape; counts are never resampled) -> ``joint_fit``
(smooth light, substrate and entry fitted together, weighted; one signed z per entry, two matrix
products a batch, several shots of a passage combined) -> ``short_list`` (the best few again, under
the spectrum's own noise and axis error). ``nuisance`` is what is fitted and never scored;
``scene_background`` adds what the last seconds of the same scene had in common, and never a
residue. ``count_noise`` says what a count is worth.

``shot`` parses records; its neighbours look after the instrument: axis, intensity, gain, cosmic
rays, saturation.
"""
