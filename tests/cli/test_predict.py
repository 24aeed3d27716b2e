"""``numbre-edge predict``: every source, option, format and exit code."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.cli.conftest import lines

KEYS = ["source", "frame", "width", "height", "readings", "error"]


class TestRun:
    def test_a_folder_reads_on_past_what_cannot_be_read(self, run, photos, model) -> None:
        done = run("predict", "photos", "--model", model, "--format", "jsonl")
        cut, good, zero = lines(done.out)
        assert done.code == 1
        assert [list(line) for line in (cut, good, zero)] == [KEYS] * 3
        assert [line["source"] for line in (cut, good, zero)] == [
            "photos/cut.jpg",
            "photos/good.jpg",
            "photos/zero.png",
        ]
        assert (cut["width"], cut["height"], cut["readings"]) == (None, None, [])
        assert cut["error"] == "truncated: this JPEG file ends before its end marker; copy it again"
        assert zero["error"] == "empty: the file has 0 bytes"
        assert (good["width"], good["height"], good["error"]) == (320, 160, None)
        assert len(good["readings"][0]["digits"]) == 3
        assert done.err.startswith("3 pictures, 1 number, 2 errors in ")

    def test_a_picture_that_reads_exits_0(self, run, photos, model) -> None:
        done = run("predict", "photos/good.jpg", "--model", model)
        assert done.code == 0
        assert done.out.splitlines()[0].split()[:3] == ["picture", "number", "sure"]
        assert done.out.splitlines()[1].startswith("photos/good.jpg  ")
        assert done.err.startswith("1 picture, 1 number in ")

    def test_quiet_says_nothing_and_verbose_which_model(self, run, photos, model) -> None:
        assert run("-q", "predict", "photos/good.jpg", "--model", model).err == ""
        assert run("predict", "-q", "photos/good.jpg", "--model", model).err == ""
        expected = f"model {model}, backend onnx\n"
        assert run("-v", "predict", "photos/good.jpg", "--model", model).err.startswith(expected)
        assert run("predict", "-v", "photos/good.jpg", "--model", model, "--backend", "opencv").err.startswith(
            f"model {model}, backend opencv\n"
        )

    def test_a_missing_picture_is_a_line_of_its_own(self, run, photos, model) -> None:
        done = run("predict", "gone.png", "photos/good.jpg", "--model", model, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert done.code == 1
        assert [(row["source"], row["error"]) for row in rows] == [
            ("gone.png", "no such file"),
            ("photos/good.jpg", ""),
        ]

    def test_output_is_written_on_exit_0_and_1_alike(self, run, photos, model, tmp_path) -> None:
        for source, code in (("photos/good.jpg", 0), ("photos", 1)):
            done = run("predict", source, "--model", model, "--format", "jsonl", "--output", "out.jsonl")
            assert (done.code, done.out) == (code, "")
            assert lines((tmp_path / "out.jsonl").read_text())
        assert sorted(p.name for p in tmp_path.iterdir()) == ["out.jsonl", "photos"]

    def test_any_number_of_jobs_reads_the_same(self, run, photos, model) -> None:
        done = [
            run("predict", "photos", "--model", model, "--format", "jsonl", *jobs) for jobs in ([], ["--jobs", "3"])
        ]
        assert done[0].out == done[1].out

    @pytest.mark.parametrize("jobs", ["0", "-1", "257", "many"])
    def test_no_job_or_hundreds_are_wrong_usage(self, run, photos, model, jobs) -> None:
        done = run("predict", "photos", "--model", model, "--jobs", jobs)
        assert (done.code, done.out) == (2, "")
        assert "'--jobs'" in done.err
        assert jobs in done.err

    @pytest.mark.parametrize(
        ("arguments", "begins"),
        [
            (["-o", "out.jsonl"], '{"source": '),
            (["-o", "out.ndjson"], '{"source": '),
            (["-o", "OUT.CSV"], "source,frame,"),
            (["-o", "out.txt"], "picture  "),
            (["-o", "out"], "picture  "),
            (["-o", "out.csv", "-f", "jsonl"], '{"source": '),
            (["-o", "out.dat", "-f", "csv"], "source,frame,"),
        ],
    )
    def test_a_file_s_name_says_the_format_unless_format_does(self, run, photos, model, arguments, begins) -> None:
        assert run("predict", "photos/good.jpg", "--model", model, *arguments).code == 0
        assert Path(arguments[1]).read_text().startswith(begins)

    def test_parquet_needs_a_file_and_its_package(self, run, photos, model, monkeypatch) -> None:
        arguments = ["predict", "photos/good.jpg", "--model", model, "-f", "parquet"]
        monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
        for output in ([], ["-o", "-"], ["-o", "/dev/null"]):
            done = run(*arguments, *output)
            assert (done.code, done.err) == (
                2,
                "error: --format parquet needs --output FILE: it is written at the end\n",
            )
        done = run(*arguments, "-o", "out.parquet")
        assert done.code == 2
        assert done.err.endswith("needs packages that are not installed: pip install 'numbre-edge[parquet]'\n")
        assert not Path("out.parquet.partial").exists()

    def test_a_dash_is_stdout(self, run, photos, model) -> None:
        done = run("predict", "photos/good.jpg", "--model", model, "-f", "csv", "-o", "-")
        assert done.out.splitlines()[1].startswith("photos/good.jpg,0,111,")
        assert not Path("-").exists()

    def test_what_an_ended_run_kept_is_not_written_over(self, run, photos, model) -> None:
        Path("out.csv.partial").write_text("kept")
        done = run("predict", "photos/good.jpg", "--model", model, "-o", "out.csv")
        assert done.code == 2
        expected = (
            "error: out.csv.partial is there already, kept by a run that ended early: "
            "--resume goes on with it; or delete it to begin anew\n"
        )
        assert done.err == expected
        assert Path("out.csv.partial").read_text() == "kept"
        assert not Path("out.csv").exists()

    def test_the_last_line_names_what_was_passed_over(self, run, photos, model) -> None:
        for name in ("a.txt", "b.txt", "c.txt"):
            Path(name).write_text("no picture")
        files = ["photos/good.jpg", "photos/notes.txt", "a.txt", "b.txt", "c.txt"]
        first = run("predict", *files[:2], "--model", model)
        done = run("predict", *files, "--model", model)
        loud = run("predict", *files, "--model", model, "-v")
        assert first.code == 0
        assert first.err.endswith(" s; 1 file passed over: photos/notes.txt (not a picture or video by its name)\n")
        assert done.err.endswith(
            " s; 4 files passed over: photos/notes.txt, a.txt, b.txt (not a picture or video by its name), "
            "1 more (-v names them)\n"
        )
        assert "c.txt: passed over: not a picture or video by its name\n" in loud.err

    def test_the_last_line_tells_that_folders_within_were_left_out(self, run, photos, model) -> None:
        Path("photos/may").mkdir()
        done = run("predict", "photos", "--model", model, "-v")
        whole = run("predict", "photos", "--model", model, "-r")
        assert done.err.endswith("; 1 folder within left out (--recursive reads all)\n")
        assert "photos/may: left out: a folder within a folder\n" in done.err
        assert "left out" not in whole.err

    def test_what_was_read_in_part_is_said_and_counted(self, run, photos, model, page) -> None:
        three = cv2.Animation()
        three.frames = [cv2.cvtColor(np.roll(page, down, axis=0), cv2.COLOR_GRAY2BGRA) for down in (0, 9, 18)]
        three.durations = [100] * 3
        cv2.imwriteanimation("three.png", three)
        done = run("predict", "three.png", "photos/good.jpg", "--model", model)
        assert done.code == 0
        assert done.err.startswith("three.png: frame 1 of 3 was read\n2 pictures, 2 numbers, 1 read in part in ")
        done = run("predict", "three.png", "--model", model, "--all-frames")
        assert done.err.startswith("3 pictures, 3 numbers in ")

    def test_every_page_has_its_line_and_its_annotated_picture(self, run, photos, model, page) -> None:
        cv2.imwritemulti("three.tif", [page, page[:, :230], page])
        done = run("predict", "three.tif", "--model", model, "-f", "jsonl", "--annotate", "drawn")
        assert [(line["source"], line["frame"], line["width"]) for line in lines(done.out)] == [
            ("three.tif", 0, 320),
            ("three.tif", 1, 230),
            ("three.tif", 2, 320),
        ]
        assert sorted(path.name for path in Path("drawn").iterdir()) == [f"three-00000{n}.png" for n in range(3)]
        done = run("predict", "three.tif", "--model", model, "-f", "csv", "--pages", "2-2,3")
        assert [row[:2] for row in csv.reader(done.out.splitlines()[1:])] == [["three.tif", "1"], ["three.tif", "2"]]
        done = run("predict", "three.tif", "photos/good.jpg", "--model", model, "--pages", "4-")
        assert (done.code, done.out.splitlines()[1].split(maxsplit=1)[1]) == (
            1,
            "error: has 3 pages, and none of those that are asked for",
        )

    def test_pictures_in_an_archive_are_read_like_those_in_a_folder(self, run, photos, model) -> None:
        with zipfile.ZipFile("photos.zip", "w") as archive:
            for name in ("good.jpg", "cut.jpg", "notes.txt"):
                archive.write(f"photos/{name}")
        done = run("predict", "photos.zip", "--model", model, "-f", "jsonl", "--annotate", "drawn")
        cut, good = lines(done.out)
        assert (cut["source"], good["source"]) == ("photos.zip/photos/cut.jpg", "photos.zip/photos/good.jpg")
        assert cut["error"] == "truncated: this JPEG file ends before its end marker; copy it again"
        assert done.err.endswith(
            "; 1 file passed over: photos.zip/photos/notes.txt (not a picture or video by its name)\n"
        )
        assert [path.name for path in Path("drawn").iterdir()] == ["good.jpg"]

    def test_a_picture_is_turned_and_mirrored_before_it_is_read(self, run, photos, model, page) -> None:
        cv2.imwrite("turned.png", cv2.flip(cv2.rotate(page, cv2.ROTATE_90_COUNTERCLOCKWISE), 0))
        done = run("predict", "turned.png", "--model", model, "-f", "jsonl", "--rotate", "90", "--flip", "h")
        (line,) = lines(done.out)
        assert (line["width"], line["height"], line["readings"][0]["text"]) == (320, 160, "111")

    def test_roi_may_be_in_percent(self, run, photos, model) -> None:
        done = run("predict", "photos/good.jpg", "--model", model, "-f", "jsonl", "--roi", "36%,0%,28%,100%")
        assert len(lines(done.out)[0]["readings"][0]["digits"]) == 1

    def test_annotate_writes_what_could_be_read(self, run, photos, model, tmp_path) -> None:
        run("predict", "photos", "--model", model, "--annotate", "drawn")
        assert [p.name for p in (tmp_path / "drawn").iterdir()] == ["good.jpg"]
        assert cv2.imread("drawn/good.jpg").shape == (160, 320, 3)

    def test_min_confidence_makes_digits_doubtful(self, run, photos, model) -> None:
        done = run("predict", "photos/good.jpg", "--model", model, "--format", "jsonl", "--min-confidence", "1")
        assert lines(done.out)[0]["readings"][0]["text"] == "???"

    def test_roi_reads_only_that_part_in_coordinates_of_the_whole(self, run, photos, model) -> None:
        done = run("predict", "photos/good.jpg", "--model", model, "--format", "jsonl", "--roi", "115,0,90,160")
        (reading,) = lines(done.out)[0]["readings"]
        assert len(reading["digits"]) == 1
        assert reading["box"][0] >= 115
        assert (lines(done.out)[0]["width"], lines(done.out)[0]["height"]) == (320, 160)

    def test_roi_outside_a_picture_is_that_picture_s_error(self, run, photos, model) -> None:
        done = run("predict", "photos/good.jpg", "--model", model, "--format", "jsonl", "--roi", "900,0,10,10")
        assert done.code == 1
        assert "outside the 320x160 picture" in lines(done.out)[0]["error"]

    def test_a_video_is_read_every_nth_frame(self, run, photos, model, page, tmp_path) -> None:
        writer = cv2.VideoWriter("clip.avi", cv2.VideoWriter_fourcc(*"MJPG"), 10, (320, 160))
        for _ in range(5):
            writer.write(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))
        writer.release()
        done = run("predict", "clip.avi", "--model", model, "--format", "jsonl", "--every", "2", "--annotate", "drawn")
        assert [line["frame"] for line in lines(done.out)] == [0, 2, 4]
        assert sorted(p.name for p in (tmp_path / "drawn").iterdir()) == [f"clip-{n:06d}.png" for n in (0, 2, 4)]

    def test_paths_come_on_stdin(self, run, photos, model, monkeypatch) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"photos/good.jpg\nphotos/zero.png\n")))
        done = run("predict", "-", "--model", model, "--format", "jsonl")
        assert [line["error"] for line in lines(done.out)] == [None, "empty: the file has 0 bytes"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["photos/notes.txt"], "error: photos/notes.txt: not a picture or video by its name; pictures end in "),
        (["empty"], "error: empty: no pictures in this folder\n"),
        (["nowhere"], "error: nowhere: no such file or folder\n"),
        (["photos", "--roi", "1,2,3"], "error: --roi 1,2,3: must be four whole numbers X,Y,W,H in pixels"),
        (["photos", "--roi", "1,2,0,5"], "error: --roi 1,2,0,5: X and Y must be at least 0, W and H above 0\n"),
        (
            ["photos", "--output", "gone/out.csv"],
            "error: --output gone/out.csv: there is no folder gone; make it first\n",
        ),
        (["photos", "--output", "photos"], "error: --output photos: is a folder; give a file name in it\n"),
        (
            ["photos", "-f", "csv", "-o", "photos/good.jpg"],
            "error: --output photos/good.jpg: would overwrite a picture",
        ),
        (["photos", "-o", "out.json"], "error: --output out.json: .json names no format of results; give --format, or"),
        (["photos", "--annotate", "photos"], "error: --annotate photos would overwrite photos/cut.jpg itself"),
    ],
)
def test_wrong_usage_exits_2_before_any_work(run, photos, model, tmp_path, arguments, message) -> None:
    (tmp_path / "empty").mkdir()
    done = run("predict", *arguments, "--model", model)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        ("gone.onnx", None, 2, "no such file, nor a shipped model"),
        ("model.txt", b"hello", 1, "is not a model this runs"),
        ("junk.onnx", b"hello", 1, "is damaged, or no ONNX model"),
        ("zero.tflite", b"", 1, "is damaged, or no TFLite model"),
    ],
)
def test_a_model_that_cannot_be_used_is_one_line(run, photos, tmp_path, name, content, code, message) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = run("predict", "photos", "--model", name)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"error: {name}: {message}")
    assert len(done.err.splitlines()) == 1
