from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.wildtrack import NAMES, read_wildtrack
from standex.edges.wildtrack_set import read_wildtrack_set
from standex.model.errors import DataFileError

INTRINSIC = """<?xml version="1.0"?>
<opencv_storage>
<camera_matrix type_id="opencv-matrix"><rows>3</rows><cols>3</cols><dt>d</dt>
<data>1743.0 0.0 934.0 0.0 1735.0 444.0 0.0 0.0 1.0</data></camera_matrix>
<distortion_coefficients type_id="opencv-matrix"><rows>5</rows><cols>1</cols><dt>d</dt>
<data>{lens}</data></distortion_coefficients>
</opencv_storage>
"""
POSE = """<?xml version="1.0"?>
<opencv_storage><rvec> 2.0943951 0.0 0.0 </rvec>
<tvec> 0.0 {down} {forward} </tvec></opencv_storage>
"""


def folder_with_a_camera(folder: Path) -> Path:
    for kind, lens in (("intrinsic_zero", "0 0 0 0 0"), ("intrinsic_original", "-0.4 0.6 0 0 0")):
        (folder / kind).mkdir(parents=True)
        (folder / kind / "intr_CVLab1.xml").write_text(INTRINSIC.format(lens=lens))
    (folder / "extrinsic").mkdir()
    # 2.5 m above the origin, looking along y and 30 degrees down.
    pose = POSE.format(down=250 * np.sin(np.pi / 3), forward=250 * 0.5)
    (folder / "extrinsic" / "extr_CVLab1.xml").write_text(pose)
    return folder


def test_lengths_are_centimetres(tmp_path: Path) -> None:
    folder = folder_with_a_camera(tmp_path)
    camera = read_wildtrack(folder, "CVLab1")
    np.testing.assert_allclose(camera.position_m, [0, 0, 2.5], atol=1e-6)
    assert not camera.distortion.any()
    raw = read_wildtrack(folder, "CVLab1", is_undistorted=False)
    assert raw.distortion[:2].tolist() == [-0.4, 0.6]


def test_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"intr_CVLab2\.xml: there is no such file"):
        read_wildtrack(folder_with_a_camera(tmp_path), "CVLab2")


@pytest.mark.data
@pytest.mark.slow
def test_annotated_feet_are_at_their_places(data_dir: Path) -> None:
    one = read_wildtrack_set(data_dir / "mot" / "wildtrack")
    off_px = {name: [] for name in NAMES}
    for scan, boxes in enumerate(one.boxes[::20]):
        place = dict(zip(*one.truth.at(20 * scan), strict=True))
        for name, camera in one.cameras.items():
            seen = boxes[name]
            whole = seen.corner_px[:, 3] < camera.height_px - 2
            where = np.array([place[who] for who in seen.person[whole]]).reshape(-1, 2)
            corner = seen.corner_px[whole]
            foot = np.stack([(corner[:, 0] + corner[:, 2]) / 2, corner[:, 3]], axis=1)
            off_px[name] += np.hypot(*(camera.to_picture(where)[0] - foot).T).tolist()
    medians = [float(np.median(off)) for off in off_px.values()]
    assert min(medians) > 1
    assert max(medians) < 13
