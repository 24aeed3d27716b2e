"""``numbre-edge explain``: one picture in, one contact sheet out."""

from __future__ import annotations

import cv2
import numpy as np


def test_the_sheet_is_written_and_the_readings_printed(run, photos, model, tmp_path) -> None:
    done = run("explain", "photos/good.jpg", "--model", model)
    assert done.code == 0
    text, confidence = done.out.splitlines()[0].split()
    assert text == "111"
    assert confidence.endswith("%")
    assert done.err == "3 candidates, 1 number; wrote good-explained.png\n"
    assert cv2.imread("good-explained.png").shape[1] == 1600


def test_what_there_is_to_say_follows_the_readings(run, photos, model, page) -> None:
    cv2.imwrite("chalk.png", 255 - page)
    done = run("explain", "chalk.png", "--model", model)
    assert done.out.splitlines()[1] == "- the ink is lighter than its ground, as chalk on a board"


def test_a_blank_page_is_explained_too(run, photos, model) -> None:
    cv2.imwrite("blank.png", np.full((80, 120), 240, np.uint8))
    done = run("explain", "blank.png", "--model", model)
    assert (done.code, done.out) == (0, "- no ink found: nothing differs from its ground by more than 0 of 255\n")


def test_the_sheet_goes_where_it_is_told(run, photos, model, tmp_path) -> None:
    run("-q", "explain", "photos/good.jpg", "--model", model, "--output", "sheet.png")
    assert (tmp_path / "sheet.png").exists()


def test_a_name_that_nobody_gave_overwrites_nothing_but_a_sheet(run, photos, model, tmp_path) -> None:
    (tmp_path / "good-explained.png").write_text("mine")
    done = run("explain", "photos/good.jpg", "--model", model)
    message = "is there already, and was not drawn by this command; name another with --output\n"
    assert (done.code, done.err) == (2, f"error: good-explained.png: {message}")
    assert (tmp_path / "good-explained.png").read_text() == "mine"
    for _ in range(2):
        assert run("explain", "photos/good.jpg", "--model", model, "-o", "good-explained.png").code == 0
        assert run("explain", "photos/good.jpg", "--model", model).code == 0


def test_a_picture_that_cannot_be_read_is_one_line(run, photos, model, tmp_path) -> None:
    done = run("explain", "photos/cut.jpg", "--model", model)
    assert done.code == 1
    assert done.err == "error: photos/cut.jpg: truncated: this JPEG file ends before its end marker; copy it again\n"
    assert [p.name for p in tmp_path.iterdir()] == ["photos"]


def test_a_sheet_that_could_not_be_written_is_refused_first(run, photos, model) -> None:
    for name, message in (("sheet.jpg", "ends in .png"), ("gone/sheet.png", "no folder gone")):
        done = run("explain", "photos/good.jpg", "--model", model, "--output", name)
        assert done.code == 2
        assert message in done.err


def test_a_region_of_a_turned_picture_is_explained(run, photos, model, page) -> None:
    cv2.imwrite("turned.png", cv2.rotate(page, cv2.ROTATE_90_CLOCKWISE))
    done = run("explain", "turned.png", "--model", model, "--rotate", "270", "--roi", "36%,0%,28%,100%")
    assert done.out.splitlines()[0].startswith("1  ")
    done = run("explain", "turned.png", "--model", model, "--rotate", "90", "--flip", "v", "--roi", "500,0,10,10")
    assert (done.code, done.err) == (2, "error: region 500,0,10,10 lies outside the 320x160 picture\n")


def test_a_frame_of_a_video_is_explained(run, photos, model, page, tmp_path) -> None:
    writer = cv2.VideoWriter("clip.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
    for shown in (np.full_like(page, 225), np.full_like(page, 225), page):
        writer.write(cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR))
    writer.release()
    assert run("explain", "clip.avi", "--model", model).err.endswith("0 numbers; wrote clip-000000-explained.png\n")
    done = run("explain", "clip.avi", "--frame", "2", "--model", model, "-o", "two.png")
    assert done.out.splitlines()[0].startswith("111  ")
    assert (tmp_path / "two.png").exists()
    done = run("explain", "clip.avi", "--frame", "3", "--model", model)
    assert (done.code, done.err) == (2, "error: clip.avi: there is no frame 3; the video ends before it\n")


def test_a_page_is_explained(run, photos, model, page, tmp_path) -> None:
    cv2.imwritemulti("two.tif", [np.full_like(page, 225), page])
    assert run("explain", "two.tif", "--model", model).err.endswith("0 numbers; wrote two-explained.png\n")
    done = run("explain", "two.tif", "--frame", "1", "--model", model)
    assert done.out.splitlines()[0].startswith("111  ")
    assert (tmp_path / "two-000001-explained.png").exists()


def test_a_sheet_is_no_picture_to_read(run, photos, model) -> None:
    run("explain", "photos/good.jpg", "--model", model, "-o", "photos/sheet.png")
    done = run("predict", "photos/good.jpg", "photos/sheet.png", "--model", model, "-f", "csv")
    assert [line.split(",")[0] for line in done.out.splitlines()] == ["source", "photos/good.jpg"]
    assert done.err.endswith("; 1 file passed over: photos/sheet.png (a sheet drawn by explain)\n")


def test_explain_takes_one_picture(run, photos, model) -> None:
    done = run("explain", "photos", "--model", model)
    message = "error: photos: stands for 3 pictures; explain takes one, such as photos/cut.jpg\n"
    assert (done.code, done.err) == (2, message)


def test_a_picture_is_never_written_over(run, photos, model, page) -> None:
    cv2.imwrite("a.png", page)
    done = run("explain", "a.png", "--model", model, "-o", "./a.png")
    assert (done.code, done.err) == (2, "error: --output a.png: would overwrite the picture; choose another name\n")
