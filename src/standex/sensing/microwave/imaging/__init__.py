"""Near-field reconstruction of any multistatic array: one linear map, four ways to apply it.

``array`` (antennas and frequencies) and ``voxels`` (where to image) fix the map A from
reflectivity to samples; an image is A^H applied to the samples. ``exact`` is the definition,
``direct`` interpolates range profiles voxel by voxel, ``beamspace`` works block by block with small
matrix products and is the one to use for whole volumes. All satisfy ``imager.Imager``.
"""
