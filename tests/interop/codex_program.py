"""Finds the real Codex CLI, or fetches it once for all tests of this user."""

import fcntl
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

VERSION = "0.169.0"
PACKAGE = f"@openai/codex@{VERSION}-linux-x64"
PROGRAM = "package/vendor/x86_64-unknown-linux-musl/bin/codex"
FETCH_TIMEOUT = 900


class Unavailable(Exception):
    pass


def find():
    """The program's path: as named, as cached, or as fetched now."""
    named = os.environ.get("CHATELAINE_CODEX")
    if named:
        if not os.access(named, os.X_OK):
            raise Unavailable(f"CHATELAINE_CODEX={named} is not a program")
        return Path(named)
    cache = cache_folder()
    program = cache / PROGRAM
    if not program.exists():
        fetch(cache)
    return program


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "chatelaine-tests" / f"codex-{VERSION}"


def fetch(cache):
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise Unavailable(f"{PACKAGE} runs on Linux on x86_64 only")
    if not shutil.which("npm"):
        raise Unavailable("npm is not installed, and CHATELAINE_CODEX names no codex")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        # Tests that run side by side fetch it once: the others wait here.
        with open(cache / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (cache / PROGRAM).exists():
                unpack(cache)
    except (OSError, subprocess.SubprocessError) as problem:
        detail = getattr(problem, "stderr", None) or problem
        raise Unavailable(f"cannot fetch {PACKAGE}: {detail}") from problem


def unpack(cache):
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        packed = run("npm", "pack", "--silent", "--pack-destination", folder, PACKAGE)
        archive = Path(folder) / packed.split()[-1]
        run("tar", "-xzf", str(archive), "-C", folder)
        # A fetch that was interrupted left nothing under this name.
        shutil.rmtree(cache / "package", ignore_errors=True)
        os.rename(Path(folder) / "package", cache / "package")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=FETCH_TIMEOUT).stdout
