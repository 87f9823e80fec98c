"""Killed or failing at any system call: no login is lost, and no token is sent twice.

strace kills a program, or makes one call fail, at the K-th call of a kind. A sample of the points is tried; all of
them, which takes a quarter of an hour, with CHATELAINE_THOROUGH=1.
"""

import functools
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass

import expect
import pytest
from injection import FAIL, FORK, KILL, THOROUGH, Lab, sample, traced
from issuer.seed import seed_profile, stamp, write_private
from program import Program, Runner
from storedir import StoreDir

HOUR, DAY = 3600, 86400

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


def doubt(lab, store):
    profile(lab, store)
    lab.issuer.fault("token", "cut", after=True)
    expect.failed(lab.at(store)("refresh", "work"), expect.UNAVAILABLE)


def answer(lab, store):
    """The answer of a renewal came; who asked for it was killed before taking it in."""
    profile(lab, store)
    lab.run(store, ["refresh", "work"], "program", "renameat:signal=KILL:when=1")


def deleted(lab, store, before=profile):
    before(lab, store)
    expect.succeeded(lab.at(store)("delete", "work", "--yes"))


@dataclass
class Operation:
    prepare: object
    args: list
    names: tuple = ("work",)    # the profiles after it has succeeded
    gets: bool = False          # a refresh token, from the issuer


FORGET = ["delete", "work", "--yes"]
OPERATIONS = {
    "refresh": Operation(profile, ["refresh", "work"], gets=True),
    "login": Operation(approval, ["login", "work", "--json"], gets=True),
    "login-again": Operation(both, ["login", "work", "--json"], gets=True),
    "take-in": Operation(answer, ["list"]),
    "delete": Operation(profile, FORGET, ()),
    "delete-doubt": Operation(doubt, FORGET, ()),
    "purge": Operation(profile, [*FORGET, "--purge"], ()),
    "sign-out": Operation(profile, [*FORGET, "--sign-out"], ()),
    "undo": Operation(deleted, ["undo"]),
    "undo-doubt": Operation(functools.partial(deleted, before=doubt), ["undo"]),
}


class Laboratory(Lab):
    """In which each operation is done by its name."""

    def try_one(self, name, target, fault=None):
        trial = Trial(self, name, target, self.new_store())
        trial.result, trial.log = self.run(trial.store, OPERATIONS[name].args, target, fault)
        return trial


