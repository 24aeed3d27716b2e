"""``numbre-edge serve``: a page in the browser, and an HTTP API."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of, tell
from numbre_edge.cli.mqtt import MqttAddress, MqttCa, MqttLogin, logged_in, parse_broker
from numbre_edge.cli.options import (
    BackendOption,
    CardFile,
    Decimals,
    Digits,
    FinderName,
    FinderOption,
    Flip,
    Fps,
    Increasing,
    MaxRate,
    MinConfidence,
    ModelFile,
    Roi,
    Rotate,
    Size,
)
from numbre_edge.cli.signals import stop_signals
from numbre_edge.errors import MissingExtra, NumbreError, UsageError
from numbre_edge.recognition import FINDER, LIVE_FINDER

if TYPE_CHECKING:
    from numbre_edge.cli.systemd import Page
    from numbre_edge.web.secret import Secret

EPILOG = """
[bold]Examples[/bold]
numbre-edge serve
numbre-edge serve --source rpicam --roi 200,100,640,160
numbre-edge serve --source 0 --host 0.0.0.0 --token-file token
numbre-edge serve --source 0 --host 0.0.0.0 --token-file token --print-systemd > numbre-edge.service

[bold]Exit codes[/bold]
0 ended by Ctrl-C, SIGTERM or SIGHUP;
1 the port is taken, a video that cannot be read, or a model or backend that failed;
2 wrong usage;
130 ended at once by a second Ctrl-C, 143 by a second SIGTERM.
"""

_NETWORK, _CAMERA = "Network", "What is read"

_OF_THE_CAMERA = (
    *("roi", "rotate", "flip", "size", "fps", "live_finder", "digits", "decimals", "increasing", "max_rate"),
    *("mqtt", "mqtt_login", "mqtt_ca"),
)
_DRAWINGS = "components"  # finder: what is drawn is connected ink, and a single long stroke is no ruled line
_SERVICE = "--host: a service needs --token-file FILE: a token that is made anew would be kept in the journal"


def serve(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Option(
            "--source",
            metavar="SPEC",
            help="What the tab Live shows, as live takes it: a camera (0, /dev/video2, rpicam), an address (rtsp, "
            "http), a video file or a folder. Without it that tab is empty.",
            show_default=False,
            rich_help_panel=_CAMERA,
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADDRESS",
            help="Listen there; 0.0.0.0 is every address of this machine. Any but this machine's own needs a token.",
            rich_help_panel=_NETWORK,
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: any free one.", rich_help_panel=_NETWORK)
    ] = 8000,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file",
            metavar="FILE",
            help="Ask for the token in this file. Without it, and where one is needed, a new one is made and printed.",
            show_default=False,
            rich_help_panel=_NETWORK,
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="Another name that this machine has in a browser; may be given several times.",
            show_default=False,
            rich_help_panel=_NETWORK,
        ),
    ] = None,
    print_systemd: Annotated[
        bool,
        typer.Option(
            "--print-systemd",
            help="Print a systemd unit that runs this very command at boot, and exit.",
            rich_help_panel=_NETWORK,
        ),
    ] = False,
    roi: Roi = None,
    rotate: Rotate = None,
    flip: Flip = None,
    size: Size = None,
    fps: Fps = None,
    live_finder: Annotated[
        FinderName, typer.Option("--live-finder", metavar="NAME", help="--finder for the camera.")
    ] = LIVE_FINDER,
    digits: Digits = None,
    decimals: Decimals = None,
    increasing: Increasing = False,
    max_rate: MaxRate = None,
    mqtt: MqttAddress = None,
    mqtt_login: MqttLogin = None,
    mqtt_ca: MqttCa = None,
    model: ModelFile = None,
    card: CardFile = None,
    backend: BackendOption = "auto",
    finder: FinderOption = FINDER,
    min_confidence: MinConfidence = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Show a page in the browser that reads: what a camera sees, photos, and what you draw.

    Nothing leaves this machine, and the page needs no internet. The page is for this machine alone unless --host says
    otherwise; then it asks for a token. An HTTP API goes with it, described at /docs.
    """
    from numbre_edge.cli.selection import orientation, parse_region, parse_size

    region, upright = parse_region(roi), orientation(rotate, flip)
    wanted = parse_size(size) if size is not None else None
    console = console_of(context)
    with stop_signals() as stop:
        _check_extra()
        _check_camera(context)
        broker = parse_broker(mqtt, login=mqtt_login, ca=mqtt_ca)
        from numbre_edge.cli.listeners import telling
        from numbre_edge.cli.systemd import print_unit
        from numbre_edge.reader import Reader
        from numbre_edge.sources.spec import open_stream
        from numbre_edge.tracking import Rules
        from numbre_edge.web.app import Site, create_app
        from numbre_edge.web.hub import Hub
        from numbre_edge.web.live import OwnPace, keep_watching, wait
        from numbre_edge.web.metrics import Metrics
        from numbre_edge.web.server import Address, Serving

        rules = Rules(digits=digits, decimals=decimals, increasing=increasing, max_rate=max_rate)
        opened = partial(open_stream, source, size=wanted, fps=fps)
        stream = opened() if source is not None else None
        if print_systemd:
            with Address(host, 0) as address:
                print_unit(context, stream, _page(address.local, token_file))
            return
        secret = _secret(token_file)
        broker = logged_in(broker, mqtt_login) if broker else None
        with Address(host, port) as address:
            if secret is None and not address.local:
                secret = _new_secret()
            readers = {
                name: Reader(model, card=card, backend=backend, finder=name, min_confidence=min_confidence)
                for name in {finder, _DRAWINGS} | ({live_finder} if stream else set())
            }
            used = readers[finder].backend
            console.detail(f"model {used.model.path}, backend {used.name}")
            metrics = Metrics()
            hub = Hub(stream.name, metrics) if stream else None
            site = Site(readers[finder], readers[_DRAWINGS], metrics, hub, address.door(allow_host or []), secret)
            with Serving(create_app(site), address, hub) as serving:
                console.say(f"{address.url} is open; Ctrl-C ends it")

                def over() -> bool:
                    return stop.asked or not serving.alive

                if stream and hub:
                    paced = [] if stream.live or stream.separate else [OwnPace(over)]
                    with telling(broker, tell) as told:
                        keep_watching(
                            opened,
                            readers[live_finder].following(),
                            [hub, *told, *paced],
                            rules=rules,
                            orientation=upright,
                            region=region,
                            stop=over,
                        )
                wait(over)
                if not stop.asked:
                    raise NumbreError("the server ended by itself; what happened is said above")


