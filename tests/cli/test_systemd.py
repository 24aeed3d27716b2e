"""``numbre-edge live --print-systemd``: a unit that runs this very command, and may do little else."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from numbre_edge.cli.app import app
from numbre_edge.cli.systemd import Needs, Page, out_of_sight, owner_of_homes, running_program, unit
from numbre_edge.errors import UsageError

PATIENCE = 60  # seconds until a hang is a failure
NOT_OF_A_SERVICE = ("print_systemd", "annotate", "window", "mqtt_login", "mqtt_ca", "help")
LEAST = {
    "format": "table",
    "roi": "0,0,1,1",
    "size": "1x1",
    "rotate": "90",
    "flip": "h",
    "min_confidence": "0",
    "duration": "0",
    "backend": "auto",
    "finder": "both",
    "mqtt": "mqtt://broker/hall",
}
ANALYZE = shutil.which("systemd-analyze")
needs_analyze = pytest.mark.skipif(not ANALYZE, reason="needs the program systemd-analyze")
PAGES = {
    "local": Needs("pictures that are sent", camera=False, network=False, page=Page(local=True)),
    "network": Needs(
        "rpicam", camera=True, network=False, page=Page(local=False), secrets={"token": Path("/etc/a b/50%/token")}
    ),
}
FILE = Needs("clip.mp4", camera=False, network=False)
# Nothing that systemd, a shell or a person gives a meaning: blanks, quotes, specifiers, variables, escapes, separators.
AWKWARD = [
    "a b",
    "50%",
    "%h",
    "$HOME",
    "${HOME}",
    'say "so"',
    "it's",
    "back\\slash",
    "\r\x1b[2J\x9b\u202e",
    "end\\",
    ";",
    "Ü",
    "a\nb",
    "",
    "~",
]


def settings(text: str, name: str) -> list[str]:
    """Return what a unit says of one setting."""
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}=")]


def words_of(text: str) -> list[str]:
    """Return a unit's command as systemd starts it: its rules for quotes, escapes, % and $ (systemd.service(5))."""
    (command,) = settings(text, "ExecStart")
    words = []
    for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', command):
        word = re.sub(r"\\(?:u(.{4})|(.))", lambda sign: chr(int(sign[1], 16)) if sign[1] else sign[2], quoted) or plain
        for sign in "%$":
            assert sign not in word.replace(2 * sign, ""), f"{sign} would be expanded in {command}"
            word = word.replace(2 * sign, sign)
        words.append(word)
    return words


