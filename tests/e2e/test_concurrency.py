"""Many at once: one renewal, one request at a time, and a lock that outlives whoever took it."""

import fcntl
import json
import os
import random
import shutil
import signal
import threading
from types import SimpleNamespace

import expect
import processes
import pytest
from injection import THOROUGH
from issuer.seed import write_private
from program import Program

HOUR, DAY = 3600, 86400
# The program waits 20 s for a lock; then it must say so and end.
LOCK_TIMEOUT = 30


class Barrier:
    """Programs that stand ready, each one system call before its start, and begin together."""

    def __init__(self, chatelaine, file):
        self._chatelaine, self._file, self.programs = chatelaine, file, []
        self._lock = open(file, "w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def add(self, *args):
        program = Program(["flock", "--shared", "--no-fork", self._file, self._chatelaine.program, *args],
                          env=self._chatelaine.env)
        self._chatelaine.running.append(program)
        self.programs.append(program)

    def release(self):
        waiting = {program.pid for program in self.programs}
        self.programs[-1].wait_for(lambda _: waiting == {
            process.pid for process in processes.descendants(os.getpid())
            if process.pid in waiting and (process.name, process.state) == ("flock", "S")})
        self._lock.close()
        return self.programs


@pytest.fixture
def barrier(chatelaine, tmp_path):
    return Barrier(chatelaine, tmp_path / "barrier")


def renewed(issuer, store, old, posts=1):
    """The chain went on by exactly this many steps, and its end is in the store."""
    assert (issuer.count("token"), issuer.reused) == (posts, 0)
    token = store.credential("work")["refresh_token"]
    assert token != old.refresh_token and issuer.alive(token)
    expect.one_place(store, token)
    assert store.holds(old.refresh_token) == [] and store.pending() == []


class Views:
    """Two programs that show the profile: in a file of its own, and in one that is shared."""

    def __init__(self, chatelaine, home):
        self.chatelaine = chatelaine
        self.codex, self.opencode = home / ".codex" / "auth.json", home / ".local/share/opencode/auth.json"

    def make(self):
        expect.succeeded(self.chatelaine("use", "work", "--for", "codex", "--for", "opencode"))

    def show(self, token):
        """All of them show this access token, and no refresh token."""
        codex, opencode = json.loads(self.codex.read_bytes())["tokens"], json.loads(self.opencode.read_bytes())["openai"]
        assert (codex["access_token"], opencode["access"]) == (token, token), "a view of an old token"
        assert (codex["refresh_token"], opencode["refresh"]) == ("", "")
        return True


def end_access(store):
    """As if the access token had ended; gives the tokens as they were."""
    tokens = store.credential("work")
    write_private(store.credential_file("work"), {**tokens, "expires_at": "2026-01-01T00:00:00Z"})
    return SimpleNamespace(**tokens)


@pytest.fixture
def views(chatelaine, home):
    return Views(chatelaine, home)


# One renewal for all who need it

@pytest.mark.parametrize("delay", [0, 0.2, 2])
@pytest.mark.parametrize("number", [2, 8, 64])
def test_one_renewal_for_all(barrier, issuer, store, seed, views, number, delay):
    seed(lifetime=DAY)
    views.make()
    old = end_access(store)
    issuer.delay["token"] = delay
    for _ in range(number):
        barrier.add("token", "work")
    printed = {expect.succeeded(program.finish()) for program in barrier.release()}
    renewed(issuer, store, old)
    assert printed == {store.credential("work")["access_token"] + "\n"}
    views.show(store.credential("work")["access_token"])


def test_one_renewal_for_all_round_after_round(chatelaine, issuer, store, seed, views, tmp_path):
    """What two need at once, ever again: a race that is lost seldom is lost here."""
    seed(lifetime=DAY)
    views.make()
    for round_number in range(100 if THOROUGH else 25):
        end_access(store)
        pair = Barrier(chatelaine, tmp_path / f"barrier-{round_number}")
        for _ in range(3):
            pair.add("token", "work")
        printed = {expect.succeeded(program.finish()) for program in pair.release()}
        assert printed == {store.credential("work")["access_token"] + "\n"}
        assert (issuer.count("token"), issuer.reused) == (round_number + 1, 0)
        views.show(store.credential("work")["access_token"])


# Killed, stopped, in the way

def test_half_of_them_killed_at_any_moment(chatelaine, issuer, store, seed, views, tmp_path):
    """Whoever is killed: the others go on, nothing is spent twice, nothing is lost, no view stays old."""
    seed(lifetime=DAY)
    views.make()
    issuer.delay["token"] = 0.2
    for round_number in range(50 if THOROUGH else 4):
        old = end_access(store)
        pair = Barrier(chatelaine, tmp_path / f"barrier-{round_number}")
        for _ in range(8):
            pair.add("token", "work")
        programs = pair.release()
        victims = random.sample(programs, 4)
        # From the start of the first to well after the answer; the lock holder may be among them or not.
        timers = [threading.Timer(random.uniform(0, 0.5), victim.kill) for victim in victims]
        for timer in timers:
            timer.start()
        for timer in timers:
            timer.join()
        printed = {expect.succeeded(program.finish()) for program in programs if program not in victims}
        assert processes.sweep(timeout=5) == []
        expect.succeeded(chatelaine("list"))
        renewed(issuer, store, old, posts=round_number + 1)
        token = store.credential("work")["access_token"]
        assert printed == {token + "\n"}
        views.show(token)


def test_killed_while_the_request_is_under_way(chatelaine, issuer, store, seed):
    """Its helper writes the answer down, holding the lock until then; whoever waits for that takes it in."""
    old = seed(lifetime=-1)
    issuer.delay["token"] = 0.6
    first = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    first.kill()
    second = chatelaine("token", "work")
    assert second.seconds >= 0.3
    assert expect.succeeded(second) == store.credential("work")["access_token"] + "\n"
    renewed(issuer, store, old)


def test_killed_while_the_request_is_under_way_and_nobody_waits(chatelaine, issuer, store, seed):
    old = seed(lifetime=9 * DAY)
    issuer.delay["token"] = 0.3
    first = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    first.kill()
    # Not in doubt as long as the answer may come.
    assert expect.status_of(chatelaine) == "ok"
    assert processes.sweep(timeout=5) == []
    # The next start, whatever it is for, takes the answer in.
    assert expect.status_of(chatelaine) == "ok"
    renewed(issuer, store, old)
    expect.succeeded(chatelaine("refresh", "work"))
    assert (issuer.count("token"), issuer.reused) == (2, 0)


def test_lock_whose_holder_stands_still(chatelaine, issuer, store, seed, views):
    """Waiting ends, with a message that names the process, and without a second request."""
    seed(lifetime=DAY)
    views.make()
    old = end_access(store)
    seed("other", "personal", lifetime=-1)
    issuer.delay["token"] = 0.5
    holder = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    holder.signal(signal.SIGSTOP)
    try:
        waiting = [chatelaine.start("token", "work"), chatelaine.start("refresh", "work"),
                   chatelaine.start("token", "other")]
        for program in waiting:
            message = expect.failed(program.finish(timeout=LOCK_TIMEOUT), expect.BUSY)
            assert str(holder.pid) in message
        # What needs no lock is told at once.
        assert set(expect.listed(chatelaine)) == {"other", "work"}
        assert issuer.count("token") == 1
    finally:
        holder.signal(signal.SIGCONT)
    expect.succeeded(holder.finish())
    renewed(issuer, store, old)
    views.show(store.credential("work")["access_token"])


def test_views_that_somebody_else_writes_just_now(chatelaine, issuer, store, seed, views):
    """A renewal does not wait for the list of targets for long; what it could not write is told, and made good."""
    seed(lifetime=DAY)
    views.make()
    old = end_access(store)
    with open(store.path / ".chatelaine" / "locks" / "%targets.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        token = expect.succeeded(chatelaine("token", "work")).strip()
    renewed(issuer, store, old)
    assert token == store.credential("work")["access_token"]
    assert expect.listed(chatelaine)["work"]["warnings"] or views.show(token)
    expect.succeeded(chatelaine("use", "work"))
    views.show(token)
    assert (issuer.count("token"), issuer.reused) == (1, 0)


def remove_lock_files(store):
    for file in (store.path / ".chatelaine" / "locks").iterdir():
        file.unlink()


def remove_lock_folder(store):
    shutil.rmtree(store.path / ".chatelaine" / "locks")


@pytest.mark.parametrize("remove", [remove_lock_files, remove_lock_folder])
def test_lock_that_is_removed_while_it_is_held(chatelaine, issuer, store, seed, remove):
    """A new file would be a new lock: the renewal under way must show elsewhere, too."""
    old = seed(lifetime=-1)
    issuer.delay["token"] = 1
    first = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    remove(store)
    second = chatelaine("token", "work", timeout=LOCK_TIMEOUT)
    expect.succeeded(first.finish())
    renewed(issuer, store, old)
    if second.status != expect.BUSY:
        assert expect.succeeded(second) == store.credential("work")["access_token"] + "\n"


def test_lock_that_is_replaced_while_one_waits_for_it(chatelaine, issuer, store, seed):
    """Whoever waits must not take the file that it opened, which has no name any more, for the lock."""
    old = seed(lifetime=-1)
    issuer.delay["token"] = 0.5
    first = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    second, third = chatelaine.start("token", "work"), chatelaine.start("token", "work")
    remove_lock_files(store)
    for program in (first, second, third):
        expect.succeeded(program.finish())
    renewed(issuer, store, old)


# Several profiles

def test_requests_of_two_profiles_never_overlap(barrier, issuer, store, seed):
    names = {"work": "work", "acme/client": "client", "personal": "personal", "seat": "seat"}
    for name, account in names.items():
        seed(name, account, lifetime=-1)
    issuer.delay["token"] = 0.1
    for name in names:
        barrier.add("token", name)
        barrier.add("refresh", name)
    for program in barrier.release():
        expect.succeeded(program.finish())
    requests = sorted(issuer.select("token"), key=lambda request: request.time)
    assert all(before.done <= after.time for before, after in zip(requests, requests[1:]))
    assert issuer.reused == 0 and store.pending() == []
    for name in names:
        assert issuer.alive(store.credential(name)["refresh_token"])


def test_list_and_delete_while_a_renewal_is_under_way(chatelaine, issuer, store, seed):
    """What was sent is waited for: its answer belongs to the profile, wherever that goes."""
    seed(lifetime=HOUR)
    issuer.delay["token"] = 0.4
    refresh = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    delete = chatelaine.start("delete", "work", "--yes")
    assert expect.status_of(chatelaine) == "expiring"
    expect.succeeded(refresh.finish())
    expect.succeeded(delete.finish())
    expect.succeeded(chatelaine("undo"))
    assert issuer.alive(store.credential("work")["refresh_token"])
    assert store.credential("work")["generation"] == 2 and store.pending() == []


def test_two_sign_ins_under_one_name(chatelaine, issuer, store, agreed):
    """The second waits or is told; neither login is lost, and no other profile appears for the same login."""
    first = chatelaine.start("login", "work", "--json")
    first.wait_for_event("code")
    second = chatelaine.start("login", "work", "--json")
    issuer.approve_next("work")
    issuer.approve_next("work")
    expect.succeeded(first.finish())
    expect.succeeded(second.finish(timeout=LOCK_TIMEOUT))
    assert store.names() == ["work"] and store.pending() == []
    token = store.credential("work")["refresh_token"]
    assert issuer.alive(token)
    expect.one_place(store, token)
