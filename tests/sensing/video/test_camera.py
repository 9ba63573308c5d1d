import numpy as np
import pytest

from standex.sensing.video.camera import Camera, FloorView, HomographyCamera

WIDTH_PX, HEIGHT_PX = 1920, 1080
BARREL = np.array([-0.3, 0.1, 0.001, -0.0005, -0.02])
ONE_PX = np.ones((1, 2))


def looking(
    *,
    at_m: tuple[float, float, float] = (1.0, -2.0, 4.0),
    towards_m: tuple[float, float, float] = (3.0, 8.0, 0.0),
    lens: np.ndarray = BARREL,
    focal_px: float = 1400.0,
) -> Camera:
    """Return a camera that looks from one point to another, upright."""
    centre = np.array(at_m, dtype=float)
    forward = np.array(towards_m) - centre
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    matrix = np.array([[focal_px, 0.0, 955.0], [0.0, focal_px, 540.0], [0.0, 0.0, 1.0]])
    return Camera(
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        matrix=matrix,
        distortion=lens,
        rotation=rotation,
        translation_m=-rotation @ centre,
    )


def homography_of(camera: Camera) -> HomographyCamera:
    """Return what remains of a camera without a lens."""
    picture = camera.matrix @ np.column_stack(
        [camera.rotation[:, 0], camera.rotation[:, 1], camera.translation_m]
    )
    return HomographyCamera.seeing(
        -3 * np.linalg.inv(picture), width_px=camera.width_px, height_px=camera.height_px
    )


def places(rng: np.random.Generator, n: int = 200) -> np.ndarray:
    return np.column_stack([rng.uniform(0, 6, n), rng.uniform(4, 16, n)])


def test_floor_and_back(rng: np.random.Generator) -> None:
    camera, place = looking(), places(rng)
    px, in_front = camera.to_picture(place)
    found = camera.to_floor(px, np.ones((len(px), 2)))
    assert in_front.all()
    assert found.is_on_floor.all()
    np.testing.assert_allclose(found.position_m, place, atol=1e-7)


def test_agrees_with_opencv(rng: np.random.Generator) -> None:
    cv2 = pytest.importorskip("cv2")
    camera = looking()
    points = np.column_stack([places(rng), rng.uniform(0, 2, 200)])
    vector, _ = cv2.Rodrigues(camera.rotation)
    theirs, _ = cv2.projectPoints(
        points, vector, camera.translation_m, camera.matrix, camera.distortion
    )
    px, _ = camera.project(points)
    np.testing.assert_allclose(px, theirs[:, 0], atol=1e-7)


