"""Every thing a program may hold a picture in is read as that picture, or refused by name."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.pictures import as_frame
from numbre_edge.types import Frame
from tests.conftest import RunPython

RGB = np.array([[[200, 30, 40], [10, 20, 30]], [[0, 0, 0], [255, 255, 255]], [[90, 100, 110], [1, 2, 3]]], np.uint8)
BGR = RGB[..., ::-1]  # (3, 2, 3)
GREY = RGB[..., 0]
PNG = cv2.imencode(".png", np.ascontiguousarray(BGR))[1].tobytes()


def pixels_of(picture: Any) -> NDArray[np.uint8]:
    frame = as_frame(picture)
    assert frame.pixels.dtype == np.uint8
    assert frame.pixels.flags.c_contiguous
    return frame.pixels


class TestFiles:
    def test_a_path_is_the_picture_there(self, tmp_path: Path) -> None:
        path = tmp_path / "a.png"
        path.write_bytes(PNG)
        for picture in (path, str(path)):
            frame = as_frame(picture)
            assert frame.source == str(path)
            assert np.array_equal(frame.pixels, BGR)

    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO, np.bytes_])
    def test_a_file_s_content_is_the_picture_in_it(self, kind: Any) -> None:
        assert np.array_equal(pixels_of(kind(PNG)), BGR)

    def test_an_open_file_is_the_picture_from_where_it_stands(self, tmp_path: Path) -> None:
        path = tmp_path / "two.bin"
        path.write_bytes(b"junk" + PNG)
        with path.open("rb") as file:
            file.seek(4)
            frame = as_frame(file)
        assert frame.source == str(path)
        assert np.array_equal(frame.pixels, BGR)

    def test_a_file_that_gives_a_little_at_a_time_is_read_to_its_end(self) -> None:
        class Slow(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                return super().read(min(7, size or 0))

        assert np.array_equal(pixels_of(Slow(PNG)), BGR)

    def test_of_several_pages_the_first_is_read_and_a_warning_says_so(self, tmp_path: Path) -> None:
        path = tmp_path / "pages.tif"
        assert cv2.imwritemulti(str(path), [np.ascontiguousarray(BGR)] * 3)
        with pytest.warns(UserWarning, match=r"pages.tif: page 1 of 3 was read"):
            assert np.array_equal(pixels_of(path), BGR)

    @pytest.mark.parametrize(
        ("picture", "message"),
        [
            ("gone.png", "gone.png: no such file"),
            (Path("gone.png"), "gone.png: no such file"),
            (".", ".: is a folder, not a picture"),
            (b"", "picture: empty: the file has 0 bytes"),
            (b"hello", "picture: not a picture: the content is no format known here"),
            (PNG[:40], "picture: truncated: this PNG file ends"),
            (io.BytesIO(), "picture: empty: nothing is left to read; rewind it with seek(0)"),
        ],
    )
    def test_what_cannot_be_read_is_an_error_with_its_name(self, picture: Any, message: str) -> None:
        with pytest.raises(SourceError) as caught:
            as_frame(picture)
        assert str(caught.value).startswith(message)

    def test_a_closed_file_is_an_error(self) -> None:
        file = io.BytesIO(PNG)
        file.close()
        with pytest.raises(SourceError, match="picture: cannot be read: I/O operation on closed file"):
            as_frame(file)


class TestArrays:
    @pytest.mark.parametrize(
        ("picture", "expected"),
        [
            (BGR, BGR),
            (GREY, GREY),
            (GREY[..., None], GREY),
            (BGR[::-1, ::-1], BGR[::-1, ::-1]),
            (BGR / 255.0, BGR),
            ((BGR / 255).astype(np.float32), BGR),
            ((GREY / 255).astype(np.float16), GREY),
            (GREY > 50, np.where(GREY > 50, 255, 0)),
            (BGR.astype(np.uint16) * 257, BGR),
            ((BGR.astype(np.uint16) * 257).astype(">u2"), BGR),
            (memoryview(np.ascontiguousarray(GREY)), GREY),
        ],
        ids=lambda picture: f"{picture.dtype}{picture.shape}" if isinstance(picture, np.ndarray) else None,
    )
    def test_pixels_are_grey_or_bgr(self, picture: Any, expected: NDArray[np.uint8]) -> None:
        assert np.array_equal(pixels_of(picture), expected)

    def test_a_fourth_channel_is_transparency_on_white(self) -> None:
        alpha = np.array([[255, 0], [51, 255], [255, 255]], np.uint8)
        pixels = pixels_of(np.dstack([BGR, alpha]))
        assert pixels[0].tolist() == [[40, 30, 200], [255, 255, 255]]
        assert pixels[1, 0].tolist() == [204, 204, 204]

    def test_what_numpy_makes_an_array_of_is_one(self) -> None:
        class Tensor:
            def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[np.uint8]:
                return BGR

        assert np.array_equal(pixels_of(Tensor()), BGR)

    def test_a_frame_is_itself(self) -> None:
        frame = Frame(GREY, "camera")
        assert as_frame(frame) is frame

    @pytest.mark.parametrize(
        ("picture", "message"),
        [
            (np.zeros(5, np.uint8), "pixels must be (H, W) grey, (H, W, 3) BGR or (H, W, 4) BGRA, not (5,) uint8"),
            (np.zeros((0, 5), np.uint8), "not (0, 5) uint8"),
            (np.zeros((5, 5, 2), np.uint8), "not (5, 5, 2) uint8"),
            (np.zeros((3, 5, 6), np.uint8), "channels come last, as in numpy.moveaxis(pixels, 0, -1)"),
            (np.zeros((2, 5, 5, 3), np.uint8), "one picture at a time"),
            (np.zeros((5, 5), np.int64), "not int64: pass pixels.astype(numpy.uint8) if they are 0 to 255"),
            (np.zeros((5, 5), "M8[s]"), "not datetime64[s]"),
            (np.full((5, 5), 255.0), "float pixels must be from 0, black, to 1, white, not 255 to 255"),
            (np.full((5, 5), np.nan), "not nan to nan"),
            (None, "a picture is a path, an encoded file's bytes, a file opened with mode 'rb', an array"),
            ([[0, 255]], "not a list"),
            (io.StringIO("x"), "the file gives str, not bytes; open it with mode 'rb'"),
        ],
    )
    def test_other_things_are_refused_by_name(self, picture: Any, message: str) -> None:
        with pytest.raises(UsageError, match=re.escape(message)):
            as_frame(picture)


class TestPillow:
    @pytest.fixture
    def image(self) -> Any:
        """The same pixels as a PIL image, mode RGB."""
        return pytest.importorskip("PIL.Image").fromarray(RGB)

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "RGBX", "RGBa", "CMYK"])
    def test_colours_are_colours(self, mode: str, image: Any) -> None:
        assert np.array_equal(pixels_of(image.convert(mode)), BGR)

    @pytest.mark.parametrize("mode", ["YCbCr", "HSV", "P"])
    def test_other_colour_spaces_are_nearly_so(self, mode: str, image: Any) -> None:
        assert np.abs(pixels_of(image.convert(mode)).astype(int) - BGR).max() <= (60 if mode == "P" else 6)

    @pytest.mark.parametrize("mode", ["L", "LA", "La"])
    def test_grey_is_grey(self, mode: str, image: Any) -> None:
        grey = image.convert("L")
        pixels = pixels_of(grey if mode == "L" else grey.convert("LA").convert(mode))
        assert np.array_equal(pixels, np.array(grey) if mode == "L" else np.dstack([np.array(grey)] * 3))

    def test_one_bit_is_black_and_white(self, image: Any) -> None:
        assert pixels_of(image.convert("1", dither=0)).tolist() == [[0, 0], [0, 255], [0, 0]]

    def test_deep_samples_become_eight_bits(self) -> None:
        pillow = pytest.importorskip("PIL.Image")
        ramp = np.linspace(0, 65535, 256).reshape(16, 16)
        for picture in (ramp.astype(np.uint16), ramp.astype(">u2"), ramp.astype(np.int32), ramp.astype(np.float32)):
            assert pixels_of(pillow.fromarray(picture)).reshape(-1).tolist() == list(range(256))

    def test_transparency_is_white_paper(self, image: Any) -> None:
        image.putalpha(
            pytest.importorskip("PIL.Image").fromarray(np.array([[255, 0], [51, 255], [255, 255]], np.uint8))
        )
        assert pixels_of(image)[:2].tolist() == [[[40, 30, 200], [255] * 3], [[204] * 3, [255] * 3]]
        palette = image.convert("RGB").convert("P")
        palette.info["transparency"] = palette.getpixel((1, 0))
        assert pixels_of(palette)[0, 1].tolist() == [255, 255, 255]

    def test_exif_orientation_is_applied_and_the_image_stays_as_it_was(self, image: Any) -> None:
        image.getexif()[0x0112] = 6
        assert np.array_equal(pixels_of(image), cv2.rotate(np.ascontiguousarray(BGR), cv2.ROTATE_90_CLOCKWISE))
        assert image.size == (2, 3)

    def test_one_that_cannot_be_loaded_is_an_error(self) -> None:
        broken = pytest.importorskip("PIL.Image").open(io.BytesIO(PNG[:60]))
        with pytest.raises(SourceError, match="the PIL image of mode RGB cannot be read"):
            as_frame(broken)

    @pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
    @pytest.mark.parametrize("mode", ["RGB", "L", "F"])
    def test_one_without_pixels_is_an_error(self, mode: str, size: tuple[int, int]) -> None:
        empty = pytest.importorskip("PIL.Image").new(mode, size)
        with pytest.raises(SourceError, match=f"mode {mode} has no pixels: it is {size[0]}x{size[1]}"):
            as_frame(empty)

    def test_where_there_is_no_pil_image_pil_is_not_imported(self, run_python: RunPython) -> None:
        program = (
            "import sys, numpy; from numbre_edge.sources.pictures import as_frame\n"
            "as_frame(numpy.zeros((5, 5), numpy.uint8)); as_frame('samples/plain-number.jpg')\n"
            "sys.exit('PIL' in sys.modules)"
        )
        assert run_python("-c", program).returncode == 0
