"""The camera: where it stands, and what lens, sensor and file format do to the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge.types import Box, Floats, Pixels
from numbre_export.synthesis.scenes.texture import colored, grain

_GAMMA = 2.2  # of sRGB, nearly (IEC 61966-2-1)
_FOCAL = 1.3  # focal length over the picture's longer side: a phone's main camera (26 mm on 36 mm, cropped)


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera over a page.

    Attributes:
        tilt: about the horizontal and the vertical axis, radians; gives perspective.
        turn: about the line of sight, radians, clockwise in the picture.
        zoom: picture pixels in a page pixel at the centre.
        aim: page point in the picture's centre, share of the page's width and height.
        defocus: sigma, pixels.
        motion: length of the movement, pixels.
        motion_angle: radians.
        exposure: factor on the light.
        tint: factors on blue, green, red: white balance.
        shot_noise: standard deviation at full brightness, share of full scale; grows with the root of the light.
        read_noise: standard deviation in the dark, share of full scale.
        sharpening: strength of the camera's unsharp mask.
        jpeg: quality of the camera's own JPEG, 1 to 100; None for none.
    """

    tilt: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    zoom: float = 1.0
    aim: tuple[float, float] = (0.5, 0.5)
    defocus: float = 0.6
    motion: float = 0.0
    motion_angle: float = 0.0
    exposure: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shot_noise: float = 0.01
    read_noise: float = 0.003
    sharpening: float = 0.4
    jpeg: int | None = None


def homography(camera: Camera, page: tuple[int, int], picture: tuple[int, int]) -> NDArray[np.float64]:
    """Return the (3, 3) map from page pixels to picture pixels: a pinhole camera before a plane.

    Args:
        camera: where it stands.
        page: height and width of the page, pixels.
        picture: height and width of the picture, pixels.
    """
    across, around = camera.tilt
    focal = _FOCAL * max(picture)
    ca, sa, cr, sr = np.cos(across), np.sin(across), np.cos(around), np.sin(around)
    ct, st = np.cos(camera.turn), np.sin(camera.turn)
    rotation = (
        np.array([[1, 0, 0], [0, ca, -sa], [0, sa, ca]])
        @ np.array([[cr, 0, sr], [0, 1, 0], [-sr, 0, cr]])
        @ np.array([[ct, -st, 0], [st, ct, 0], [0, 0, 1]])
    )
    # Page point (u, v, 1) -> rotated plane point; the plane's centre stands at the distance focal / zoom.
    onto = np.column_stack([rotation[:, 0], rotation[:, 1], [0.0, 0.0, focal / camera.zoom]])
    centre = np.array([[1.0, 0, -camera.aim[0] * page[1]], [0, 1.0, -camera.aim[1] * page[0]], [0, 0, 1.0]])
    lens = np.array([[focal, 0, picture[1] / 2], [0, focal, picture[0] / 2], [0, 0, 1.0]])
    full = lens @ onto @ centre
    return np.asarray(full / full[2, 2], np.float64)


def footprint(matrix: NDArray[np.float64], picture: tuple[int, int]) -> Box:
    """Return the box, in page pixels, around all that is in view.

    Args:
        matrix: page to picture, from :func:`homography`; the horizon must be out of view.
        picture: height and width of the picture, pixels.
    """
    height, width = picture
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    seen = cv2.perspectiveTransform(corners, np.linalg.inv(matrix))[0].round(3)  # 1e-3 pixel: no strip for rounding
    left, top = np.floor(seen.min(axis=0)).astype(int)
    right, bottom = np.ceil(seen.max(axis=0)).astype(int)
    return Box(int(left), int(top), int(right - left), int(bottom - top))


def bounds(hull: Floats, matrix: NDArray[np.float64]) -> Box:
    """Return the box, in picture pixels, around ``hull`` ((K, 2) float32, page pixels)."""
    seen = cv2.perspectiveTransform(hull[None], matrix)[0]
    left, top = np.floor(seen.min(axis=0)).astype(int)
    right, bottom = np.ceil(seen.max(axis=0)).astype(int) + 1
    return Box(int(left), int(top), int(right - left), int(bottom - top))


def expose(view: Floats, light: Floats, camera: Camera, rng: np.random.Generator) -> Pixels:
    """Take the picture.

    Args:
        view: (H, W, 3) float32, BGR, 0 to 1, display values of what is in view under full light.
        light: (H, W) float32, linear light on each pixel.
        camera: its lens, sensor and file format.
        rng: for the noise.

    Returns:
        (H, W, 3) uint8, BGR.
    """
    seen = _lens(view, camera)
    # Light multiplies linear values; on display values that is the same with the factor's 1/gamma power.
    factor = np.asarray(cv2.pow(np.maximum(light * np.float32(camera.exposure), 1e-4), 1 / _GAMMA), np.float32)
    seen = seen * colored(factor, [channel ** (1 / _GAMMA) for channel in camera.tint])
    shape = (seen.shape[0], seen.shape[1])
    # Photons come by Poisson's law: deviation ~ root of the light (Healey and Kondepudy, 1994). The
    # camera's demosaicing and noise reduction leave grains wider than a pixel, mostly of brightness.
    deviation = np.sqrt(camera.read_noise**2 + camera.shot_noise**2 * np.clip(seen, 0, 1))
    coarse = (shape[0] // 3 + 1, shape[1] // 3 + 1)
    hue = rng.standard_normal((*coarse, 3), np.float32)
    noise = 0.5 * cv2.resize(hue, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    noise += colored(grain(rng, shape, 0.7), (1, 1, 1))
    seen += deviation * noise
    if camera.sharpening:
        seen += camera.sharpening * (seen - cv2.GaussianBlur(seen, (0, 0), 1.2))
    pixels: Pixels = np.clip(seen * 255 + 0.5, 0, 255).astype(np.uint8)
    if camera.jpeg is None:
        return pixels
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, camera.jpeg])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _lens(view: Floats, camera: Camera) -> Floats:
    seen = view
    if camera.defocus > 0:
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), camera.defocus), np.float32)
    if camera.motion > 1:
        reach = int(np.ceil(camera.motion / 2))
        kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        x, y = np.cos(camera.motion_angle) * camera.motion / 2, np.sin(camera.motion_angle) * camera.motion / 2
        # cv2.line takes fixed-point coordinates: 4 fractional bits.
        ends = [(round((reach + s * x) * 16), round((reach + s * y) * 16)) for s in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_8, 4)
        seen = np.asarray(cv2.filter2D(seen, -1, kernel / kernel.sum()), np.float32)
    return seen
