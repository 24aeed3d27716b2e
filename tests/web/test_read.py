"""``POST /api/read``: a picture in, one object of ``predict`` out, and every bad body with its reason."""

from __future__ import annotations

import base64
import json
import socket
import tempfile
import zlib
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import cv2
import numpy as np
import pytest
from jsonschema import Draft202012Validator

import numbre_edge
from numbre_edge.reader import Reader
from numbre_edge.web.desk import PLACES
from numbre_edge.web.upload import MAX_BODY
from tests.web.serving import PATIENCE

SCHEMA = Path(numbre_edge.__file__).parent / "sinks" / "schema" / "predict.schema.json"


def form(content: bytes, *, field: str = "file", name: str = "card.png") -> tuple[bytes, dict[str, str]]:
    """Return a form's body with one file, and its headers."""
    head = f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b--\r\n", {"Content_Type": "multipart/form-data; boundary=b"}


def png(width: int, height: int, *, colour: int = 0) -> bytes:
    """A PNG that says it is so large, with no pixels to show for it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


class TestAnswer:
    def test_a_raw_body_is_read_as_the_reader_reads_it(self, client, tiny, picture) -> None:
        answer = client.read(picture)

        assert answer.status == 200
        assert [reading["text"] for reading in answer.json["readings"]] == [r.text for r in tiny.read(picture)] == ["1"]
        assert (answer.json["width"], answer.json["height"], answer.json["error"]) == (320, 160, None)
        Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(answer.json)

    def test_a_form_s_file_is_too_under_its_name(self, client, picture) -> None:
        body, headers = form(picture, name="Zähler.png")
        answer = client.read(body, **headers)
        assert (answer.status, answer.json["source"], len(answer.json["readings"])) == (200, "Zähler.png", 1)

    def test_what_curl_says_of_a_raw_body_does_not_matter(self, client, picture) -> None:
        assert client.read(picture, Content_Type="application/x-www-form-urlencoded").status == 200

    def test_details_are_the_patches_that_the_model_saw(self, client, tiny, picture) -> None:
        answer = client.read(picture, "?details=1")
        ((patch,),) = answer.json["patches"]
        pixels = cv2.imdecode(np.frombuffer(base64.b64decode(patch), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert pixels.shape == (28, 28)
        assert pixels.max() > 200  # ink is bright
        assert answer.json["note"] == ""

    def test_a_preview_fits_a_screen(self, client) -> None:
        large = cv2.imencode(".png", np.full((40, 4000), 255, np.uint8))[1].tobytes()
        preview = client.read(large, "?preview=1").json["preview"]
        pixels = cv2.imdecode(np.frombuffer(base64.b64decode(preview), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert pixels.shape == (16, 1600)


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (b"", "empty"),
            (b"no picture at all", "not a picture"),
            (bytes(1000), "not a picture: all 1000 bytes are zero"),
            (png(10, 10)[:40], "truncated"),
        ],
    )
    def test_what_is_no_picture_is_415(self, client, body, why) -> None:
        answer = client.read(body)
        assert answer.status == 415
        assert answer.error.startswith(why)

    @pytest.mark.parametrize(
        ("body", "why"),
        [
            (png(20_000, 10_001), "20000x10001 pixels are more than 200 million"),
            (png(16_000, 12_000, colour=2), "decoding its 16000x12000 pixels takes"),
        ],
        ids=["pixels", "memory"],
    )
    def test_too_large_a_picture_is_413(self, client, body, why) -> None:
        answer = client.read(body)
        assert answer.status == 413
        assert why in answer.error

    def test_more_than_32_mb_are_413_however_they_are_sent(self, client) -> None:
        body = bytes(MAX_BODY + 1)
        in_form, headers = form(body)
        in_chunks = (body[at : at + 2**20] for at in range(0, len(body), 2**20))
        for answer in (client.read(body), client.read(in_form, **headers), client.read(in_chunks)):
            assert (answer.status, answer.error) == (413, "too large: a picture file may have 32 MB; scale it down")

    def test_a_form_without_the_field_is_400(self, client, picture) -> None:
        body, headers = form(picture, field="photo")
        answer = client.read(body, **headers)
        assert (answer.status, "named 'file'" in answer.error) == (400, True)

    def test_a_broken_form_is_400(self, client) -> None:
        answer = client.read(b"nonsense", Content_Type="multipart/form-data; boundary=b")
        assert (answer.status, answer.error.startswith("not a form: ")) == (400, True)
        assert client.read(b"nonsense", Content_Type="multipart/form-data").status == 400

    def test_a_fault_of_ours_is_500_in_json(self, serve, picture, caplog) -> None:
        assert serve(reader=None).read(picture).error.startswith("a fault of the server's own")


class SlowReader:
    """Reads when it is told to."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.go = Event()

    @property
    def recogniser(self) -> Any:
        assert self.go.wait(PATIENCE)
        return self._reader.recogniser

    def valued(self, readings: Any) -> Any:
        return self._reader.valued(readings)


class TestLoad:
    def test_who_comes_when_all_places_are_taken_is_told_to_come_again(self, serve, tiny, picture) -> None:
        reader, answers = SlowReader(tiny), Queue[int]()
        client = serve(reader)
        threads = [Thread(target=lambda: answers.put(client.read(picture).status)) for _ in range(PLACES + 1)]
        for thread in threads:
            thread.start()
        first = answers.get(timeout=PATIENCE)
        reader.go.set()

        assert first == 429
        assert [answers.get(timeout=PATIENCE) for _ in range(PLACES)] == [200] * PLACES
        for thread in threads:
            thread.join()

    def test_an_upload_never_touches_the_disk(self, client, picture, monkeypatch) -> None:
        def refuse(*args: object, **settings: object) -> None:
            raise AssertionError("a temporary file")

        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
        monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
        body, headers = form(picture + bytes(8 * 2**20))  # what follows a PNG is not looked at
        assert client.read(body, **headers).status == 200

    def test_who_hangs_up_halfway_is_no_trouble(self, client, picture) -> None:
        with socket.create_connection(("127.0.0.1", client.port)) as connection:
            connection.sendall(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf")
        assert client.read(picture).status == 200
