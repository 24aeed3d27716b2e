"""Who is let in: hosts, origins, tokens, cookies; and what no answer is without."""

from __future__ import annotations

import logging
import socket
from http.cookies import SimpleCookie

import pytest

from numbre_edge.errors import UsageError
from numbre_edge.web.guard import COOKIE, Door
from numbre_edge.web.secret import Secret, is_open_to_others, new_token, read_token
from numbre_edge.web.server import Address
from tests.web.serving import TOKEN

GUARDED = ["/", "/docs", "/openapi.json", "/api/view", "/api/events", "/api/live.mjpg", "/api/snapshot.jpg", "/metrics"]
HTML = {"Accept": "text/html,*/*"}


class TestDoor:
    @pytest.mark.parametrize(
        "host", ["localhost", "localhost:8000", "127.0.0.1:9", "127.0.0.53", "[::1]:8000", "LOCALHOST", "localhost."]
    )
    def test_this_machine_is_always_itself(self, host) -> None:
        assert Door().admits(host)

    @pytest.mark.parametrize(
        "host",
        [
            *(None, "", "evil.example", "evil.example:8000", "localhost.evil.example", "192.168.0.7", "a b"),
            *("localhost@evil.example", "[::1", "1.2.3.4.5", "2130706433", "localhost:x", "localhost:8000:1"),
        ],
    )
    def test_a_stranger_is_none(self, host) -> None:
        assert not Door().admits(host)

    def test_a_name_that_was_allowed_is(self) -> None:
        door = Door(frozenset({"pi.local"}))
        assert door.admits("Pi.local:8000")
        assert not door.admits("pi.local.evil.example")

    def test_an_address_in_figures_is_nobody_s_rebound_name(self) -> None:
        door = Door(any_address=True)
        assert door.admits("192.168.0.7:8000")
        assert door.admits("[fe80::1]:8000")
        assert not door.admits("evil.example")


class TestAddress:
    def test_one_that_other_machines_reach_goes_by_all_its_names(self) -> None:
        name = socket.gethostname().lower()
        with Address("0.0.0.0", 0) as address:
            door = address.door(["meter.lan"])
            assert not address.local
            assert address.url == f"http://{socket.gethostname()}:{address.port}/"
        for host in (name, f"{name.partition('.')[0]}.local", "192.168.0.7", "meter.lan", "localhost"):
            assert door.admits(host), host
        assert not door.admits("evil.example")

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
    def test_one_of_this_machine_alone_goes_by_no_other(self, host) -> None:
        with Address(host, 0) as address:
            assert address.local
            assert address.door([]).admits(host)
            assert not address.door([]).admits("192.168.0.7")


class TestHost:
    def test_a_stranger_s_is_400_wherever_it_asks(self, client) -> None:
        for path in ("/", "/api/health", "/page/style.css", "/no-such-page"):
            answer = client.get(path, Host="evil.example")
            assert (answer.status, answer.error.startswith("not served under the name 'evil.example'")) == (400, True)
        assert client.read(b"", Host="evil.example").status == 400

    def test_one_that_was_allowed_is_served(self, client) -> None:
        assert client.get("/api/health", Host=f"pi.local:{client.port}").status == 200


class TestOrigin:
    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", "https://localhost"])
    def test_another_page_s_is_403(self, client, picture, origin) -> None:
        assert client.read(picture, Origin=origin).status == 403
        assert client.get("/api/health", Origin=origin).status == 403

    def test_our_own_is_served_behind_a_tls_proxy_too(self, client, picture) -> None:
        for scheme in ("http", "https"):
            assert client.read(picture, Host="pi.local", Origin=f"{scheme}://pi.local").status == 200

    def test_a_picture_in_another_site_s_page_is_403_and_a_link_is_not(self, client) -> None:
        def fetched(site: str, dest: str) -> int:
            return client.get("/", Sec_Fetch_Site=site, Sec_Fetch_Dest=dest).status

        assert fetched("cross-site", "image") == fetched("same-site", "empty") == 403
        assert (
            fetched("cross-site", "document") == fetched("same-origin", "image") == fetched("none", "document") == 200
        )


