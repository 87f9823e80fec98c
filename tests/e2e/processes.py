"""Processes as /proc tells of them: who descends from whom, what they cost, whether any stayed behind."""

import ctypes
import os
import resource
import select
import signal
import time
from pathlib import Path
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """From now on a process that lost its parent becomes our child instead of init's, so none can hide."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Process(NamedTuple):
    pid: int
    name: str
    state: str
    parent: int


def _read(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name is in brackets and may itself hold brackets and blanks.
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return Process(int(pid), name, rest[0], int(rest[1]))


def _all():
    return [process for pid in os.listdir("/proc") if pid.isdigit() and (process := _read(pid))]


def descendants(root):
    """Every living process below `root`; zombies are left out."""
    table = _all()
    found, parents = [], {root}
    while parents:
        level = [process for process in table if process.parent in parents]
        found += level
        parents = {process.pid for process in level}
    return [process for process in found if process.state != "Z"]


def wait_gone(pid, timeout):
    """True as soon as our child `pid` has ended (it is not reaped); False at the time-out."""
    descriptor = os.pidfd_open(pid)
    try:
        return bool(select.select([descriptor], [], [], timeout)[0])
    finally:
        os.close(descriptor)


def sweep(timeout=2.0):
    """Waits until we have no descendant; those that stay are killed and returned."""
    deadline = time.monotonic() + timeout
    while left := descendants(os.getpid()):
        _reap_zombies()
        if time.monotonic() >= deadline:
            for process in left:
                _kill(process.pid)
            _reap_zombies(block=True)
            return left
        wait_any(left, deadline)
    _reap_zombies()
    return []


def wait_any(group, deadline):
    """Returns when one of the processes ended, or at the deadline."""
    watched = []
    for process in group:
        try:
            watched.append(os.pidfd_open(process.pid))
        except OSError:
            pass
    try:
        select.select(watched, [], [], max(0.0, deadline - time.monotonic()))
    finally:
        for descriptor in watched:
            os.close(descriptor)


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _reap_zombies(block=False):
    try:
        while os.waitpid(-1, 0 if block else os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _status_field(pid, field):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def peak_memory(pid):
    """Largest resident size so far, in bytes; 0 when the process is gone."""
    try:
        return _status_field(pid, "VmHWM") * 1024
    except OSError:
        return 0


def cpu_seconds(pid):
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def wake_ups(pid):
    """How often the process went to sleep by itself, hence woke."""
    return _status_field(pid, "voluntary_ctxt_switches")


def own_memory(pid):
    """Bytes that are the process's own. Where we may not count them, the room that it has for them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except PermissionError:
        return _status_field(pid, "VmData") * 1024
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(("Anonymous:", "Swap:"))) * 1024


def descriptors(pid):
    """How many are open; None where we may not look."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        return None


def limit_descriptors(pid, most):
    """How many the process may have open from now on, and those that it starts."""
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))


def children(pid):
    """How many children a process has that it has not waited for."""
    return sum(process.parent == pid for process in _all())
