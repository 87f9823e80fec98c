"""Fixtures of the tests with other people's programs.

    chatelaine   the program under test: chatelaine("use", "work", "--for", "codex")
    codex        runs the real Codex CLI: codex("login", "status").stderr
    codex_home   its CODEX_HOME, pointing at the issuer
    issuer       the loopback issuer
    network      where both live; network.start(command) starts others in there
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]

import codex_program  # noqa: E402
from chatelaine_program import Chatelaine  # noqa: E402
from codex_home import CodexHome  # noqa: E402
from issuer import Issuer  # noqa: E402
from issuer.seed import seed_profile  # noqa: E402
from network import Network  # noqa: E402
from npm_package import Unavailable  # noqa: E402


@pytest.fixture(scope="session")
def network():
    made = Network()
    yield made
    made.close()


@pytest.fixture
def issuer(network):
    with network.call(Issuer) as made:
        yield made
        assert made.problems == []


@pytest.fixture
def codex_home(tmp_path, issuer):
    return CodexHome(tmp_path / "codex", issuer)


@pytest.fixture
def chatelaine(network, issuer, codex_home, tmp_path):
    program = Chatelaine(network, issuer, codex_home, tmp_path)
    yield program
    program.end()


@pytest.fixture
def seed(chatelaine, issuer):
    """Puts a profile into the store whose login the issuer knows, and returns its tokens."""
    def put(name="work", account="work", lifetime=None):
        return seed_profile(issuer, chatelaine.store, name, account, lifetime)
    return put


@pytest.fixture(scope="session")
def codex_path():
    try:
        return codex_program.find()
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def codex(network, codex_path, codex_home, tmp_path):
    program = Codex(network, codex_path, codex_home.environment, tmp_path)
    yield program
    program.end()


class Codex:
    """Calling it runs codex to its end; start() leaves it running."""

    def __init__(self, network, path, environment, folder):
        self.network, self.path = network, path
        self.environment, self.folder = environment, folder
        self.started = []

    def __call__(self, *arguments, timeout=60, **environment):
        return self.finish(self.start(*arguments, **environment), timeout)

    def start(self, *arguments, **environment):
        process = self.network.start(
            [str(self.path), *arguments], cwd=self.folder,
            env={**self.environment, **environment}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.started.append(process)
        return process

    def say_hi(self, **environment):
        return self("exec", "--skip-git-repo-check", "say hi", **environment)

    def finish(self, process, timeout=60):
        stdout, stderr = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def end(self):
        """Nothing that codex started outlives its test."""
        for process in self.started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.communicate()
