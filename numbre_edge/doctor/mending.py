"""The commands that mend this installation: where numbre-edge came from, and this Python's own pip."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from numbre_edge.model import MODELS

DISTRIBUTION = "numbre-edge"
_PIP = re.compile(r"(?<!\S)pip (?=install |uninstall )")


@dataclass(frozen=True)
class Origin:
    """Where an installation came from.

    Attributes:
        source: a checkout, a wheel or an address, or the name and version of a package from an index.
        checkout: whether it runs right from the files of a checkout.
    """

    source: str
    checkout: bool = False

    @property
    def reinstall(self) -> str:
        """The command that installs the same again."""
        if self.checkout:
            return f"pip install -e {shlex.quote(self.source)}"
        return f"pip install --force-reinstall --no-deps {shlex.quote(self.source)}"

    @property
    def restore_models(self) -> str:
        """The command that brings the shipped models back."""
        if self.checkout:
            return f"git -C {shlex.quote(self.source)} checkout -- {MODELS.parent.name}/{MODELS.name}"
        return self.reinstall


def origin_of(distribution: str = DISTRIBUTION) -> Origin:
    """Return where an installed distribution came from, as pip wrote it down (PEP 610).

    What is not installed at all is taken to run from its checkout.
    """
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return Origin(str(MODELS.parents[1]), checkout=True)
    text = found.read_text("direct_url.json")
    if text is None:
        return Origin(f"{distribution}=={found.version}")
    about = json.loads(text)
    url = urlsplit(about["url"])
    if url.scheme != "file":
        return Origin("+".join([*filter(None, [about.get("vcs_info", {}).get("vcs")]), about["url"]]))
    return Origin(url2pathname(url.path), checkout=about.get("dir_info", {}).get("editable", False))


def with_this_pip(command: str, *, python: Path | None = None) -> str:
    """Return a command that installs where this program runs: ``pip`` may be another Python's, or nowhere.

    Args:
        command: as it would be typed in an active environment.
        python: of the environment that is meant; by default the running one.
    """
    python = python or Path(sys.executable)
    pip = shutil.which("pip")
    if pip is not None and Path(pip).parent == python.parent:
        return command
    return _PIP.sub(lambda _: f"{shlex.quote(str(python))} -m pip ", command)
