"""A systemd unit that runs ``numbre-edge live`` or ``serve`` at boot, with no more rights than that needs."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from numbre_edge.cli.console import console_of
from numbre_edge.cli.mqtt import LOGIN
from numbre_edge.errors import UsageError, escaped, is_unicode, printable
from numbre_edge.model import shipped_as
from numbre_edge.sinks.output import open_output
from numbre_edge.sources.stream import Stream

_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
_HOMES = ("/home", "/root")
_NOT_THE_SERVICE_S = ("print_systemd", "verbose", "quiet")
_SECRETS = {"token_file": "token", "mqtt_login": "mqtt-login"}  # parameters that name a file -> its credential's name
_TEMPORARY = ("/tmp/", "/var/tmp/")  # noqa: S108 - what PrivateTmp hides

_UNIT = """\
# Reads handwritten numbers from {said} and {does}.
#
#     sudo cp numbre-edge.service /etc/systemd/system/
#     sudo systemctl daemon-reload
#     sudo systemctl enable --now numbre-edge
#     journalctl -u numbre-edge -o cat -f

[Unit]
Description=Handwritten numbers from {source}, read by numbre-edge
{ordering}
[Service]
Type=exec
ExecStart={command}
Restart=on-failure
RestartSec=5
# Wrong usage does not become right by trying again.
RestartPreventExitStatus=2
SyslogIdentifier=numbre-edge

# Who it is.
{identity}{credentials}
NoNewPrivileges=yes
CapabilityBoundingSet=
UMask=0077

# What it may see: the system, but not write to it, and of all devices {devices_said}.
ProtectSystem=strict
ProtectHome={homes}
PrivateTmp=yes
RemoveIPC=yes
DevicePolicy=closed
{devices}
ProtectProc=invisible
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes

# Whom it may talk to: {network_said}.
{network}

# What it may ask of the kernel.
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True)
class Page:
    """What serving a page needs of the system.

    Attributes:
        local: whether for this machine alone.
    """

    local: bool


@dataclass(frozen=True)
class Needs:
    """What one command needs of the system.

    Attributes:
        source: what is read, as it is called in the unit's description.
        camera: a camera of this machine.
        network: a camera or server elsewhere, or a broker that is told.
        page: where one is served.
        secrets: files that systemd reads, and shows the program: nobody else needs the right to.
    """

    source: str
    camera: bool
    network: bool
    page: Page | None = None
    secrets: Mapping[str, Path] = field(default_factory=dict)  # by their credentials' names


class _Specifier(str):
    """A word of a command that systemd is to expand."""


def print_unit(context: typer.Context, stream: Stream | None, page: Page | None = None) -> None:
    """Print the unit that runs this command without its --print-systemd.

    Args:
        context: of the command.
        stream: what it reads, unopened; None where the service shall find its camera itself, or has none.
        page: what it serves.
    """
    for option in ("annotate", "window"):
        if option in context.params and was_given(context, option):
            raise UsageError(f"--{option} with --print-systemd: a service has no screen and no end; leave it out")
    source = context.params["source"]
    if stream is None:
        kind, name = ("none", "pictures that are sent") if page else ("camera", "the first camera")
    else:
        kind, name = stream.kind, stream.name
    replaced: dict[str, str] = {}
    if kind in ("folder", "video"):
        replaced["source"] = os.path.abspath(source)
    secrets = {name: context.params[option] for option, name in _SECRETS.items() if context.params.get(option)}
    replaced |= {option: _Specifier(f"%d/{name}") for option, name in _SECRETS.items() if name in secrets}
    arguments = [str(context.info_name), *_words(context, replaced)]
    program = running_program()
    network = kind == "network" or context.params.get("mqtt") is not None
    needs = Needs(name, camera=kind == "camera", network=network, page=page, secrets=secrets)
    text = unit(arguments, needs, program=program, user=owner_of_homes([*program, *arguments]))
    with open_output(None) as stdout:
        stdout.write(text)
    console = console_of(context)
    if kind == "network" and name != source:
        console.say("the unit holds the address's password: chmod 600 it where you keep it")
    if context.params.get("mqtt") and LOGIN in os.environ and "mqtt-login" not in secrets:
        console.say(f"the unit does not hold what {LOGIN} holds here: --mqtt-login FILE hands it over")
    for path in out_of_sight([*program, *arguments]):
        console.say(f"the service will not see {path}: it has a /tmp of its own; keep that elsewhere")


