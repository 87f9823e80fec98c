"""The program under test, in the network of the issuer, with a store of its own."""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent


def find():
    """The directory of the programs as built."""
    build = Path(os.environ.get("CHATELAINE_BUILD") or TESTS.parent / "build").resolve()
    if not (build / "chatelaine").exists():
        pytest.fail(f"{build}/chatelaine is not there: build it first (./dev build)", pytrace=False)
    return build


class Chatelaine:
    """Calling it runs a command that succeeds, and gives its output; run() gives all of its end."""

    def __init__(self, network, issuer, codex_home, folder):
        build = find()
        self.network, self.program, self.store = network, build / "chatelaine", folder / "store"
        # Its environment is codex's own, which `run` hands on and in which a target is found.
        self.environment = {**codex_home.environment, "TZ": "UTC",
                            "CHATELAINE_STORE": str(self.store), "CHATELAINE_OAUTH": str(build / "chatelaine-oauth"),
                            **issuer.environment}
        self.started = []

    def __call__(self, *args, **options):
        done = self.run(*args, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *args, timeout=60, **options):
        process = self.start(*args, **options)
        stdout, stderr = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def start(self, *args, before=(), **environment):
        """Leaves it running; BEFORE: a program that starts it, as strace."""
        process = self.network.start([*map(str, before), str(self.program), *map(str, args)],
                                     env={**self.environment, **environment}, text=True, bufsize=1,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.started.append(process)
        return process

    def end(self):
        for process in self.started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.communicate()

    # What it says of a profile

    @property
    def profiles(self):
        return {profile["name"]: profile for profile in json.loads(self("list", "--json"))["profiles"]}

    def shown(self, name="work"):
        """Where the profile is shown, and what is wrong."""
        profile = self.profiles[name]
        return profile["targets"], profile["warnings"]

    def row(self, name="work"):
        """Its line in the table for people."""
        return next(line for line in self("list").splitlines() if line.split()[0] == name)

    def credential(self, name="work"):
        return json.loads((self.store / name / "credential.json").read_text())


class Lines:
    """The lines of a running program as they come, each with the time at which it came."""

    def __init__(self, process):
        self.process, self.lines, self.changed = process, [], threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append((time.time(), line.rstrip("\n")))
                self.changed.notify_all()

    def wait_for(self, words, timeout=10):
        """When the first line with these words came, and the line."""
        def found():
            return next((entry for entry in self.lines if words in entry[1]), None)

        with self.changed:
            assert self.changed.wait_for(found, timeout), f"no {words!r} in {self.lines}"
            return found()
