"""All that the doctor looks at, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from numbre_edge.doctor.backends import check_backends, check_models
from numbre_edge.doctor.cameras import check_devices, check_rpicam, listed_groups, rpicam_cameras, rpicam_program
from numbre_edge.doctor.check import Check, guarded
from numbre_edge.doctor.machine import Machine, check_machine, this_machine
from numbre_edge.doctor.mending import DISTRIBUTION, Origin, origin_of, with_this_pip
from numbre_edge.doctor.packages import Wanted, check_extra, check_packages, version_of, wanted
from numbre_edge.doctor.probe import try_import
from numbre_edge.sources.devices import video_devices


def examine() -> Iterator[Check]:
    """Yield what there is to say of this machine and this installation, each as soon as it is known.

    Whatever may die is tried in a process of its own: nothing native is imported here.
    """
    for check in _examine():
        yield replace(check, remedy=check.remedy and with_this_pip(check.remedy))


def _examine() -> Iterator[Check]:
    machine, needs, origin = this_machine(), wanted(), origin_of()
    again = origin.reinstall
    yield from guarded("machine", lambda: check_machine(machine, needs.requires_python if needs else None), again)
    remedies = {}
    for check in chain(
        guarded("packages", lambda: _packages(machine, needs, origin), again),
        guarded("models", lambda: check_models(origin.restore_models), again),
    ):
        if check.status == "problem" and check.remedy:
            remedies[check.name] = check.remedy
        yield check
    yield from guarded("backends", lambda: check_backends(remedies), again)
    yield from guarded("cameras", lambda: check_devices(video_devices(), groups=listed_groups()), again)
    yield from guarded("rpicam", lambda: _rpicam(machine), "sudo apt install --reinstall rpicam-apps")


def _packages(machine: Machine, needs: Wanted | None, origin: Origin) -> Iterator[Check]:
    if needs is None:
        found = "only its source is here: which packages it needs is not known"
        yield Check(DISTRIBUTION, "warning", found, origin.reinstall)
        return
    yield Check(DISTRIBUTION, "ok", needs.version)
    yield from check_packages(needs.requirements, machine, version_of, try_import)
    for extra, requirements in needs.extras.items():
        yield check_extra(extra, requirements, version_of)


def _rpicam(machine: Machine) -> Iterator[Check]:
    program = rpicam_program()
    yield from check_rpicam(machine, program, rpicam_cameras(program) if program and machine.is_pi else None)
