"""The page's files: small, whole, ours; and the API's description, which is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

from jsonschema import Draft202012Validator

import numbre_edge.web.app as app_module
from numbre_edge.reader import Reader
from numbre_edge.web.app import Site, create_app
from numbre_edge.web.metrics import Metrics

PAGE = Path(app_module.__file__).with_name("page")
FIRST_PAINT = 100_000  # bytes


def fetched(client, path: str) -> dict[str, bytes]:
    """Return a page's file, and all that it loads, and so on."""
    found, wanted = {}, [path]
    while wanted:
        at = wanted.pop()
        answer = client.get(at)
        assert answer.status == 200, at
        found[at] = answer.body
        text = answer.body.decode()
        links = re.findall(r'(?:src|href)="(/page/[^"]+)"', text)
        links += [f"/page/{name}" for name in re.findall(r'(?:from |import\()"\./([\w.]+)"', text)]
        wanted += [link for link in links if link not in found]
    return found


def test_the_first_paint_takes_less_than_100_kb(client) -> None:
    files = fetched(client, "/")
    assert {"/page/app.js", "/page/live.js", "/page/photo.js", "/page/draw.js", "/page/style.css"} <= set(files)
    assert sum(map(len, files.values())) < FIRST_PAINT


def test_every_file_of_the_folder_is_used(client) -> None:
    pages = ("/page/index.html", "/page/docs.html", "/page/login.html", "/openapi.json")
    used = {Path(path).name for page in pages for path in fetched(client, page)}
    assert {path.name for path in PAGE.iterdir()} == used


def test_no_file_names_another_host() -> None:
    for file in PAGE.iterdir():
        addresses = set(re.findall(r"https?://[^\s\"'`)]+|//[\w-]+\.[\w.]+", file.read_text(encoding="utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, file.name


def test_a_file_that_the_browser_has_is_not_sent_again(client) -> None:
    first = client.get("/page/style.css")
    again = client.get("/page/style.css", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_only_the_page_s_own_files_are_served(client) -> None:
    for path in ("/page/none.js", "/page/../app.py", "/page/..%2fapp.py", "/page/%2e%2e/app.py", "/page/"):
        assert client.get(path).status == 404, path


class TestDescription:
    def test_it_names_every_route_of_the_api(self, client, tiny: Reader) -> None:
        described = client.get("/openapi.json").json
        routes = {route.path: route.methods - {"HEAD"} for route in create_app(Site(tiny, tiny, Metrics())).routes}
        api = {path: methods for path, methods in routes.items() if path.startswith(("/api/", "/metrics"))}
        assert {path: {method.upper() for method in methods} for path, methods in described["paths"].items()} == api

    def test_its_references_lead_somewhere(self, client) -> None:
        described = client.get("/openapi.json").json
        for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described)):
            at = described
            for key in reference.split("/"):
                at = at[key]

    def test_answers_are_as_it_says(self, client, picture) -> None:
        described = client.get("/openapi.json").json

        def check(answer: object, name: str) -> None:
            Draft202012Validator({"$ref": f"#/components/schemas/{name}", **described}).validate(answer)

        check(client.read(picture, "?details=1&preview=1").json, "Result")