def assert_hardened(folder: Path) -> None:
    """Have systemd judge the unit that was verified there."""
    command = [
        str(ANALYZE),
        "security",
        "--offline=yes",
        "--threshold=20",
        "--no-pager",
        str(folder / "numbre-edge.service"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    if "unrecognized option" in done.stderr or "Unknown" in done.stderr:
        pytest.skip("needs systemd-analyze security --offline (systemd 250)")
    assert done.returncode == 0, shlex.join(command) + done.stdout


def verified(text: str, folder: Path) -> str:
    """Return what systemd has to say against a unit."""
    path = folder / "numbre-edge.service"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", str(path)], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    return done.stderr + (f"exit {done.returncode}" if done.returncode else "")


class TestCommand:
    def test_it_is_this_one_with_absolute_file_names(self, run, here) -> None:
        done = run(
            *("live", "--print-systemd", "clip.avi", "--format", "jsonl", "--roi", "1,2,30,40", "--increasing"),
            *("--max-rate", "0.5", "--model", "my model.onnx", "-v"),
        )
        assert done.code == 0
        program, *arguments = words_of(done.out)
        assert os.access(program, os.X_OK)
        assert os.path.isabs(program)
        assert arguments[arguments.index("live") :] == [
            *("live", f"{here}/clip.avi", "--format", "jsonl", "--roi", "1,2,30,40", "--increasing"),
            *("--max-rate", "0.5", "--model", f"{here}/my model.onnx", "--verbose"),
        ]

    def test_a_camera_or_address_is_left_as_it_is(self, run, here) -> None:
        for source in ("rpicam", "0", "/dev/video2", "rtsp://camera/1"):
            assert words_of(run("live", "--print-systemd", source).out)[-2:] == ["live", source]
        assert words_of(run("live", "--print-systemd").out)[-1] == "live"

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("--min-confidence", "0.0"),
            ("--duration", "0.0"),
            ("--roi", "0,0,1,1"),
            ("--format", "table"),
            ("--backend", "auto"),
        ],
    )
    def test_what_was_typed_is_there_however_little_it_says(self, run, here, option, value) -> None:
        assert words_of(run("live", "--print-systemd", "rpicam", option, value).out)[-2:] == [option, value]

    def test_every_option_that_was_typed_is_there(self, run, here) -> None:
        command = typer.main.get_command(app).commands["live"]
        for parameter in command.params:
            if parameter.param_type_name == "option" and parameter.name not in NOT_OF_A_SERVICE:
                values = [] if parameter.is_flag else [LEAST.get(parameter.name, "1")]
                words = words_of(run("live", "rpicam", parameter.opts[-1], *values, "--print-systemd").out)
                assert parameter.opts[-1] in words[-2:], parameter.name

    def test_what_could_never_run_is_refused(self, run, here) -> None:
        for option, least in {"--max-rate": "0", "--roi": "0,0,0,0", "--digits": "0", "--duration": "nan"}.items():
            done = run("live", "--print-systemd", "rpicam", option, least)
            assert (done.code, done.out) == (2, ""), option

    def test_every_word_arrives_as_it_was_typed(self) -> None:
        text = unit(["live", *AWKWARD], FILE, program=["/opt/my 100%/numbre-edge"])
        assert words_of(text) == ["/opt/my 100%/numbre-edge", "live", *AWKWARD]
        assert all(sign.isprintable() or sign == "\n" for sign in text)

    def test_a_description_is_one_line_in_which_nothing_is_expanded(self) -> None:
        text = unit(["live"], Needs("50%h\nof\x1b it\\", camera=False, network=False), program=["/usr/bin/numbre-edge"])
        assert settings(text, "Description") == ["Handwritten numbers from 50%%h of\\x1b it\\, read by numbre-edge"]

    def test_the_words_started_are_the_words_printed(self, here, monkeypatch) -> None:
        script = here / "numbre-edge"
        script.write_text("#!/bin/sh\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "argv", [str(script)])
        assert running_program() == [str(script)]
        monkeypatch.setattr(sys, "argv", [str(here / "numbre_edge" / "__main__.py")])
        assert running_program() == [sys.executable, "-m", "numbre_edge"]

    def test_whoever_has_no_home_gets_one_too(self, monkeypatch) -> None:
        pwd = pytest.importorskip("pwd")

        def unknown(number: int) -> None:
            raise KeyError(number)

        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.setattr(pwd, "getpwuid", unknown)
        assert owner_of_homes(["/usr/bin/numbre-edge", "/srv/clip.mp4"]) is None

    def test_a_name_that_is_no_text_is_refused(self) -> None:
        with pytest.raises(UsageError, match="UTF-8"):
            unit(["live", os.fsdecode(b"/srv/\xff.mp4")], FILE, program=["/usr/bin/numbre-edge"])

    def test_a_service_has_no_screen_and_no_end(self, run, here) -> None:
        for option in (["--window"], ["--annotate", "drawn.mp4"]):
            done = run("live", "--print-systemd", "rpicam", *option)
            assert (done.code, done.out) == (2, "")
            assert done.err.startswith(f"error: {option[0]} with --print-systemd: ")

    def test_what_is_no_source_is_refused(self, run, here) -> None:
        done = run("live", "--print-systemd", "nonsense")
        assert (done.code, done.out) == (2, "")


class TestSecrets:
    def test_a_password_is_in_the_command_alone_and_said_to_be(self, run, here) -> None:
        done = run("live", "--print-systemd", "rtsp://user:a%b@camera/1")
        (command,) = settings(done.out, "ExecStart")
        assert command.endswith('"rtsp://user:a%%b@camera/1"')
        assert "a%" not in done.out.replace(command, "")
        assert "a%" not in done.err
        assert "chmod 600" in done.err
        assert settings(done.out, "Description") == [
            "Handwritten numbers from rtsp://user:***@camera/1, read by numbre-edge"
        ]

    def test_the_broker_s_login_is_handed_over_by_systemd(self, run, here) -> None:
        ca = ("--mqtt-ca", "ca.pem")
        done = run(
            "live", "--print-systemd", "rpicam", "--mqtt", "mqtts://broker/hall", "--mqtt-login", "50% login", *ca
        )
        (command,) = settings(done.out, "ExecStart")
        assert command.endswith(f" --mqtt mqtts://broker/hall --mqtt-login %d/mqtt-login --mqtt-ca {here}/ca.pem")
        assert settings(done.out, "LoadCredential") == [f"mqtt-login:{here}/50%% login"]
        assert "50%" not in done.err, "systemd sees what lies in /tmp"

    def test_a_page_s_token_and_the_broker_s_login_are(self, run, here) -> None:
        pytest.importorskip("starlette", reason="needs numbre-edge[web]")
        secrets = ("--token-file", "token", "--mqtt", "mqtt://broker/hall", "--mqtt-login", "login")
        done = run("serve", "--print-systemd", "--source", "rpicam", "--host", "0.0.0.0", *secrets)
        (command,) = settings(done.out, "ExecStart")
        assert "--token-file %d/token" in command
        assert "--mqtt-login %d/mqtt-login" in command
        assert settings(done.out, "LoadCredential") == [f"token:{here}/token", f"mqtt-login:{here}/login"]

    def test_a_login_of_the_environment_is_said_to_be_missing(self, run, here, monkeypatch) -> None:
        monkeypatch.setenv("NUMBRE_EDGE_MQTT_LOGIN", "pi:s3cret")
        done = run("live", "--print-systemd", "rpicam", "--mqtt", "mqtts://broker/hall")
        assert "s3cret" not in done.out + done.err
        assert "--mqtt-login FILE hands it over" in done.err
        assert settings(done.out, "LoadCredential") == []

    def test_without_one_nothing_is_said_of_it(self, run, here) -> None:
        assert "chmod" not in run("live", "--print-systemd", "rtsp://camera/1").err


class TestRights:
    @pytest.mark.parametrize("source", ["rpicam", "clip.avi", "rtsp://camera/1"])
    def test_it_may_write_nowhere_and_become_nobody_else(self, run, here, source) -> None:
        text = run("live", "--print-systemd", source).out
        assert settings(text, "ProtectSystem") == ["strict"]
        assert settings(text, "CapabilityBoundingSet") == [""]
        assert settings(text, "NoNewPrivileges") == settings(text, "RestrictSUIDSGID") == ["yes"]
        assert settings(text, "DevicePolicy") == ["closed"]
        assert settings(text, "SystemCallFilter") == ["@system-service"]

    def test_only_a_remote_source_may_use_the_network(self, run, here) -> None:
        remote = run("live", "--print-systemd", "http://camera/").out
        local = run("live", "--print-systemd", "rpicam").out
        assert settings(remote, "RestrictAddressFamilies") == ["AF_UNIX AF_INET AF_INET6 AF_NETLINK"]
        assert settings(remote, "After") == ["network-online.target"]
        assert settings(remote, "PrivateNetwork") == []
        assert settings(local, "RestrictAddressFamilies") == ["AF_UNIX AF_NETLINK"]
        assert settings(local, "After") == []
        assert settings(local, "PrivateNetwork") == ["yes"]

    def test_whoever_tells_a_broker_may_use_the_network_too(self, run, here) -> None:
        text = run("live", "--print-systemd", "rpicam", "--mqtt", "mqtt://broker/hall").out
        assert settings(text, "RestrictAddressFamilies") == ["AF_UNIX AF_INET AF_INET6 AF_NETLINK"]
        assert settings(text, "PrivateNetwork") == []
        assert "char-video4linux rw" in settings(text, "DeviceAllow")

    def test_a_folder_below_dev_is_no_camera(self, run, here) -> None:
        inbox = Path("/dev/shm")  # in memory, as who spares an SD card would have it
        if not inbox.is_dir():
            pytest.skip("needs /dev/shm")
        text = run("live", "--print-systemd", str(inbox)).out
        assert settings(text, "DeviceAllow") == settings(text, "SupplementaryGroups") == []
        assert settings(text, "PrivateDevices") == ["yes"]

    def test_only_a_camera_here_may_be_opened(self, run, here) -> None:
        for source in ([], ["rpicam"], ["0"], ["/dev/video2"]):
            text = run("live", "--print-systemd", *source).out
            assert "char-video4linux rw" in settings(text, "DeviceAllow")
            assert settings(text, "SupplementaryGroups") == ["video"]
        for source in (["http://camera/"], ["clip.avi"]):
            text = run("live", "--print-systemd", *source).out
            assert settings(text, "DeviceAllow") == settings(text, "SupplementaryGroups") == []
            assert settings(text, "PrivateDevices") == ["yes"]

    def test_a_program_outside_of_homes_runs_as_nobody_in_particular(self) -> None:
        text = unit(["live"], FILE, program=["/usr/local/bin/numbre-edge"])
        assert settings(text, "DynamicUser") == settings(text, "ProtectHome") == ["yes"]
        assert settings(text, "User") == []

    def test_files_in_a_home_are_read_by_their_owner(self, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        program = [str(tmp_path / "numbre-edge")]
        monkeypatch.setattr(Path, "owner", lambda path: {tmp_path: "pi"}[path])
        assert owner_of_homes(program) == "pi"
        assert owner_of_homes([f"{tmp_path}/of/nobody/numbre-edge"]) == str(os.getuid())  # a name systemd takes too
        assert owner_of_homes(["/usr/bin/numbre-edge", "live", "rpicam"]) is None
        text = unit(["live"], FILE, program=program, user="pi")
        assert settings(text, "User") == ["pi"]
        assert settings(text, "DynamicUser") == []
        assert settings(text, "ProtectHome") == ["read-only"]

    def test_what_it_cannot_see_is_said(self, run, here) -> None:
        assert out_of_sight(["/usr/bin/numbre-edge", "live", "/tmp/in", "/var/tmp/a.onnx"]) == [
            "/tmp/in",
            "/var/tmp/a.onnx",
        ]
        err = run("live", "--print-systemd", "/tmp/clip.avi").err
        assert "the service will not see /tmp/clip.avi: it has a /tmp of its own" in err


@needs_analyze
class TestSystemdItself:
    @pytest.mark.parametrize(
        "source", [[], ["rpicam"], ["0"], ["rtsp://user:p%w$d@camera/1?a=b;c"], ["a b/50% $x.mp4"]]
    )
    def test_it_understands_the_unit(self, run, here, source) -> None:
        assert verified(run("live", "--print-systemd", *source, "--format", "jsonl").out, here) == ""

    def test_it_understands_the_login(self, run, here) -> None:
        tells = ("--mqtt", "mqtts://broker/hall", "--mqtt-login", "50% login")
        assert verified(run("live", "--print-systemd", "rpicam", *tells).out, here) == ""

    def test_it_understands_every_word(self, tmp_path) -> None:
        text = unit(["live", *AWKWARD], Needs("50% \\", camera=True, network=True), program=["/bin/true"])
        assert verified(text, tmp_path) == ""

    @pytest.mark.parametrize("page", PAGES)
    def test_it_understands_a_page_s_and_finds_it_hardened(self, tmp_path, page) -> None:
        text = unit(["serve"], PAGES[page], program=["/bin/true"])
        assert verified(text, tmp_path) == ""
        assert_hardened(tmp_path)

    def test_it_complains_of_what_is_wrong(self, tmp_path) -> None:
        text = unit(["live"], FILE, program=["/bin/true"])
        assert "NoNewPrivilege" in verified(text.replace("NoNewPrivileges", "NoNewPrivilegez"), tmp_path)

    @pytest.mark.parametrize("source", ["rpicam", "rtsp://camera/1"])
    def test_it_finds_it_hardened(self, run, here, source) -> None:
        """Below 2 is what systemd itself calls OK; a service without any hardening has 9.6, unsafe."""
        verified(run("live", "--print-systemd", source).out, here)
        assert_hardened(here)
