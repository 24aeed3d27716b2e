"""An RTSP camera on the loopback, made by GStreamer: run by the system's Python, which has its bindings.

``rtsp_server.py --check`` says on stderr what is missing, and exits 1. ``rtsp_server.py [PORT]`` serves
``/stream``, and ``/locked`` for ``user:secret``, and prints its port.
"""

from __future__ import annotations

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")

from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - only after the versions are chosen

PIPELINE = (
    "( videotestsrc is-live=true pattern=white ! video/x-raw,format=I420,width=160,height=80,framerate=20/1 "
    "! jpegenc ! rtpjpegpay name=pay0 )"
)


def main() -> None:
    Gst.init(None)
    missing = [name for name in ("videotestsrc", "jpegenc", "rtpjpegpay") if not Gst.ElementFactory.find(name)]
    if missing:
        sys.exit(f"GStreamer has no {', '.join(missing)}")
    if sys.argv[1:] == ["--check"]:
        return
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1] if len(sys.argv) > 1 else "0")
    server.set_auth(login())
    for path in ("/stream", "/locked"):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(PIPELINE)
        factory.set_shared(True)
        factory.add_role_from_structure(permission("watcher", may_watch=True))
        factory.add_role_from_structure(permission("anybody", may_watch=path == "/stream"))
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


def permission(role: str, *, may_watch: bool) -> Gst.Structure:
    """Return what GStreamer answers: 404 to whom it denies access, 401 to whom it denies construction."""
    construct = "true" if may_watch else "false"
    return Gst.Structure.from_string(
        f"{role}, media.factory.access=(boolean)true, media.factory.construct=(boolean){construct}"
    )[0]


def login() -> GstRtspServer.RTSPAuth:
    auth = GstRtspServer.RTSPAuth()
    watcher, anybody = GstRtspServer.RTSPToken(), GstRtspServer.RTSPToken()
    watcher.set_string("media.factory.role", "watcher")
    anybody.set_string("media.factory.role", "anybody")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic("user", "secret"), watcher)
    auth.set_default_token(anybody)
    return auth


main()