class Trial:
    """One operation: what was there before, and what must hold after."""

    def __init__(self, lab, name, target, store):
        self.lab, self.issuer, self.store, self.target = lab, lab.issuer, store, target
        self.name, self.operation, self.result, self.log = name, OPERATIONS[name], None, ""
        tokens = self.issuer.chains.by_refresh_token
        self._first = len(tokens)
        self.operation.prepare(lab, store)
        self._begun, self._reused = len(tokens), self.issuer.reused

    @property
    def fired(self):
        return "(INJECTED)" in self.log or "killed by SIGKILL" in self.log

    @property
    def tokens(self):
        """Every refresh token issued for this trial, the newest last."""
        return list(self.issuer.chains.by_refresh_token)[self._first:]

    @property
    def received(self):
        """The refresh token that the operation was given, if it came to that."""
        given = list(self.issuer.chains.by_refresh_token)[self._begun:]
        return given[0] if given else None

    def check_failure(self):
        """A call failed: nothing was sent, or what came is kept and the message says where."""
        if self.operation.gets and self.received:
            places = self.store.holds(self.received)
            assert places, f"spent and lost; {self.result.stderr!r}"
            if "work/credential.json" not in places:
                assert places[0].startswith(".chatelaine/pending/"), places
                assert self.result.status != 0, "not saved, and that is no failure"
                # Whatever the store is called here: it may be seen through another name.
                assert f"{self.store.path.name}/{places[0]}" in self.result.stderr, \
                    f"does not say where the login is: {self.result.stderr!r}"
        elif self.operation.gets:
            assert self.result.status != 0, "nothing was done, and that is no failure"
        elif self.result.status == 0 and self.name != "take-in":
            assert len(self.store.names()) == len(self.operation.names)

    def check(self):
        """Whatever happened, the next start makes good what can be."""
        chatelaine = self.lab.at(self.store)
        kept = {token for token in self.tokens if self.store.holds(token)}
        status = self._status(chatelaine)
        assert status != "damaged", "damaged"
        self._check_files(status)
        expect.succeeded(chatelaine("audit"))
        self._check_tokens(kept, status)
        if status is None and self.name.startswith(("delete", "undo")):
            expect.succeeded(chatelaine("undo"))
            status = self._status(chatelaine)
            self._check_files(status)
        if self.name.endswith("doubt"):
            assert status == "in-doubt"
        if self.store.names():
            self._check_renewal(chatelaine, status)
        assert self.issuer.reused == self._reused, "a spent token was sent again"

    def _status(self, chatelaine):
        profiles = expect.listed(chatelaine)
        assert set(self.store.names()) <= set(profiles), "a login is not listed"
        return profiles["work"]["status"] if profiles else None

    def _check_files(self, status):
        for path, mode in self.store.modes().items():
            wanted = 0o700 if (self.store.path / path).is_dir() else 0o600
            assert mode == wanted, f"{path} is {mode:o}"
        stayed = [path for path in self.store.modes() if re.search(r"(^|/)\.(?!chatelaine|$)|/new/", path)]
        assert not stayed, f"temporary files stay: {stayed}"
        # What is in doubt stays so while its profile is away.
        doubt = status == "in-doubt" or (status is None and self.store.pending() and self.name.endswith("doubt"))
        assert self.store.pending() == (["work"] if doubt else []), "a record of what is over stays"

    def _check_tokens(self, kept, status):
        for token in self.tokens:
            places = self.store.holds(token)
            # One that a sign-in replaced is alive and forgotten; so is one that was to be purged.
            replaced = self.name == "login-again" and token == self.tokens[0] and self.received in kept
            if self.issuer.alive(token) and token in kept and self.name != "purge" and not replaced:
                assert places, "a refresh token is lost"
            assert len(places) <= 1, f"a refresh token is in {places}"
            assert all(place.endswith("/credential.json") for place in places), places
        if self.received and self.received not in kept:
            assert self.target == "helper", "an answer that came was lost"
            assert status == "in-doubt" or self.name != "refresh", "spent, lost, and not in doubt"

    def _check_renewal(self, chatelaine, status):
        posts, alive = self.issuer.count("token"), self.issuer.alive(self.store.credential("work")["refresh_token"])
        again = chatelaine("refresh", "work")
        if status == "in-doubt":
            expect.failed(again, expect.REFUSED)
            assert self.issuer.count("token") == posts
            token = expect.succeeded(chatelaine("token", "work", "--min-valid", "0s"))
            assert token == self.store.credential("work")["access_token"] + "\n"
        elif alive:
            assert again.status == 0, again.stderr
        else:
            assert self.name == "sign-out", "the login is dead"
            expect.failed(again, expect.NEEDS_LOGIN)


@pytest.fixture
def lab(build, env, issuer, tmp_path):
    return Laboratory(build, env, issuer, tmp_path)


def try_each(lab, name, target, faults, check):
    """Tries all faults and tells of all that were not survived."""
    problems, fired = [], 0
    for fault in faults:
        try:
            trial = lab.try_one(name, target, fault)
            fired += trial.fired
            if trial.fired:
                check(trial)
        except AssertionError as problem:
            problems.append(f"{fault}: {str(problem).splitlines()[0]}")
        shutil.rmtree(lab.folder / f"store-{lab.stores}", ignore_errors=True)
    assert fired
    if problems:
        pytest.fail(f"{name}, {target}: {len(problems)} of {fired}:\n" + "\n".join(problems), pytrace=False)


TARGETS = [(name, "program") for name in OPERATIONS] + [
    (name, "helper") for name in ("refresh", "login", "login-again", "sign-out")]


@traced
@pytest.mark.parametrize("name, target", [*TARGETS, ("refresh", "fork"), ("login", "fork")])
def test_killed(lab, name, target):
    most = 5 if (name, target) == ("refresh", "program") else 2
    points = lab.points(lab.try_one(name, target), FORK if target == "fork" else KILL)
    faults = [f"{call}:signal=KILL:when={number}" for call in points for number in sample(points[call], most)]
    try_each(lab, name, target, faults, Trial.check)


@traced
@pytest.mark.parametrize("name, target", TARGETS)
def test_call_that_fails(lab, name, target):
    def check(trial):
        trial.check_failure()
        trial.check()

    faults, most = [], 6 if name == "refresh" else 2
    points = lab.points(lab.try_one(name, target), FAIL)
    for call, numbers in points.items():
        for turn, number in enumerate(sample(numbers, most)):
            errors = FAIL[call] if THOROUGH else [FAIL[call][turn % len(FAIL[call])]]
            faults += [f"{call}:error={error}:when={number}" for error in errors]
    try_each(lab, name, target, faults, check)