def _words(context: typer.Context, replaced: Mapping[str, str]) -> Iterator[str]:
    """Yield this run as it would be typed, but for --print-systemd, with absolute file names.

    Args:
        context: of the command.
        replaced: values that are others in the service, by the name of their parameter.
    """
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in _NOT_THE_SERVICE_S or not was_given(context, name):
            continue
        given = replaced.get(name, context.params[name])
        for value in given if isinstance(given, list) else [given]:
            if parameter.param_type_name == "option":
                yield parameter.opts[-1]
            if value is not True:
                named = name == "model" and not value.exists() and shipped_as(str(value))
                yield (
                    os.path.abspath(value)
                    if isinstance(value, Path) and not named
                    else value
                    if isinstance(value, str)
                    else str(value)
                )
    console = console_of(context)  # these two may stand before the command's name as well
    if console.verbose:
        yield "--verbose"
    if console.quiet:
        yield "--quiet"


def was_given(context: typer.Context, name: str) -> bool:
    """Return whether a parameter was typed, whatever its value: 0 is not "not given"."""
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def unit(arguments: Sequence[str], needs: Needs, *, program: Sequence[str], user: str | None = None) -> str:
    """Return the unit's text.

    Args:
        arguments: of the program, from ``live`` on; file names absolute.
        needs: of the source.
        program: the running program, absolute: an executable, and arguments that come before all others.
        user: who runs it; None for a user of systemd's own making, who cannot look into anybody's home.

    Raises:
        UsageError: a file name that is no UTF-8, which a unit has to be.
    """
    for word in (*program, *arguments):
        if not is_unicode(word):
            raise UsageError(f"{word}: systemd takes names in UTF-8 only; rename it")
    identity = "DynamicUser=yes" if user is None else f"User={user}"
    if needs.camera:
        identity += "\nSupplementaryGroups=video"
    page = needs.page
    reached = needs.network or (page is not None and not page.local)
    # Video nodes; what finds and feeds a camera of the CSI port; memory that both sides see.
    classes = ("char-video4linux", "char-media", "char-dma_heap") if needs.camera else ()
    return _UNIT.format(
        said=_one_line(needs.source),
        does="serves a page that shows them" if page else "writes what happens to the journal",
        source=_one_line(needs.source).replace("%", "%%"),  # in a description, systemd expands specifiers
        ordering="Wants=network-online.target\nAfter=network-online.target\n" if reached else "",
        command=" ".join(word if isinstance(word, _Specifier) else _quoted(word) for word in (*program, *arguments)),
        identity=identity,
        credentials="".join(f"\n{_credential(name, file)}" for name, file in needs.secrets.items()),
        devices="\n".join(f"DeviceAllow={name} rw" for name in classes) or "PrivateDevices=yes",
        devices_said="cameras" if needs.camera else "only those that are none, like /dev/null",
        homes="read-only" if any(_in_a_home(word) for word in (*program, *arguments)) else "yes",
        network=_network(needs, reached),
        network_said=_partners(needs, reached),
    )


def _credential(name: str, file: Path) -> str:
    path = os.path.abspath(file).replace("%", "%%")  # taken as it is, but for specifiers
    return f"# systemd reads the file, which may be root's alone.\nLoadCredential={name}:{path}"


def _network(needs: Needs, reached: bool) -> str:
    if not reached and not needs.page:
        return "RestrictAddressFamilies=AF_UNIX AF_NETLINK\nPrivateNetwork=yes"
    families = "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"
    return families if reached else f"{families}\nIPAddressDeny=any\nIPAddressAllow=localhost"


def _partners(needs: Needs, reached: bool) -> str:
    if needs.page:
        return "the network, for its page" if reached else "programs of this machine, for its page"
    return "the network, for its source or its broker" if reached else "nobody, it works offline"


def running_program() -> list[str]:
    """Return how to start this program again from anywhere: absolute, and in its own environment."""
    script = shutil.which(sys.argv[0])
    if script and Path(script).stem == "numbre-edge":
        return [os.path.abspath(script)]
    return [os.path.abspath(sys.executable), "-m", "numbre_edge"]


def owner_of_homes(words: Sequence[str]) -> str | None:
    """Return who must run a program with files in a home, which others cannot look into; None if none of them is."""
    for word in filter(_in_a_home, words):
        try:
            return Path(word).parent.owner()  # not its own: a virtual environment's Python is a link to root's
        except (OSError, KeyError):
            return str(os.getuid())
    return None


def out_of_sight(words: Sequence[str]) -> list[str]:
    """Return the files that the unit's program will not find, since it gets temporary folders of its own."""
    return [word for word in words if word.startswith(_TEMPORARY)]


def _in_a_home(word: str) -> bool:
    return any(word.startswith(f"{home}/") for home in (*_HOMES, os.path.expanduser("~")))


def _quoted(word: str) -> str:
    """Return one word of a command line so that systemd reads it back as it is (systemd.service(5))."""
    if _PLAIN.fullmatch(word):
        return word
    for sign, escape in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(sign, escape)
    return f'"{escaped(word)}"'


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
