"""The options that name an MQTT broker, and what they say."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from numbre_edge.errors import UsageError

if TYPE_CHECKING:
    from numbre_edge.sinks.broker import Broker

LOGIN = "NUMBRE_EDGE_MQTT_LOGIN"
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_LONGEST_TOPIC = 1000  # letters; the protocol allows 65,535 bytes, and ours are longer than what is given
_PANEL = "MQTT and Home Assistant"
MqttAddress = Annotated[
    str | None,
    typer.Option(
        "--mqtt",
        metavar="URL",
        help="Tell an MQTT broker too, and so Home Assistant: mqtt\\[s]://host\\[:port]/topic; mqtts is with TLS.",
        rich_help_panel=_PANEL,
    ),
]
MqttLogin = Annotated[
    Path | None,
    typer.Option(
        "--mqtt-login",
        metavar="FILE",
        help=f"A file that holds user:password for the broker; or have them in the environment, as {LOGIN}.",
        rich_help_panel=_PANEL,
    ),
]
MqttCa = Annotated[
    Path | None,
    typer.Option(
        "--mqtt-ca",
        metavar="FILE",
        help="The certificate (PEM) of the authority that signed the broker's; by default the system's authorities.",
        rich_help_panel=_PANEL,
    ),
]


def parse_broker(address: str | None, *, login: Path | None, ca: Path | None) -> Broker | None:
    """Return what the three options say, the login apart; None where there is no broker.

    Raises:
        UsageError: no address of a broker and a topic, one with a password in it, or options that it gives no use for.
    """
    if address is None:
        if login or ca:
            raise UsageError(f"--mqtt-{'login' if login else 'ca'} without --mqtt: name the broker too")
        return None
    if "@" in address:  # whatever it is, it may hold a password: it is not repeated
        raise UsageError(
            "--mqtt: user and password do not belong into the address, which everybody on this machine can see: "
            f"keep user:password in a file, --mqtt-login FILE, or in the environment, as {LOGIN}"
        )
    from numbre_edge.sinks.broker import Broker

    scheme, _, rest = address.partition("://")
    place, _, topic = rest.partition("/")
    topic = topic.strip("/")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname or "", _PORTS[scheme.lower()] if parts.port is None else parts.port
        host.encode("idna")
    except (KeyError, ValueError):
        host = ""
    if not host or not port or not topic:
        raise UsageError(
            f"--mqtt {address}: must be mqtt://host/topic or mqtts://host:port/topic, like mqtt://homeassistant.local/numbre"
        )
    if not topic.isprintable() or set(topic) & set("+#$") or len(topic) > _LONGEST_TOPIC:
        raise UsageError(f"--mqtt {address}: a topic is of letters, digits and slashes, without + # $")
    secure = scheme.lower() == "mqtts"
    if ca and not secure:
        raise UsageError(f"--mqtt-ca {ca}: mqtt:// is without TLS; write mqtts://")
    return Broker(host=host, port=port, topic=topic, tls=secure, ca=ca)


def logged_in(broker: Broker, login: Path | None) -> Broker:
    """Return the broker with user and password: of the file, else of the environment, else none.

    Raises:
        UsageError: the file cannot be read, or it does not hold them.
    """
    from dataclasses import replace

    try:
        text = login.read_text(encoding="utf-8") if login else os.environ.get(LOGIN, "")
    except OSError as exc:
        raise UsageError(f"--mqtt-login {login}: {(exc.strerror or str(exc)).lower()}") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"--mqtt-login {login}: must be text in UTF-8: user:password") from exc
    text = text.strip("\r\n")
    user, colon, password = text.partition(":")
    if "\n" in text or ((login or text) and not (user and colon)):
        raise UsageError(f"{f'--mqtt-login {login}' if login else LOGIN}: must hold one line, user:password")
    return replace(broker, user=user, password=password)
