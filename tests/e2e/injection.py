"""One fault at a time: strace kills a program, or makes one call fail, at the K-th call of a kind."""

import collections
import os
import re
import shlex
import shutil
import subprocess

import processes
import pytest
from program import Program, Runner
from storedir import StoreDir

THOROUGH = os.environ.get("CHATELAINE_THOROUGH", "") not in ("", "0")

# Each state of the disk, of the other process and of the issuer is between two of these.
KILL = ("openat", "mkdirat", "fchmod", "write", "pwrite64", "ftruncate", "fallocate", "fsync", "renameat", "renameat2",
        "unlinkat", "symlinkat", "flock", "clone", "clone3", "vfork", "connect", "sendto", "recvfrom", "kill",
        "exit_group")
# In the child, before it is another program; the parent makes none of these.
FORK = ("setpgid", "dup2", "dup3")
FAIL = {
    "openat": ("EACCES", "EMFILE", "EROFS", "EIO", "ENOSPC", "EINTR"),
    "mkdirat": ("ENOSPC", "EROFS", "EACCES"),
    "write": ("EINTR", "EIO", "ENOSPC"),
    "pwrite64": ("ENOSPC", "EIO", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EINTR", "EROFS"),
    "fallocate": ("ENOSPC", "EIO", "EINTR"),
    "renameat": ("EIO", "ENOSPC", "EROFS", "EACCES"),
    "renameat2": ("EIO", "ENOSPC", "EROFS", "EACCES", "EINVAL"),
    "symlinkat": ("ENOSPC", "EACCES"),
    "unlinkat": ("EIO", "EROFS", "EACCES"),
    "flock": ("ENOLCK", "EINTR", "EIO"),
}


def tracer_works():
    probe = ["strace", "-o", "/dev/null", "-e", "inject=close:error=EBADF:when=1000", "true"]
    return bool(shutil.which("strace")) and subprocess.run(probe, capture_output=True, timeout=20).returncode == 0


traced = pytest.mark.skipif(not tracer_works(), reason="strace is not installed, or tracing is not permitted")


def traced_env(env):
    if "ASAN_OPTIONS" in env:
        # What looks for leaks is a tracer itself, and there can be one only.
        env = {**env, "ASAN_OPTIONS": env["ASAN_OPTIONS"] + ":detect_leaks=0"}
    return env


class Lab:
    """Runs operations with one fault each, in a new store each time."""

    def __init__(self, build, env, issuer, folder):
        self.program, self.helper = build / "chatelaine", build / "chatelaine-oauth"
        self.env, self.issuer, self.folder = env, issuer, folder
        self.stores = 0

    def at(self, store):
        return Runner(self.program, {**self.env, "CHATELAINE_STORE": str(store)})

    def traced_env(self, store):
        return traced_env({**self.env, "CHATELAINE_STORE": str(store)})

    def new_store(self):
        self.stores += 1
        return StoreDir(self.folder / f"store-{self.stores}")

    def run(self, store, args, target, fault=None):
        """Traces TARGET: the program itself, its helper, or the fork between. Gives result and log."""
        log, env = self.folder / f"log-{self.stores}", self.traced_env(store)
        tracer = ["strace", "-o", str(log)]
        if fault:
            tracer += ["-e", "trace=" + fault.partition(":")[0], "-e", "inject=" + fault]
        if target == "helper":
            wrapper = self.folder / f"helper-{self.stores}"
            wrapper.write_text(f"#!/bin/sh\nexec {shlex.join(tracer)} {shlex.quote(str(self.helper))}\n")
            wrapper.chmod(0o755)
            env["CHATELAINE_OAUTH"], tracer = str(wrapper), []
        elif target == "fork":
            tracer += ["-f"]
        result = Program([*tracer, self.program, *args], env=env).finish(timeout=40)
        # The helper may outlive a program that was killed: it writes the answer down.
        assert processes.sweep(timeout=20) == []
        return result, log.read_text(errors="replace") if log.exists() else ""

    def points(self, trial, calls):
        """call -> which of them to try, by a trial without a fault: those of the program itself, not of its loader."""
        assert trial.result.status == 0, trial.result.stderr
        seen, found, begun = collections.Counter(), {}, THOROUGH or trial.target == "fork"
        for call in re.findall(r"^(?:\d+ +)?(\w+)\(", trial.log, re.M):
            seen[call] += 1
            begun = begun or call == "umask"
            if begun and call in calls:
                found.setdefault(call, []).append(seen[call])
        return found


def sample(numbers, most):
    """At most so many of them, the first and the last among them, unless all are wanted."""
    if THOROUGH or len(numbers) <= most:
        return numbers
    if most == 1:
        return [numbers[len(numbers) // 2]]
    return sorted({numbers[round(step * (len(numbers) - 1) / (most - 1))] for step in range(most)})
