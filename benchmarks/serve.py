"""What serving costs: a photo's answer, viewers of a camera, a crowd of clients, and the start.

    python benchmarks/serve.py [photo] [viewers] [crowd] [start] [--seconds 20] [--clients 50]

All by default. `numbre-edge serve` runs as it is installed, in a process of its own, with what reads by default; its
camera is an address of this machine that gives 10 frames a second of 1280x720, three numbers in an unsteady hand
(those of benchmarks/live.py). Prints Markdown.

photo: seconds from a request to its answer, beside Reader.read on the same bytes in this process; medians over the
samples. The target: 1.3 times.

viewers: the processor's time that the server takes for a frame with no, one and four viewers, twice each. The target:
four take 1.3 times what one takes.

crowd: clients that send samples without end, and come again after a second where they are told to. What was answered,
memory before, meanwhile and after, and the age of a frame when it was read, without and with them. The targets:
nothing but 200 and 429, 20 MB, 1.5 times.

start: seconds from the command to the first answer of /api/health, without a camera, and those of importing Starlette
and, where it is installed, FastAPI; medians of five.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from live import filmed, page

from numbre_edge import Reader

SAMPLES = Path(__file__).parents[1] / "samples"
FPS = 10
REPEATS = 5
MEGABYTE = 1e6
WARM_UP = 8.0  # seconds after which the ages of frames are those of the steady state


class Camera:
    """Gives motion JPEG to whoever connects, FPS times a second."""

    def __init__(self) -> None:
        self._pictures = [picture.tobytes() for picture in filmed(page(0), hand=6.0)]
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/stream"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            threading.Thread(target=self._film, args=(connection,), daemon=True).start()

    def _film(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n")
            due, number = time.monotonic(), 0
            while True:
                picture = self._pictures[number % len(self._pictures)]
                head = f"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n".encode()
                connection.sendall(head + picture + b"\r\n")
                due, number = due + 1 / FPS, number + 1
                time.sleep(max(0.0, due - time.monotonic()))


class Server:
    """``numbre-edge serve`` in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self.port = process, port

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def processor(self) -> float:
        """Return the processor's seconds that it took so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return the megabytes that it holds."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE

    def frames(self) -> float:
        """Return how many frames it dealt with."""
        return sum(self._samples(rb'frames_total\{fate="(?:read|unchanged)"\} (\S+)'))

    def p95(self) -> float:
        """Return the age in seconds that 95 % of the last frames did not exceed when they had been read."""
        (age,) = self._samples(rb'frame_age_seconds\{quantile="0.95"\} (\S+)')
        return age

    def _samples(self, pattern: bytes) -> list[float]:
        return [float(sample) for sample in re.findall(pattern, self.ask("GET", "/metrics")[1])]


@contextmanager
def served(*arguments: str) -> Iterator[Server]:
    """Yield a server that answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "numbre_edge", "-q", "serve", "--port", str(port), *arguments]
    with subprocess.Popen(command, text=True) as process:
        try:
            server = Server(process, port)
            while True:
                with suppress(ConnectionRefusedError):
                    server.ask("GET", "/api/health")
                    break
                assert process.poll() is None
                time.sleep(0.01)
            yield server
        finally:
            process.terminate()


def photo() -> None:
    pictures = [path.read_bytes() for path in sorted(SAMPLES.glob("*.jpg"))]
    reader = Reader()
    with served() as server:
        own, served_ = [], []
        for picture in [pictures[0], *pictures]:  # the first is to warm up
            own.append(seconds(lambda picture=picture: reader.read(picture)))
            served_.append(seconds(lambda picture=picture: server.ask("POST", "/api/read?details=1", picture)))
    ratios = [there / here for here, there in zip(own[1:], served_[1:], strict=True)]
    print(f"| Reader.read, median of {len(pictures)} | {statistics.median(own[1:]):.3f} s |")
    print(f"| answer of /api/read?details=1 | {statistics.median(served_[1:]):.3f} s |")
    print(f"| ratio of each picture, median | {statistics.median(ratios):.2f} |")


