"""Killed or failing at any system call: no login is lost, and no token is sent twice.

strace kills a program, or makes one call fail, at the K-th call of a kind. A sample of the points is tried; all of
them, which takes some minutes, with CHATELAINE_THOROUGH=1.
"""

import collections
import os
import re
import shlex
import shutil
import subprocess

import expect
import processes
import pytest
from issuer.seed import seed_profile
from program import Program, Runner
from storedir import StoreDir

HOUR, DAY = 3600, 86400
THOROUGH = os.environ.get("CHATELAINE_THOROUGH", "") not in ("", "0")

# Each state of the disk, of the other process and of the issuer is between two of these.
KILL = ("openat", "mkdirat", "fchmod", "write", "pwrite64", "ftruncate", "fallocate", "fsync", "renameat", "unlinkat",
        "flock", "clone", "clone3", "vfork", "connect", "sendto", "recvfrom", "kill", "exit_group")
# In the child, before it is another program; the parent makes none of these.
FORK = ("setpgid", "dup2", "dup3")
FAIL = {
    "openat": ("EACCES", "EMFILE", "EROFS", "EIO", "ENOSPC", "EINTR"),
    "mkdirat": ("ENOSPC", "EROFS", "EACCES"),
    "write": ("ENOSPC", "EIO", "EINTR"),
    "pwrite64": ("ENOSPC", "EIO", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EINTR", "EROFS"),
    "fallocate": ("ENOSPC", "EIO", "EINTR"),
    "renameat": ("EIO", "ENOSPC", "EROFS", "EACCES"),
    "unlinkat": ("EIO", "EROFS", "EACCES"),
    "flock": ("ENOLCK", "EINTR", "EIO"),
}


def tracer_works():
    probe = ["strace", "-o", "/dev/null", "-e", "inject=close:error=EBADF:when=1000", "true"]
    return bool(shutil.which("strace")) and subprocess.run(probe, capture_output=True, timeout=20).returncode == 0


pytestmark = pytest.mark.skipif(not tracer_works(), reason="strace is not installed, or tracing is not permitted")


# What is done, and what stands before

def profile(lab, store):
    seed_profile(lab.issuer, store.path, "work", "work", lifetime=9 * DAY)


def approval(lab, store):
    store.agree_to_terms()
    lab.issuer.devices.approvals.clear()
    lab.issuer.approve_next("work")


def both(lab, store):
    profile(lab, store)
    approval(lab, store)


def deleted(lab, store):
    profile(lab, store)
    expect.succeeded(lab.at(store)("delete", "work", "--yes"))


OPERATIONS = {
    "refresh": (profile, ["refresh", "work"]),
    "login": (approval, ["login", "work", "--json"]),
    "login-again": (both, ["login", "work", "--json"]),
    "delete": (profile, ["delete", "work", "--yes"]),
    "purge": (profile, ["delete", "work", "--yes", "--purge"]),
    "sign-out": (profile, ["delete", "work", "--yes", "--sign-out"]),
    "undo": (deleted, ["undo"]),
}


class Lab:
    """Runs operations with one fault each, in a new store each time."""

    def __init__(self, build, env, issuer, folder):
        self.program, self.helper = build / "chatelaine", build / "chatelaine-oauth"
        self.env, self.issuer, self.folder = env, issuer, folder
        self.stores = 0

    def at(self, store):
        return Runner(self.program, {**self.env, "CHATELAINE_STORE": str(store)})

    def try_one(self, operation, target, fault=None):
        """One operation, traced in TARGET: the program itself, its helper, or the fork between."""
        prepare, args = OPERATIONS[operation]
        self.stores += 1
        store, log = StoreDir(self.folder / f"store-{self.stores}"), self.folder / f"log-{self.stores}"
        trial = Trial(self, operation, target, store)
        prepare(self, store)
        env = {**self.env, "CHATELAINE_STORE": str(store)}
        if "ASAN_OPTIONS" in env:
            # What looks for leaks is a tracer itself, and there can be one only.
            env["ASAN_OPTIONS"] += ":detect_leaks=0"
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
        trial.result = Program([*tracer, self.program, *args], env=env).finish(timeout=40)
        # The helper may outlive a program that was killed: it writes the answer down.
        assert processes.sweep(timeout=20) == []
        trial.log = log.read_text(errors="replace") if log.exists() else ""
        return trial

    def points(self, operation, target, calls):
        """call -> which of them to try: those of the program itself, not of its loader."""
        trial = self.try_one(operation, target)
        assert trial.result.status == 0, trial.result.stderr
        seen, found, begun = collections.Counter(), {}, THOROUGH or target == "fork"
        for call in re.findall(r"^(?:\d+ +)?(\w+)\(", trial.log, re.M):
            seen[call] += 1
            begun = begun or call == "umask"
            if begun and call in calls:
                found.setdefault(call, []).append(seen[call])
        return found


class Trial:
    """What was there before, and what must hold after."""

    def __init__(self, lab, operation, target, store):
        self.lab, self.operation, self.target, self.store = lab, operation, target, store
        self.issuer, self.result, self.log = lab.issuer, None, ""
        self._before = len(self.issuer.chains.by_refresh_token)
        self._reused, self._posts = self.issuer.reused, self.issuer.count("token")

    @property
    def fired(self):
        return "(INJECTED)" in self.log or "killed by SIGKILL" in self.log

    @property
    def tokens(self):
        """Every refresh token issued for this trial, the newest last."""
        return list(self.issuer.chains.by_refresh_token)[self._before:]

    @property
    def posts(self):
        return self.issuer.count("token") - self._posts

    @property
    def received(self):
        """The refresh token that the operation was given, if it came to that."""
        given = self.tokens[0 if self.operation == "login" else 1:]
        return given[0] if given and self.posts else None

    def check_failure(self):
        """A call failed: nothing was sent, or what came is kept and the message says where."""
        if self.operation in ("refresh", "login", "login-again"):
            if self.received is None:
                assert self.result.status != 0, "nothing was done, and that is no failure"
                return
            places = self.store.holds(self.received)
            assert places, f"spent and lost; {self.result.stderr!r}"
            if "work/credential.json" not in places:
                pending = [place for place in places if place.startswith(".chatelaine/pending/")]
                assert pending, places
                assert self.result.status != 0, "not saved, and that is no failure"
                assert str(self.store.path / pending[0]) in self.result.stderr, \
                    f"does not say where the login is: {self.result.stderr!r}"
        elif self.result.status == 0:
            assert self.store.names() == (["work"] if self.operation == "undo" else [])

    def check(self):
        """Whatever happened, the next start makes good what can be."""
        chatelaine, issuer, store = self.lab.at(self.store), self.issuer, self.store
        kept = {token for token in self.tokens if store.holds(token)}
        entry = expect.listed(chatelaine).get("work")
        status = entry and entry["status"]
        assert status != "damaged", chatelaine("list").stdout
        doubt = status == "in-doubt"
        assert store.pending() == (["work"] if doubt else []), "a record of what is over stays"
        self._check_files()
        self._check_tokens(kept, doubt)
        if entry is None and self.operation in ("delete", "undo"):
            expect.succeeded(chatelaine("undo"))
        if store.names():
            self._check_renewal(chatelaine, doubt)

    def _check_files(self):
        for path, mode in self.store.modes().items():
            wanted = 0o700 if (self.store.path / path).is_dir() else 0o600
            assert mode == wanted, f"{path} is {mode:o}"
        stayed = [path for path in self.store.modes() if re.search(r"(^|/)\.(?!chatelaine|$)|/new/", path)]
        assert not stayed, f"temporary files stay: {stayed}"

    def _check_tokens(self, kept, doubt):
        for token in self.tokens:
            places = self.store.holds(token)
            if self.issuer.alive(token) and token in kept and self.operation != "purge":
                # One that a sign-in replaced is alive and forgotten.
                replaced = self.operation == "login-again" and token == self.tokens[0] and self.received in kept
                assert len(places) == (0 if replaced else 1), f"a refresh token is in {places}"
                assert replaced or places[0].endswith("/credential.json"), places
            else:
                assert len(places) <= 1, f"a refresh token is in {places}"
        if self.received and self.received not in kept:
            assert self.target == "helper", "an answer that came was lost"
            assert doubt or self.operation != "refresh", "spent, lost, and not in doubt"

    def _check_renewal(self, chatelaine, doubt):
        posts = self.posts
        again = chatelaine("refresh", "work")
        assert self.issuer.reused == self._reused, "a spent token was sent again"
        if doubt:
            expect.failed(again, expect.REFUSED)
            assert self.posts == posts
            token = expect.succeeded(chatelaine("token", "work", "--min-valid", "0s"))
            assert token == self.store.credential("work")["access_token"] + "\n"
        elif self.issuer.alive(self.store.credential("work")["refresh_token"]):
            assert again.status == 0, again.stderr
        else:
            expect.failed(again, expect.NEEDS_LOGIN)


@pytest.fixture
def lab(build, env, issuer, tmp_path):
    return Lab(build, env, issuer, tmp_path)


def sample(numbers, most):
    """At most so many of them, the first and the last among them, unless all are wanted."""
    if THOROUGH or len(numbers) <= most:
        return numbers
    return sorted({numbers[round(step * (len(numbers) - 1) / (most - 1))] for step in range(most)})


def each(lab, operation, target, faults, check):
    """Tries all faults and tells of all that were not survived."""
    problems, fired = [], 0
    for fault in faults:
        try:
            trial = lab.try_one(operation, target, fault)
            fired += trial.fired
            if trial.fired:
                check(trial)
        except AssertionError as problem:
            problems.append(f"{fault}: {str(problem).splitlines()[0]}")
        shutil.rmtree(lab.folder / f"store-{lab.stores}", ignore_errors=True)
    assert fired, "no fault came about"
    assert not problems, f"{len(problems)} of {fired}:\n" + "\n".join(problems)
    return fired


TARGETS = [(operation, "program") for operation in OPERATIONS] + [
    ("refresh", "helper"), ("login", "helper"), ("sign-out", "helper"), ("refresh", "fork")]


@pytest.mark.parametrize("operation, target", TARGETS)
def test_killed(lab, operation, target):
    most = 5 if (operation, target) == ("refresh", "program") else 3
    points = lab.points(operation, target, FORK if target == "fork" else KILL)
    faults = [f"{call}:signal=KILL:when={number}" for call in points for number in sample(points[call], most)]
    each(lab, operation, target, faults, Trial.check)


@pytest.mark.parametrize("operation, target", TARGETS[:-1])
def test_call_that_fails(lab, operation, target):
    def check(trial):
        trial.check_failure()
        trial.check()

    points = lab.points(operation, target, FAIL)
    faults = []
    for call, numbers in points.items():
        for turn, number in enumerate(sample(numbers, 4)):
            errors = FAIL[call] if THOROUGH else [FAIL[call][turn % len(FAIL[call])]]
            faults += [f"{call}:error={error}:when={number}" for error in errors]
    each(lab, operation, target, faults, check)
