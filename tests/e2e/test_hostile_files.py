"""Files under our feet: devices, links that come and go while we work, any umask, hard links."""

import os
import stat
import subprocess
import sys
import time

import expect
import pytest
from injection import THOROUGH
from program import Program

HOUR, DAY = 3600, 86400
SECONDS = 60 if THOROUGH else 1

# Exchanges two names, over and over, each time at another moment of what somebody does with them.
SWAPPER = """
import ctypes, os, sys
libc = ctypes.CDLL(None)
one, two = (os.fsencode(word) for word in sys.argv[1:])
print("ready", flush=True)
while True:
    libc.renameat2(-100, one, -100, two, 2)
"""


@pytest.fixture
def swapping():
    """Starts to exchange two names, and gives what ends it; then nobody knows which is which."""
    running = []

    def start(one, two):
        swapper = Program([sys.executable, "-I", "-c", SWAPPER, one, two], env={})
        running.append(swapper)
        swapper.wait_for(lambda swapper: "ready" in swapper.stdout)
        return swapper.kill

    yield start
    for swapper in running:
        swapper.kill()


def make_link(path, aside, outside):
    aside.symlink_to(outside / path.name)


def make_fifo(path, aside, outside):
    os.mkfifo(aside, 0o600)


def make_directory(path, aside, outside):
    aside.mkdir(mode=0o700)


def make_another(path, aside, outside):
    aside.write_bytes((outside / path.name).read_bytes())
    aside.chmod(0o600)


PUT = {"link": make_link, "fifo": make_fifo, "directory": make_directory, "another login": make_another}


def contents(folder):
    return {path.relative_to(folder): (path.lstat().st_mode, path.read_bytes() if path.is_file() else None)
            for path in folder.rglob("*")}


