"""The sample pictures: what is written in each, with what, on what, and how it is photographed."""

from __future__ import annotations

from dataclasses import dataclass

from shot import GREY_DESK, WOOD, Shot

from numbre_export.synthesis.scenes import ink
from numbre_export.synthesis.scenes.camera import Camera
from numbre_export.synthesis.scenes.ink import Pen
from numbre_export.synthesis.scenes.layout import Hand
from numbre_export.synthesis.scenes.light import Light, Shadow
from numbre_export.synthesis.scenes.paper import Paper

PLAIN = Paper(color=(224, 230, 232))
RULED = Paper(color=(222, 232, 234), ruling="ruled", pitch=64, phase=90, line=(212, 180, 150), margin=70)
SQUARED = Paper(color=(232, 234, 232), ruling="squared", pitch=36, phase=18, line=(214, 192, 168), line_width=1.5)
BOARD = Paper(color=(62, 72, 58), fibre=0.012, cloud=0.03, smear=0.13)
CARDBOARD = Paper(color=(112, 152, 186), fibre=0.012, cloud=0.03, flute=14)


@dataclass(frozen=True, kw_only=True)
class Sample(Shot):
    """One picture, and how it is taken.

    Attributes:
        name: of the file.
        lines: its numbers, line by line.
        hand: how it is written.
        pen: what it is written with.
        start: left edge and baseline of the first line, page pixels.
        pitch: between baselines, page pixels.
        space: between the numbers of a line, page pixels.
        slope: rise of the lines per pixel.
        page: height and width of the sheet, page pixels; the picture's size by default.
        quality: of the JPEG file.
        sideways: stored turned, with the EXIF tag that says so.
        seed: another one gives other digits, paper and noise.
    """

    name: str
    lines: tuple[tuple[str, ...], ...]
    hand: Hand
    pen: Pen
    start: tuple[float, float]
    pitch: float = 0.0
    space: float = 0.0
    slope: float = 0.0
    page: tuple[int, int] | None = None
    paper: Paper = PLAIN
    quality: int = 80
    sideways: bool = False
    seed: int = 0


