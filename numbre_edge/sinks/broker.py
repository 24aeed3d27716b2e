"""An MQTT broker: where it is, how to get in, and in words why that fails."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from numbre_edge.errors import UsageError

if TYPE_CHECKING:
    from paho.mqtt.reasoncodes import ReasonCode

_LOGIN_REFUSED = (134, 135)  # reason codes of MQTT 5, which paho makes of the older ones too
_WHICH = "check the port, and whether it is mqtt:// or mqtts://"
NOT_ONE = f"ends the connection at once: {_WHICH}"


@dataclass(frozen=True, kw_only=True)
class Broker:
    """An MQTT broker, and how to get in.

    Attributes:
        host, port: where it is.
        topic: what all topics begin with.
        tls: whether to talk TLS with it; its certificate is checked.
        ca: a PEM file of the authorities to trust; None trusts the system's.
        user, password: "" for a broker that asks for none.
    """

    host: str
    port: int
    topic: str
    tls: bool = False
    ca: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"MQTT broker {self.host}:{self.port}"


def trusting(ca: Path | None) -> ssl.SSLContext:
    """Return what checks the broker's certificate and name."""
    try:
        return ssl.create_default_context(cafile=ca)
    except ssl.SSLError as exc:
        raise UsageError(f"--mqtt-ca {ca}: holds no certificate in PEM, as -----BEGIN CERTIFICATE----- begins") from exc
    except OSError as exc:
        raise UsageError(f"--mqtt-ca {ca}: {(exc.strerror or str(exc)).lower()}") from exc


def refusal(broker: Broker, reason: ReasonCode) -> str:
    """Return in words why a broker that answers does not let us in."""
    if reason.value not in _LOGIN_REFUSED:
        return f"does not let us in ({str(reason).lower()})"
    if not broker.user:
        return "wants a user and a password: --mqtt-login FILE"
    return "does not let us in: user or password is wrong"


def unreached(broker: Broker, exc: BaseException | None) -> str:
    """Return in words why there is no connection."""
    if isinstance(exc, socket.gaierror):
        return "is not found: check its name and this machine's network"
    if isinstance(exc, ConnectionRefusedError):
        return "refuses connections: check the port, and that it runs"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted ({exc.verify_message}): --mqtt-ca FILE, or check its name"
    if isinstance(exc, ssl.SSLError):
        return f"does not speak TLS there ({exc.reason or exc}): {_WHICH}"
    if isinstance(exc, ConnectionResetError):
        return NOT_ONE
    if isinstance(exc, TimeoutError):
        return "does not answer: check its address, and that it runs"
    return f"cannot be reached ({getattr(exc, 'strerror', None) or exc})"