def for_a_while(chatelaine, commands, seconds):
    """Runs them again and again; gives each result."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for command in commands:
            result = chatelaine(*command.split(), timeout=15)
            assert result.status in (0, 1, 3, 4, 5, 6, 7), (command, result)
            yield command, result


@pytest.mark.parametrize("kind", PUT)
@pytest.mark.parametrize("name", ["credential.json", "profile.json"])
def test_file_that_is_exchanged_all_the_time(chatelaine, issuer, store, seed, tmp_path, swapping, name, kind):
    """Each command takes the one or the other, whole, or refuses; what lies outside is neither read nor written."""
    tokens = seed(lifetime=9 * DAY)
    other = seed("other", "personal", lifetime=9 * DAY)
    outside = tmp_path / "outside"
    store.profile_dir("other").rename(outside)
    before = contents(outside)
    path, aside = store.profile_dir("work") / name, store.profile_dir("work") / "aside"
    PUT[kind](path, aside, outside)
    stop = swapping(aside, path)
    for _, result in for_a_while(chatelaine, ["list --json", "token work", "export work --format env", "refresh work"],
                                 SECONDS / 4):
        assert kind == "another login" or other.access_token not in result.stdout + result.stderr
    stop()
    assert contents(outside) == before
    # Whoever puts an old credential back in place has a spent token sent; a directory cannot be replaced, so none was.
    if kind == "directory" or (name == "profile.json" and kind != "another login"):
        if path.is_symlink() or not path.is_file():
            path.rename(tmp_path / "odd")
            aside.rename(path)
        expect.succeeded(chatelaine("list"))
        chain = tokens.chain
        assert issuer.reused == 0 and issuer.alive(chain.refresh_token)
        assert store.credential("work")["refresh_token"] == chain.refresh_token


def test_profile_that_is_exchanged_with_a_link_all_the_time(chatelaine, issuer, store, seed, tmp_path, swapping):
    """Nothing is made, read or written where the link leads."""
    seed(lifetime=9 * DAY)
    other = seed("other", "personal", lifetime=9 * DAY)
    outside = tmp_path / "outside"
    store.profile_dir("other").rename(outside)
    before = contents(outside)
    link = store.path / ".aside"
    link.symlink_to(outside)
    swapping(link, store.profile_dir("work"))
    for _, result in for_a_while(chatelaine, ["list", "refresh work", "token work", "rename work elsewhere",
                                              "rename elsewhere work", "delete work --yes", "undo"], SECONDS):
        assert other.access_token not in result.stdout + result.stderr
    assert contents(outside) == before
    assert issuer.alive(other.refresh_token)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK], ids=["character", "block"])
def test_device(chatelaine, issuer, store, seed, kind):
    seed(lifetime=-HOUR)
    store.credential_file("work").unlink()
    try:
        os.mknod(store.credential_file("work"), kind | 0o600, os.makedev(1, 5) if kind == stat.S_IFCHR else os.makedev(7, 0))
    except PermissionError:
        pytest.skip("no devices may be made here")
    assert "a device" in str(expect.listed(chatelaine)["work"]["warnings"])
    expect.failed(chatelaine("refresh", "work", timeout=5), expect.FAILED, expect.REFUSED)
    assert issuer.requests == []


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_everything_is_private_under_any_umask(chatelaine, issuer, store, home, codex, agreed, umask):
    issuer.approve_next("work")
    for command in ("login work", "usage work", "refresh work", "list", "use work --for codex", "rename work acme/job",
                    "token acme/job", "delete acme/job --yes", "undo", "lend acme/job --to codex", "take-back acme/job",
                    "config model gpt-5.5", "refresh --all --within 48h", "export acme/job --format env --output FILE"):
        expect.succeeded(chatelaine(*command.replace("FILE", str(home / "file")).split(), umask=umask))
    private = {store.path / path: mode for path, mode in store.modes().items()}
    for path in (home / ".config").rglob("*"):
        private[path] = stat.S_IMODE(path.lstat().st_mode)
    private[home / "file"] = stat.S_IMODE((home / "file").lstat().st_mode)
    private[codex] = stat.S_IMODE(codex.lstat().st_mode)
    assert len(private) > 12
    assert {str(path): oct(mode) for path, mode in private.items()
            if mode != (0o700 if path.is_dir() else 0o600) and not path.is_symlink()} == {}


def test_hard_link_to_a_credential_is_told_and_cut(chatelaine, issuer, store, seed, tmp_path):
    """A second name of the file is a second place of the refresh token, which a renewal leaves with a spent one."""
    tokens = seed(lifetime=9 * DAY)
    os.link(store.credential_file("work"), tmp_path / "copy.json")
    assert expect.listed(chatelaine)["work"]["warnings"]
    expect.succeeded(chatelaine("refresh", "work"))
    assert tokens.refresh_token in (tmp_path / "copy.json").read_text()
    assert issuer.alive(store.credential("work")["refresh_token"])
    assert store.credential_file("work").stat().st_nlink == 1


@pytest.mark.parametrize("below", ["", ".chatelaine", "acme"])
@pytest.mark.parametrize("mode", [0o777, 0o720, 0o1777])
def test_store_that_others_may_write_to(chatelaine, store, seed, mode, below):
    """They could put another login, or another log, into the place of ours."""
    seed("acme/work", lifetime=9 * DAY)
    seed("acme/zoo", "personal", lifetime=9 * DAY)
    expect.succeeded(chatelaine("refresh", "acme/work"))
    folder = store.path / below
    folder.chmod(mode)
    result = chatelaine("doctor")
    assert result.status == expect.FAILED
    assert result.stdout.count(f"{folder}: it is mode") == 1
    advice = next(line for line in result.stdout.splitlines() if "chmod go-w" in line)
    assert f"mode {mode:04o}" in result.stdout
    subprocess.run(["sh", "-c", advice], check=True)
    expect.succeeded(chatelaine("doctor"))
    assert stat.S_IMODE(folder.stat().st_mode) == mode & ~0o022
