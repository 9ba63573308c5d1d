"""Calibrations in the way of the WILDTRACK data set: intrinsics and pose apart, pose in cm.

``intrinsic_zero`` belongs to the undistorted pictures, in which its boxes are drawn;
``intrinsic_original`` to the pictures as the cameras gave them.

References:
    Chavdarova et al., CVPR 2018, 5030.
"""

from pathlib import Path

from standex.edges.cameras.opencv_file import read_opencv
from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera

NAMES = ("CVLab1", "CVLab2", "CVLab3", "CVLab4", "IDIAP1", "IDIAP2", "IDIAP3")
SIZE_PX = (1920, 1080)


def read_wildtrack(folder: Path, name: str, *, is_undistorted: bool = True) -> Camera:
    """Return one camera.

    Args:
        folder: with ``extrinsic``, ``intrinsic_zero`` and ``intrinsic_original``.
        name: of the camera, such as CVLab1.
        is_undistorted: whether it is for the undistorted pictures.

    Raises:
        DataFileError: files are missing or cannot be used.
    """
    kind = "intrinsic_zero" if is_undistorted else "intrinsic_original"
    intrinsic, pose = folder / kind / f"intr_{name}.xml", folder / "extrinsic" / f"extr_{name}.xml"
    for path in (intrinsic, pose):
        if not path.is_file():
            raise DataFileError(f"{path}: there is no such file; known cameras: {', '.join(NAMES)}")
    return read_opencv(intrinsic, unit="cm", pose_path=pose, size_px=SIZE_PX)