SAMPLES: tuple[Sample, ...] = (
    Sample(
        name="one-digit-marker.jpg",
        lines=(("7",),),
        size=(640, 480),
        hand=Hand(height=300, pen=20),
        pen=ink.MARKER_BLACK,
        start=(150, 470),
        light=Light(
            gradient=0.2,
            angle=2.2,
            shadows=(Shadow(center=(0.86, 0.9), size=(0.75, 0.5), angle=0.2, depth=0.4, softness=60, waviness=12),),
        ),
        camera=Camera(tint=(1.0, 0.97, 0.93), exposure=0.85, defocus=0.9),
    ),
    Sample(
        name="one-digit-pencil.jpg",
        lines=(("5",),),
        size=(400, 400),
        hand=Hand(height=130, pen=7),
        pen=ink.PENCIL,
        start=(150, 270),
        light=Light(gradient=0.25, angle=0.4),
        camera=Camera(tint=(0.9, 0.97, 1.0), exposure=0.8),
    ),
    Sample(
        name="plain-number.jpg",
        lines=(("4071",),),
        size=(420, 760),
        hand=Hand(height=120, pen=8, slant=0.18),
        pen=ink.BALLPOINT_BLUE,
        start=(150, 270),
        slope=0.03,
        camera=Camera(tint=(0.88, 0.95, 1.0), exposure=0.8),
    ),
    Sample(
        name="ruled-phone-number.jpg",
        lines=(("5550142",),),
        size=(480, 820),
        hand=Hand(height=58, pen=4.5, gap=0.36, slant=0.12),
        pen=ink.BALLPOINT_BLACK,
        start=(130, 280),
        paper=RULED,
        camera=Camera(tint=(0.9, 0.97, 1.0), exposure=0.78, turn=0.02, zoom=1.1),
    ),
    Sample(
        name="squared-sums.jpg",
        lines=(("128", "64"), ("305", "97"), ("433", "161")),
        size=(620, 620),
        hand=Hand(height=58, pen=4.5, gap=0.28, slant=0.05),
        pen=ink.BALLPOINT_BLUE,
        start=(110, 196),
        pitch=144,
        space=140,
        paper=SQUARED,
        light=Light(gradient=0.3, angle=-0.6),
        camera=Camera(tint=(0.9, 0.97, 1.0), exposure=0.85, turn=-0.03, zoom=1.1),
    ),
    Sample(
        name="leaning-page.jpg",
        lines=(("70", "1468"), ("329", "51"), ("8", "204"), ("96", "37")),
        size=(860, 760),
        hand=Hand(height=50, pen=4, gap=0.3, slant=0.05),
        pen=ink.GEL_BLACK,
        start=(150, 190),
        pitch=144,
        space=150,
        paper=SQUARED,
        light=Light(gradient=0.3, angle=0.8),
        camera=Camera(tint=(0.95, 0.98, 1.0), exposure=0.85, turn=0.19, zoom=0.95),
    ),
    Sample(
        name="red-pen.jpg",
        lines=(("93",),),
        size=(440, 560),
        hand=Hand(height=150, pen=10, slant=0.2),
        pen=ink.FIBRE_RED,
        start=(180, 300),
        slope=0.08,
        camera=Camera(exposure=1.0),
        paper=RULED,
    ),
    Sample(
        name="green-pen-sticky-note.jpg",
        lines=(("26",), ("1180",)),
        size=(640, 640),
        page=(470, 470),
        hand=Hand(height=95, pen=9),
        pen=ink.FIBRE_GREEN,
        start=(85, 195),
        pitch=150,
        paper=Paper(color=(120, 226, 244), cloud=0.02),
        desk=WOOD,
        light=Light(gradient=0.3, angle=2.6, vignette=0.2),
        camera=Camera(tilt=(-0.12, -0.1), turn=0.09, tint=(0.9, 0.97, 1.0), exposure=0.85),
    ),
    Sample(
        name="marker-on-cardboard.jpg",
        lines=(("318",),),
        size=(520, 760),
        hand=Hand(height=190, pen=20, gap=0.2),
        pen=ink.MARKER_BLACK,
        start=(150, 360),
        paper=CARDBOARD,
        light=Light(gradient=0.25, angle=0.3),
        camera=Camera(tilt=(0.1, 0.15), exposure=0.95),
        slope=-0.02,
    ),
    Sample(
        name="chalkboard.jpg",
        lines=(("725", "48"), ("1906",)),
        size=(600, 860),
        hand=Hand(height=120, pen=11, slant=0.1),
        pen=ink.CHALK,
        start=(90, 230),
        pitch=210,
        space=170,
        slope=0.02,
        paper=BOARD,
        light=Light(gradient=0.35, angle=0.2, vignette=0.25),
        camera=Camera(tilt=(0.08, 0.12)),
    ),
    Sample(
        name="hard-shadow.jpg",
        lines=(("2846",),),
        size=(520, 780),
        hand=Hand(height=110, pen=9),
        pen=ink.GEL_BLACK,
        start=(150, 300),
        light=Light(
            gradient=0.1,
            shadows=(Shadow(center=(0.15, 0.2), size=(1.0, 0.55), angle=-0.5, depth=0.6, softness=9, waviness=5),),
        ),
        camera=Camera(tint=(0.86, 0.95, 1.0), exposure=0.95),
    ),
    Sample(
        name="evening-vignette.jpg",
        lines=(("1503",),),
        size=(520, 720),
        hand=Hand(height=110, pen=7, slant=0.15),
        pen=ink.FOUNTAIN_BLUE,
        start=(150, 300),
        light=Light(gradient=0.25, angle=2.4, vignette=0.75),
        camera=Camera(tint=(0.55, 0.82, 1.0), exposure=0.75, shot_noise=0.012),
    ),
    Sample(
        name="tilted-note.jpg",
        seed=1,
        lines=(("642",), ("90",), ("377",)),
        size=(760, 680),
        page=(560, 460),
        hand=Hand(height=80, pen=6, slant=0.1),
        pen=ink.BALLPOINT_BLUE,
        start=(80, 160),
        pitch=135,
        slope=0.03,
        desk=GREY_DESK,
        light=Light(gradient=0.3, angle=1.9),
        camera=Camera(tilt=(-0.22, 0.1), turn=-0.16, tint=(0.95, 0.98, 1.0), exposure=0.85),
    ),
    Sample(
        name="perspective-page.jpg",
        lines=(("5108", "236"), ("74", "8891"), ("3620", "15")),
        size=(640, 860),
        page=(760, 760),
        hand=Hand(height=58, pen=5, slant=0.1, gap=0.34),
        pen=ink.GEL_BLACK,
        start=(120, 282),
        pitch=128,
        space=150,
        paper=RULED,
        desk=WOOD,
        light=Light(gradient=0.35, angle=-1.2, vignette=0.2),
        camera=Camera(tilt=(-0.55, 0.1), zoom=0.95, aim=(0.5, 0.54), tint=(0.88, 0.96, 1.0), exposure=0.85),
    ),
    Sample(
        name="out-of-focus.jpg",
        lines=(("8052",),),
        size=(440, 720),
        hand=Hand(height=110, pen=9),
        pen=ink.BALLPOINT_BLACK,
        start=(140, 270),
        camera=Camera(defocus=4.5, exposure=0.75, tint=(0.9, 0.96, 1.0)),
    ),
    Sample(
        name="moving-camera.jpg",
        lines=(("679",),),
        size=(440, 640),
        hand=Hand(height=120, pen=10),
        pen=ink.MARKER_BLUE,
        start=(150, 285),
        camera=Camera(motion=13, motion_angle=0.5, exposure=0.7, tint=(0.9, 0.97, 1.0), shot_noise=0.016),
    ),
    Sample(
        name="jpeg-noise.jpg",
        lines=(("31475",),),
        size=(300, 520),
        hand=Hand(height=62, pen=4.5),
        pen=ink.BALLPOINT_BLUE,
        start=(80, 180),
        camera=Camera(jpeg=16, exposure=0.8, tint=(0.92, 0.97, 1.0), shot_noise=0.02),
    ),
    Sample(
        name="low-light.jpg",
        lines=(("2095",),),
        size=(480, 700),
        hand=Hand(height=110, pen=8),
        pen=ink.GEL_BLACK,
        start=(140, 290),
        light=Light(gradient=0.45, angle=2.8, vignette=0.3),
        camera=Camera(exposure=0.11, tint=(0.7, 0.88, 1.0), shot_noise=0.055, read_noise=0.012, defocus=1.0),
    ),
    Sample(
        name="three-numbers-on-a-line.jpg",
        lines=(("18", "503", "7"),),
        size=(360, 980),
        hand=Hand(height=84, pen=6, slant=0.12),
        pen=ink.BALLPOINT_BLUE,
        start=(90, 220),
        space=210,
        slope=0.015,
        camera=Camera(tint=(1.0, 0.84, 0.72), exposure=0.75),
    ),
    Sample(
        name="page-of-numbers.jpg",
        lines=(
            ("27", "4108", "613"),
            ("590", "82", "3374"),
            ("1046", "951", "20"),
            ("68", "77215", "309"),
            ("432", "16", "8590"),
            ("7003", "284", "61"),
            ("95", "1387", "446"),
            ("812", "50", "9274"),
        ),
        size=(1080, 820),
        hand=Hand(height=52, pen=4.2, slant=0.12, gap=0.34),
        pen=ink.BALLPOINT_BLUE,
        start=(100, 154),
        pitch=128,
        space=110,
        paper=RULED,
        light=Light(gradient=0.3, angle=0.9),
        camera=Camera(tint=(0.9, 0.97, 1.0), exposure=0.85, turn=0.012, tilt=(0.08, 0.0), zoom=1.03),
        quality=72,
    ),
    Sample(
        name="small-writing.jpg",
        seed=1,
        lines=(("4832",), ("17",)),
        size=(900, 1200),
        hand=Hand(height=26, pen=2.8),
        pen=ink.BALLPOINT_BLACK,
        start=(520, 430),
        pitch=60,
        light=Light(gradient=0.3, angle=2.0),
        camera=Camera(tint=(0.92, 0.97, 1.0), exposure=0.8),
        quality=72,
    ),
    Sample(
        name="rotated-by-exif.jpg",
        lines=(("356",), ("2018",)),
        size=(760, 560),
        hand=Hand(height=110, pen=8, slant=0.1),
        pen=ink.FIBRE_RED,
        start=(90, 280),
        pitch=200,
        camera=Camera(tint=(0.9, 0.97, 1.0), exposure=0.8),
        light=Light(
            gradient=0.25,
            angle=1.2,
            shadows=(Shadow(center=(1.0, 0.05), size=(0.7, 0.5), angle=0.6, depth=0.35, softness=70, waviness=20),),
        ),
        sideways=True,
    ),
    Sample(
        name="dotted-form.jpg",
        lines=(("1947",), ("53",)),
        size=(360, 620),
        hand=Hand(height=60, pen=4.5, gap=0.32),
        pen=ink.FOUNTAIN_BLUE,
        start=(120, 136),
        pitch=120,
        paper=Paper(color=(222, 228, 230), ruling="dotted", pitch=120, phase=22, line=(120, 116, 112), line_width=2.2),
        camera=Camera(tint=(1.0, 0.99, 0.97), exposure=0.98),
    ),
    Sample(
        name="aged-paper.jpg",
        lines=(("1862",), ("409",)),
        size=(560, 700),
        hand=Hand(height=100, pen=6.5, slant=0.3, evenness=0.6),
        pen=ink.FOUNTAIN_BLUE,
        start=(140, 220),
        pitch=180,
        paper=Paper(color=(172, 208, 224), fibre=0.012, cloud=0.03, stains=0.5),
        light=Light(gradient=0.25, angle=0.5, vignette=0.3),
        camera=Camera(exposure=0.85),
    ),
    Sample(
        name="scanned-label.png",
        seed=1,
        lines=(("60274",),),
        size=(150, 380),
        hand=Hand(height=62, pen=5),
        pen=ink.GEL_BLACK,
        start=(48, 108),
        paper=Paper(color=(246, 247, 246), fibre=0.003, cloud=0.003),
        light=Light(gradient=0.0, vignette=0.0, unevenness=0.0),
        camera=Camera(exposure=1.12, shot_noise=0.004, read_noise=0.002, defocus=0.5),
    ),
)