def test_a_homography_says_the_same_as_its_camera(rng: np.random.Generator) -> None:
    camera = looking(lens=np.zeros(0))
    flat, place = homography_of(camera), places(rng)
    px, _ = camera.to_picture(place)
    sigma = np.full((len(px), 2), [3.0, 5.0])
    one, other = camera.to_floor(px, sigma), flat.to_floor(px, sigma)
    np.testing.assert_allclose(other.position_m, one.position_m, rtol=1e-7)
    np.testing.assert_allclose(other.covariance_m2, one.covariance_m2, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(flat.to_picture(place)[0], px, rtol=1e-7)
    assert isinstance(camera, FloorView)
    assert isinstance(flat, FloorView)


def test_covariance_is_that_of_noisy_feet(rng: np.random.Generator) -> None:
    camera, place = looking(), np.array([[2.0, 9.0]])
    sigma = np.array([[2.0, 3.0]])
    px, _ = camera.to_picture(place)
    drawn = px + sigma * rng.standard_normal((20_000, 2))
    found = camera.to_floor(drawn, np.tile(sigma, (len(drawn), 1)))
    stated = camera.to_floor(px, sigma).covariance_m2[0]
    # Standard error of a variance is sqrt(2 / n), 1 %; curvature adds a little.
    np.testing.assert_allclose(np.cov(found.position_m.T), stated, rtol=0.06, atol=1e-4)


def test_error_grows_with_the_square_of_the_distance() -> None:
    height_m, focal_px = 4.0, 1400.0
    camera = looking(at_m=(0, 0, height_m), towards_m=(0, 30, height_m - 1e-9), lens=np.zeros(0))
    away_m = np.array([10.0, 20.0, 40.0])
    px, _ = camera.to_picture(np.column_stack([np.zeros(3), away_m]))
    found = camera.to_floor(px, np.ones((3, 2)))
    std_m = np.sqrt(found.covariance_m2[:, 1, 1])
    np.testing.assert_allclose(std_m, away_m**2 / (height_m * focal_px), rtol=1e-6)
    across_m = np.sqrt(found.covariance_m2[:, 0, 0])
    np.testing.assert_allclose(across_m, away_m / focal_px, rtol=1e-6)


@pytest.mark.parametrize("as_homography", [False, True])
def test_at_and_above_the_horizon_there_is_no_floor(*, as_homography: bool) -> None:
    camera = looking(at_m=(0, 0, 4), towards_m=(0, 30, 4 - 1e-9), lens=np.zeros(0))
    view = homography_of(camera) if as_homography else camera
    feet = np.array([[955.0, 540 + below] for below in (-300.0, -1.0, 0.0, 2.9, 3.1, 200.0)])
    found = view.to_floor(feet, np.ones((6, 2)))
    # A foot whose three-sigma error reaches the horizon is nowhere.
    assert found.is_on_floor.tolist() == [False, False, False, False, True, True]
    assert np.isfinite(found.position_m).all()
    assert (np.linalg.eigvalsh(found.covariance_m2) > 0).all()


def test_what_is_behind_is_not_in_front() -> None:
    camera = looking(at_m=(0, 0, 4), towards_m=(0, 10, 0), lens=np.zeros(0))
    place = np.array([[0.0, 10.0], [0.0, -10.0]])
    assert camera.to_picture(place)[1].tolist() == [True, False]
    assert homography_of(camera).to_picture(place)[1].tolist() == [True, False]


def test_feet_that_are_no_numbers_are_nowhere() -> None:
    for view in (looking(), homography_of(looking(lens=np.zeros(0)))):
        found = view.to_floor(np.array([[np.nan, 5.0]]), ONE_PX)
        assert not found.is_on_floor.any()
        assert np.isfinite(found.covariance_m2).all()
        with pytest.raises(ValueError, match="sigma_px must be positive"):
            view.to_floor(np.array([[5.0, 5.0]]), np.zeros((1, 2)))


def test_nobody_is_nowhere() -> None:
    for view in (looking(), homography_of(looking(lens=np.zeros(0)))):
        assert view.to_floor(np.zeros((0, 2)), np.zeros((0, 2))).position_m.shape == (0, 2)
        assert view.to_picture(np.zeros((0, 2)))[0].shape == (0, 2)


def test_another_level_is_the_same_camera_lower_down() -> None:
    camera = looking(at_m=(1, -2, 7))
    upper = camera.raised(3.0)
    np.testing.assert_allclose(upper.position_m, [1, -2, 4], atol=1e-12)
    point = np.array([[2.0, 9.0, 3.0]])
    np.testing.assert_allclose(camera.project(point)[0], upper.to_picture(point[:, :2])[0])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"width_px": 0}, "width_px must be from 1"),
        ({"rotation": 2 * np.eye(3)}, "proper rotation"),
        ({"rotation": np.diag([1.0, 1.0, -1.0])}, "proper rotation"),
        ({"matrix": np.diag([-1.0, 1.0, 1.0])}, "matrix must be upper triangular"),
        ({"translation_m": np.array([0, np.nan, 0])}, "translation_m must be finite"),
        ({"distortion": np.zeros(3)}, "distortion must have"),
    ],
)
def test_refuses_what_is_no_camera(change: dict[str, object], told: str) -> None:
    camera = looking()
    numbers = {name: getattr(camera, name) for name in camera.__slots__}
    with pytest.raises(ValueError, match=told):
        Camera(**(numbers | change))


def test_refuses_what_is_no_homography() -> None:
    with pytest.raises(ValueError, match="singular"):
        HomographyCamera(
            width_px=640,
            height_px=480,
            floor_from_picture=np.array([[1.0, 2, 3], [2, 4, 6], [0, 0, 1]]),
        )
    with pytest.raises(ValueError, match="must be finite"):
        HomographyCamera(width_px=640, height_px=480, floor_from_picture=np.full((3, 3), np.nan))