def _check_extra() -> None:
    try:
        import python_multipart  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as exc:
        raise MissingExtra("serve", "web") from exc


def _check_camera(context: typer.Context) -> None:
    from numbre_edge.cli.systemd import was_given

    for name in _OF_THE_CAMERA if context.params["source"] is None else ():
        if was_given(context, name):
            raise UsageError(f"--{name.replace('_', '-')} is about the camera: name one with --source")


def _secret(file: Path | None) -> Secret | None:
    """Return what is in --token-file, if there is one."""
    from numbre_edge.web.secret import Secret, is_open_to_others, read_token

    if file is None:
        return None
    secret = Secret(read_token(file))
    if is_open_to_others(file):
        tell(f"--token-file {file}: other users of this machine may read it; chmod 600 {file}")
    return secret


def _page(local: bool, token_file: Path | None) -> Page:
    """Return what the page needs of systemd."""
    from numbre_edge.cli.systemd import Page

    if not local and token_file is None:
        raise UsageError(_SERVICE)
    return Page(local)


def _new_secret() -> Secret:
    """Return a new token's, having said the token."""
    from numbre_edge.web.secret import Secret, new_token

    if "JOURNAL_STREAM" in os.environ:  # systemd keeps what is said
        raise UsageError(_SERVICE)
    token = new_token()
    tell(f"token: {token}")
    return Secret(token)