@traced
@pytest.mark.skipif(os.geteuid() != 0, reason="the program hides its file names from an ordinary user's tracer")
def test_token_that_somebody_renews_just_now_is_not_renewed_again(lab):
    """One looks, finds the token over, and is slow; another renews it; the first must look again."""
    store = lab.new_store()
    seed_profile(lab.issuer, store.path, "work", "work", lifetime=-1)
    log = lab.folder / "slow"
    slow = Program(["strace", "-o", log, "-P", store.profile_file("work"), "-e", "trace=close",
                    "-e", "inject=close:delay_exit=1500000:when=1", lab.program, "token", "work"],
                   env=lab.traced_env(store))
    slow.wait_for(lambda _: log.exists() and "close" in log.read_text())
    expect.succeeded(lab.at(store)("refresh", "work"))
    assert expect.succeeded(slow.finish()) == store.credential("work")["access_token"] + "\n"
    assert (lab.issuer.count("token"), lab.issuer.reused) == (1, 0)


@traced
def test_answer_is_on_the_disk_before_anybody_hears_of_it(lab, instrumented):
    if instrumented:
        pytest.skip("it writes reports behind that")
    log = lab.try_one("refresh", "helper").log
    written, synced, told = (log.rindex(call) for call in ("write(3, ", "fsync(3)", "write(1, "))
    assert written < synced < told


@traced
def test_what_was_not_sent_is_not_in_doubt(lab):
    """The seventh sync is that of the record's name."""
    trial = lab.try_one("refresh", "program", "fsync:error=EIO:when=7")
    assert trial.fired and "about to be sent" in trial.result.stderr and lab.issuer.count("token") == 0
    assert expect.status_of(lab.at(trial.store)) == "ok"


@traced
def test_nothing_is_sent_from_a_profile_that_cannot_be_written(lab):
    trial = lab.try_one("refresh", "program", "faccessat,faccessat2:error=EROFS")
    assert trial.fired and trial.result.status == expect.FAILED, trial.result.stderr
    assert lab.issuer.count("token") == 0


def test_nothing_is_sent_when_nobody_hears_of_it(build, env, issuer, store, seed, tmp_path):
    tokens = seed()
    request = {"operation": "refresh", "issuer": issuer.url, "token": tokens.refresh_token}
    done = subprocess.run(["sh", "-c", "exec \"$0\" 3> answer > /dev/full", build / "chatelaine-oauth"], env=env,
                          cwd=tmp_path, input=json.dumps(request) + "\n", text=True, timeout=20)
    assert done.returncode != 0 and issuer.count() == 0 and issuer.alive(tokens.refresh_token)


# A disk that is full, or that may not be written to

class SmallDisk(Laboratory):
    """A lab on a tmpfs in a mount namespace of its own: nobody else sees it, and it goes with its keeper."""

    def __init__(self, build, env, issuer, folder):
        super().__init__(build, env, issuer, folder)
        mount = "mount -t tmpfs -o size=256k,mode=0700 tmpfs \"$0\" && echo ready && exec tail -f /dev/null"
        user = ["--map-root-user"] if os.geteuid() else []
        self.keeper = Program(["unshare", *user, "--mount", "sh", "-c", mount, folder], env=env)
        try:
            self.keeper.wait_for(lambda keeper: "ready" in keeper.stdout)
        except AssertionError as problem:
            pytest.skip(f"no mount namespace of our own: {problem}")
        user = ["--user", "--preserve-credentials"] if user else []
        self.enter = ["nsenter", "--target", str(self.keeper.pid), *user, "--mount"]
        # The same folder, seen from outside.
        self.root = f"/proc/{self.keeper.pid}/root{folder}"

    def at(self, store):
        inside = str(store).replace(self.root, str(self.folder), 1)
        runner = Runner("nsenter", {**self.env, "CHATELAINE_STORE": inside})
        return functools.partial(runner, *self.enter[1:], self.program)

    def new_store(self):
        self.stores += 1
        return StoreDir(f"{self.root}/store-{self.stores}")

    def remount(self, how):
        # The mount and not the file system: that is what an ordinary user may change, too.
        done = Program([*self.enter, "mount", "-o", f"remount,bind,{how}", self.folder], env=self.env).finish()
        assert done.status == 0, done.stderr

    def leave_free(self, size):
        with open(f"{self.root}/fill", "wb") as file:
            room = os.statvfs(self.root)
            if (filling := room.f_bavail * room.f_bsize - size) > 0:
                os.posix_fallocate(file.fileno(), 0, filling)


