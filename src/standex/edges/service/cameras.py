"""Cameras that a service file names: streams, devices and files, their passwords kept out of it."""

from urllib.parse import quote

from standex.edges.clock import Clock
from standex.edges.live_ports import LiveSource
from standex.edges.service.config import ServiceConfig, read_secret
from standex.edges.service.tables import CameraTable, SourceTable, VideoSettings
from standex.model.site import Site


def video_source(
    config: ServiceConfig, source: SourceTable, site: Site, clock: Clock
) -> LiveSource:
    """Return the cameras of a source as one.

    Raises:
        ServiceFileError: a password cannot be read.
    """
    from standex.edges.video.opened import VideoInput  # noqa: PLC0415 - optional packages
    from standex.edges.video.video_source import VideoSource  # noqa: PLC0415

    settings = config.settings_of(source, VideoSettings)
    return VideoSource(
        [
            VideoInput(
                sensor_id=one.sensor,
                url=_address(one, config),
                container=one.container,
                options=one.options,
                rate_hz=site.sensor(one.sensor).rate_hz,
                clock_offset_s=one.clock_offset_s,
            )
            for one in settings.cameras
        ],
        clock=clock,
    )


def _address(one: CameraTable, config: ServiceConfig) -> str:
    scheme, mark, rest = one.url.partition("://")
    if not mark:  # a device, or a file beside the service file
        return str(config.place(one.url))
    if one.user is None or one.password_file is None:
        return one.url
    password = read_secret(one.password_file, config)
    return f"{scheme}://{quote(one.user, safe='')}:{quote(password, safe='')}@{rest}"