class TestToken:
    def test_nothing_but_health_and_the_way_in_is_served_without(self, locked, picture) -> None:
        for path in GUARDED:
            answer = locked.get(path)
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), path
            assert answer.error.startswith("needs the token")
        assert locked.read(picture).status == 401
        for path in ("/api/health", "/login", "/page/style.css"):
            assert locked.get(path).status == 200

    def test_a_bearer_header_opens_everything(self, locked, picture) -> None:
        assert locked.get("/docs", Authorization=f"Bearer {TOKEN}").status == 200
        assert locked.read(picture, Authorization=f"bearer {TOKEN}").status == 200
        for wrong in (f"Bearer {TOKEN}x", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, "Bearer \xe9"):
            assert locked.get("/docs", Authorization=wrong).status == 401, wrong

    def test_a_token_in_the_address_opens_nothing(self, locked) -> None:
        assert locked.get(f"/docs?token={TOKEN}&access_token={TOKEN}").status == 401

    def test_a_browser_is_shown_the_form_and_given_a_cookie_for_it(self, locked) -> None:
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        shown = locked.get("/", **HTML)
        assert (shown.status, b'action="/login"' in shown.body) == (401, True)

        wrong = locked.ask("POST", "/login", "token=nonsense", **form)
        assert (wrong.status, wrong.headers["Set-Cookie"]) == (401, None)
        assert b'role="alert" hidden' in shown.body
        assert b'role="alert" hidden' not in wrong.body

        right = locked.ask("POST", "/login", f"token={TOKEN}", **form)
        assert (right.status, right.headers["Location"]) == (303, "/")
        cookie = SimpleCookie(right.headers["Set-Cookie"])[COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "strict", "/", "")
        assert TOKEN not in cookie.value
        assert locked.get("/", Cookie=f"{COOKIE}={cookie.value}", **HTML).status == 200
        assert locked.get("/", Cookie=f"{COOKIE}={cookie.value[:-1]}x", **HTML).status == 401

    def test_over_tls_the_cookie_is_for_tls_alone(self, locked) -> None:
        body, origin = f"token={TOKEN}", {"Host": "localhost", "Origin": "https://localhost"}
        answer = locked.ask("POST", "/login", body, **origin)
        assert SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]["secure"] is True

    def test_another_site_cannot_log_somebody_in(self, locked) -> None:
        body = f"token={TOKEN}"
        assert locked.ask("POST", "/login", body, Origin="http://evil.example").status == 403

    def test_a_form_without_end_is_refused(self, locked) -> None:
        assert locked.ask("POST", "/login", b"token=" + bytes(5000)).status == 413

    def test_it_is_in_no_log_and_no_repr(self, locked, caplog, capfd) -> None:
        caplog.set_level(logging.DEBUG)
        locked.get("/docs", Authorization=f"Bearer {TOKEN}")
        locked.ask("POST", "/login", f"token={TOKEN}")
        said = capfd.readouterr()
        assert TOKEN not in caplog.text + said.out + said.err + repr(Secret(TOKEN))

    def test_without_one_the_way_in_leads_in(self, client) -> None:
        assert client.get("/login").headers["Location"] == "/"


class TestTokenFile:
    def test_its_line_is_the_token(self, tmp_path) -> None:
        file = tmp_path / "token"
        file.write_text(f"{TOKEN}\n")
        assert read_token(file) == TOKEN

    @pytest.mark.parametrize("content", [b"", b"\n", b"too short\n", b"two lines of\nwords and words\n", b"\xff" * 20])
    def test_what_is_no_token_is_refused_without_being_shown(self, tmp_path, content) -> None:
        file = tmp_path / "token"
        file.write_bytes(content)
        with pytest.raises(UsageError, match="holds no token: one line of 16 to 512") as refused:
            read_token(file)
        assert "words" not in str(refused.value)

    def test_none_is_said_with_how_to_make_it(self, tmp_path) -> None:
        with pytest.raises(UsageError, match="no such file; make one with: "):
            read_token(tmp_path / "token")

    def test_others_who_may_read_it_are_noticed(self, tmp_path) -> None:
        file = tmp_path / "token"
        file.write_text(TOKEN)
        file.chmod(0o640)
        assert is_open_to_others(file)
        file.chmod(0o400)
        assert not is_open_to_others(file)

    def test_a_new_one_is_long_and_another_each_time(self, tmp_path) -> None:
        file = tmp_path / "token"
        first, second = new_token(), new_token()
        file.write_text(first)
        assert read_token(file) == first != second


class TestHeaders:
    def test_every_answer_keeps_the_browser_in_bounds(self, client) -> None:
        for answer in (client.get("/"), client.get("/api/health"), client.get("/", Host="evil.example")):
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_what_was_read_is_kept_by_no_cache(self, client, picture) -> None:
        assert client.read(picture).headers["Cache-Control"] == "no-store"

    def test_nobody_is_told_what_serves(self, client) -> None:
        assert client.get("/api/health").headers["Server"] is None