@pytest.fixture
def disk(build, env, issuer, tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    made = SmallDisk(build, env, issuer, folder)
    yield made
    made.keeper.kill()


def test_full_disk(disk):
    """From no room at all to enough, page by page: nothing is sent, or what came is kept."""
    sent = []
    for size in (0, 32 << 10, 64 << 10, *range(88 << 10, 128 << 10, 4096)):
        trial = Trial(disk, "refresh", "program", disk.new_store())
        disk.leave_free(size)
        trial.result = disk.at(trial.store)("refresh", "work")
        if trial.result.status:
            trial.check_failure()
        sent.append(trial.received is not None)
        # As long as it is full, everything else goes on.
        disk.leave_free(0)
        assert expect.status_of(disk.at(trial.store)) != "damaged"
        os.unlink(f"{disk.root}/fill")
        trial.check()
        shutil.rmtree(trial.store)
    assert not sent[0] and sent[-1] and sent == sorted(sent)


def test_read_only_disk(disk, issuer):
    store = disk.new_store()
    tokens = seed_profile(issuer, store.path, "work", "work")
    over = seed_profile(issuer, store.path, "over", "personal", lifetime=-1)
    chatelaine = disk.at(store)
    disk.remount("ro")
    assert set(expect.listed(chatelaine)) == {"over", "work"}
    assert "audit log" in expect.failed(chatelaine("token", "work"), expect.FAILED)
    for args in (["token", "over"], ["refresh", "work"], ["delete", "work", "--yes"]):
        expect.failed(chatelaine(*args), expect.FAILED)
    assert issuer.count() == 0 and store.credential("work")["access_token"] == tokens.access_token
    disk.remount("rw")
    expect.succeeded(chatelaine("token", "over"))
    assert not issuer.alive(over.refresh_token) and issuer.reused == 0


# In doubt: sent, and no answer

@pytest.fixture
def in_doubt(chatelaine, issuer, seed):
    """A login whose renewal was processed or not, and whose answer was lost."""
    def make(processed):
        tokens = seed(lifetime=9 * DAY)
        issuer.fault("token", "cut", after=processed)
        expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
        assert expect.status_of(chatelaine) == "in-doubt"
        return tokens
    return make


def let_time_pass(store, tokens, left):
    """As if only LEFT seconds were left of the access token."""
    end = stamp(tokens.expires_at - 9 * DAY + left)
    write_private(store.credential_file("work"), {**store.credential("work"), "expires_at": end})


@pytest.mark.parametrize("processed", [False, True])
def test_doubt_lasts_until_an_hour_before_the_end(chatelaine, issuer, store, in_doubt, processed):
    tokens = in_doubt(processed)
    for left in (9 * DAY, DAY, HOUR + 60):
        let_time_pass(store, tokens, left)
        message = expect.failed(chatelaine("refresh", "work"), expect.REFUSED)
        assert "chatelaine login work" in message
        assert expect.succeeded(chatelaine("token", "work", "--min-valid", "0s")) == tokens.access_token + "\n"
        assert issuer.count("token") == 1
    let_time_pass(store, tokens, HOUR - 60)
    assert expect.status_of(chatelaine) == "in-doubt"
    # The one retry tells what happened the first time.
    again = chatelaine("refresh", "work")
    assert issuer.count("token") == 2
    if processed:
        expect.failed(again, expect.NEEDS_LOGIN)
        assert expect.status_of(chatelaine) == "needs-login"
        expect.failed(chatelaine("refresh", "work"), expect.NEEDS_LOGIN)
        assert issuer.count("token") == 2
        assert expect.succeeded(chatelaine("token", "work", "--min-valid", "0s")) == tokens.access_token + "\n"
    else:
        expect.succeeded(again)
        assert expect.status_of(chatelaine) == "ok" and issuer.reused == 0


def test_after_two_requests_without_an_answer_there_is_no_third(chatelaine, issuer, store, in_doubt):
    tokens = in_doubt(False)
    issuer.fault("token", "cut", times=None, after=False)
    let_time_pass(store, tokens, 60)
    expect.failed(chatelaine("refresh", "work"), expect.UNAVAILABLE)
    message = expect.failed(chatelaine("refresh", "work"), expect.NEEDS_LOGIN)
    assert "chatelaine login work" in message
    expect.failed(chatelaine("token", "work"), expect.NEEDS_LOGIN)
    assert issuer.count("token") == 2
    assert store.credential("work")["refresh_token"] == tokens.refresh_token


def test_signing_in_again_ends_the_doubt(chatelaine, issuer, store, in_doubt, agreed):
    tokens = in_doubt(True)
    issuer.approve_next("work")
    expect.succeeded(chatelaine("login", "work", "--json"))
    assert expect.status_of(chatelaine) == "ok"
    assert store.pending() == [] and store.holds(tokens.refresh_token) == []
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0
