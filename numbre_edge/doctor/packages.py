"""The Python packages: whether they are there, in range, alive, and not in each other's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata

from packaging.requirements import Requirement

from numbre_edge.backends.registry import RUNTIMES, Runtime
from numbre_edge.doctor.check import Check
from numbre_edge.doctor.machine import Machine, as_range
from numbre_edge.doctor.mending import DISTRIBUTION
from numbre_edge.doctor.probe import Import

_OPENCV = RUNTIMES["opencv"].package
_OPENCV_BUILDS = (_OPENCV, "opencv-python", "opencv-contrib-python-headless", "opencv-contrib-python")
# Package -> module. OpenCV is looked at on its own.
_NATIVE = {"msgspec": "msgspec", "numpy": "numpy"} | {runtime.package: runtime.module for runtime in RUNTIMES.values()}
_DEVELOPMENT = "dev"

VersionOf = Callable[[str], str | None]
TryImport = Callable[[str], Import]


@dataclass(frozen=True)
class Wanted:
    """What numbre-edge says of itself where it is installed.

    Attributes:
        version: its own.
        requires_python: the supported range, or None.
        requirements: what it always needs on this machine.
        extras: extra -> what that needs on this machine; without ``dev``.
    """

    version: str
    requires_python: str | None
    requirements: tuple[Requirement, ...]
    extras: dict[str, tuple[Requirement, ...]]


def wanted(distribution: str = DISTRIBUTION) -> Wanted | None:
    """Return what an installed distribution needs, by its metadata; None where only its source is here."""
    try:
        about = metadata.metadata(distribution)
    except metadata.PackageNotFoundError:
        return None
    stated = [Requirement(line) for line in metadata.requires(distribution) or []]
    always = tuple(requirement for requirement in stated if _applies(requirement))
    extras = {
        extra: tuple(r for r in stated if _applies(r, extra) and r not in always and r.name != distribution)
        for extra in about.get_all("Provides-Extra") or []
        if extra != _DEVELOPMENT
    }
    return Wanted(about["Version"], about["Requires-Python"], always, extras)


def version_of(package: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def name_of_check(runtime: Runtime) -> str:
    """Return the name of the check that looks at a runtime's package."""
    if runtime.extra:
        return f"extra {runtime.extra}"
    return "opencv" if runtime.package == _OPENCV else runtime.package


def check_packages(
    requirements: tuple[Requirement, ...], machine: Machine, version_of: VersionOf, try_import: TryImport
) -> Iterator[Check]:
    """Check what numbre-edge always needs.

    Args:
        requirements: what that is.
        machine: what this program runs on.
        version_of: package -> its installed version, or None.
        try_import: module -> what became of importing it.
    """
    for requirement in requirements:
        if requirement.name == _OPENCV:
            builds = {build: version for build in _OPENCV_BUILDS if (version := version_of(build))}
            yield check_opencv(requirement, builds, try_import("cv2"))
        else:
            imported = try_import(_NATIVE[requirement.name]) if requirement.name in _NATIVE else Import()
            yield _check_package(requirement, version_of(requirement.name), imported, machine)


def check_opencv(requirement: Requirement, builds: dict[str, str], imported: Import) -> Check:
    """Check that there is one build of OpenCV and that it loads.

    Args:
        requirement: the build that numbre-edge asks for; another serves as well.
        builds: those installed -> version.
        imported: what became of ``import cv2``.
    """
    reinstall = f"pip uninstall -y {' '.join(builds)} && {_install(requirement)}"
    if len(builds) > 1:
        found = " and ".join(f"{build} {version}" for build, version in builds.items())
        clash = f"{found} overwrite each other's files"
        if imported.error:
            return Check("opencv", "problem", f"{clash}: {imported.error}", reinstall)
        return Check("opencv", "warning", f"{clash}; removing either will break the other", reinstall)
    build, version = next(iter(builds.items()), ("no package of pip's", imported.version))
    if not version:
        return Check("opencv", "problem", "not installed", _install(requirement))
    if imported.error and "libGL.so.1" in imported.error:
        found = f"{build} {version} needs libGL.so.1, which comes with a desktop; {_OPENCV} does without"
        return Check("opencv", "problem", found, reinstall)
    remedy = reinstall if builds else _install(requirement)
    return _judged("opencv", f"{version} ({build})", version, requirement, imported, mend=remedy, change=remedy)


def check_extra(extra: str, requirements: tuple[Requirement, ...], version_of: VersionOf) -> Check:
    """Check what one extra needs; that it is not installed is no fault."""
    install = f"pip install '{DISTRIBUTION}[{extra}]'"
    versions = {requirement.name: version_of(requirement.name) for requirement in requirements}
    if None in versions.values():
        return Check(f"extra {extra}", "ok", "not installed (optional)", install)
    wrong = [
        f"{r.name} {versions[r.name]}, numbre-edge needs {as_range(r.specifier)}"
        for r in requirements
        if not r.specifier.contains(str(versions[r.name]), prereleases=True)
    ]
    if wrong:
        return Check(f"extra {extra}", "warning", "; ".join(wrong), install)
    return Check(f"extra {extra}", "ok", ", ".join(f"{name} {version}" for name, version in versions.items()))


def _check_package(requirement: Requirement, version: str | None, imported: Import, machine: Machine) -> Check:
    version = version or imported.version
    if not version:
        return Check(requirement.name, "problem", "not installed", _install(requirement))
    found = version
    if requirement.name == "onnxruntime" and version.startswith("1.21.") and machine.bits == 64 and machine.is_arm:
        found += ", which dies of an illegal instruction on a Raspberry Pi 4 (Cortex-A72)"
    again, change = _install(requirement, again=True), _install(requirement)
    return _judged(requirement.name, found, version, requirement, imported, mend=again, change=change)


def _judged(
    name: str, found: str, version: str, requirement: Requirement, imported: Import, *, mend: str, change: str
) -> Check:
    """Judge a version and an import; ``mend`` installs the same again, ``change`` a version in range."""
    if not requirement.specifier.contains(version, prereleases=True):
        needs = f"{found}; numbre-edge needs {as_range(requirement.specifier)}"
        return Check(name, "problem", needs, change)
    if imported.error:
        return Check(name, "problem", f"{found}: importing it fails: {imported.error}", mend)
    return Check(name, "ok", found)


def _install(requirement: Requirement, *, again: bool = False) -> str:
    force = "--force-reinstall --no-deps " if again else ""
    return f"pip install {force}'{requirement.name}{as_range(requirement.specifier)}'"


def _applies(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})