def seconds(work: object) -> float:
    since = time.monotonic()
    work()  # type: ignore[operator]
    return time.monotonic() - since


def viewers(camera: Camera, length: float) -> None:
    with served("--source", camera.url) as server:
        time.sleep(WARM_UP)
        rounds = [{count: watched(server, count, length) for count in (0, 1, 4)} for _ in range(2)]
    for count in rounds[0]:
        print(f"| processor for a frame, {count} viewers | {', '.join(f'{r[count] * 1000:.0f}' for r in rounds)} ms |")
    print(f"| four against one | {', '.join(f'{r[4] / r[1]:.2f}' for r in rounds)} |")


def watched(server: Server, count: int, length: float) -> float:
    """Return the processor's seconds that the server takes for a frame while so many watch."""
    end = threading.Event()
    threads = [threading.Thread(target=watch, args=(server, end)) for _ in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    frames, taken = server.frames(), server.processor()
    time.sleep(length)
    spent = (server.processor() - taken) / (server.frames() - frames)
    end.set()
    for thread in threads:
        thread.join()
    return spent


def watch(server: Server, end: threading.Event) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
        connection.request("GET", "/api/live.mjpg")
        answer = connection.getresponse()
        while not end.is_set():
            answer.read1(65536)


def crowd(camera: Camera, length: float, clients: int) -> None:
    pictures = [path.read_bytes() for path in sorted(SAMPLES.glob("*.jpg"))]
    with served("--source", camera.url) as server:
        for picture in pictures:
            server.ask("POST", "/api/read", picture)  # all that one picture takes is taken once
        time.sleep(max(length, WARM_UP))
        alone, before = server.p95(), server.memory()
        answers: Counter[int] = Counter()
        end = time.monotonic() + length
        threads = [threading.Thread(target=send, args=(server, pictures, n, end, answers)) for n in range(clients)]
        for thread in threads:
            thread.start()
        memory = []
        for _ in range(10):
            time.sleep(length / 11)
            memory.append(server.memory())
        crowded = server.p95()
        for thread in threads:
            thread.join()
        after = server.memory()
    print(f"| answers to {clients} clients in {length:.0f} s | {dict(sorted(answers.items()))} |")
    print(f"| memory before, meanwhile, after | {before:.0f}, {min(memory):.0f} to {max(memory):.0f}, {after:.0f} MB |")
    print(f"| age of a frame, 95 %, alone and with them | {alone * 1000:.0f}, {crowded * 1000:.0f} ms |")
    print(f"| with them against alone | {crowded / alone:.2f} |")


def send(server: Server, pictures: list[bytes], number: int, end: float, answers: Counter[int]) -> None:
    while time.monotonic() < end:
        status, _ = server.ask("POST", "/api/read", pictures[number % len(pictures)])
        answers[status] += 1
        number += 1
        if status == 429:
            time.sleep(1)  # as the page does


def start() -> None:
    times = []
    for _ in range(REPEATS):
        since = time.monotonic()
        with served():
            times.append(time.monotonic() - since)
    print(f"| from the command to an answer | {statistics.median(times):.2f} s |")
    for package in ("starlette.applications", "fastapi"):
        if importlib.util.find_spec(package.partition(".")[0]):
            took = [
                seconds(lambda p=package: subprocess.run([sys.executable, "-c", f"import {p}"], check=True))
                for _ in range(REPEATS)
            ]
            bare = [seconds(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(REPEATS)]
            print(f"| import {package} | {statistics.median(took) - statistics.median(bare):.2f} s |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="photo, viewers, crowd, start")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=50)
    options = parser.parse_args()
    parts = options.parts or ["photo", "viewers", "crowd", "start"]
    camera = Camera() if {"viewers", "crowd"} & set(parts) else None
    print("| | |\n|---|---|")
    if "photo" in parts:
        photo()
    if camera and "viewers" in parts:
        viewers(camera, options.seconds)
    if camera and "crowd" in parts:
        crowd(camera, options.seconds, options.clients)
    if "start" in parts:
        start()


if __name__ == "__main__":
    main()
