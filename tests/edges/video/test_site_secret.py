"""One secret for all cameras of a site, another for another site."""

from standex.edges.video.site_secret import site_secret


def test_cameras_of_a_site_share_it() -> None:
    assert site_secret("here") == site_secret("here")
    assert site_secret("here") != site_secret("there")
    assert site_secret("here").bit_length() > 64
