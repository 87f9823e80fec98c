"""Programs that read, renew and lock their files while these are switched, lent and taken back."""

import fcntl
import os
import random
import threading
import time

import consumers
import expect
import pytest
from program import Program

HOUR = 3600


class Busy:
    """A program that renews its login and reads it, over and over, until it is told to stop.

    It pauses in between, sometimes, for as long as a command takes to notice that it does."""

    def __init__(self, issuer, program):
        self.issuer, self.program = issuer, program
        self.renewals, self.problem, self.newest = 0, None, None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        pauses = random.Random(1)
        try:
            while not self._stop.is_set():
                login = self.program.read()
                if login is not None and not login.is_view:
                    self.newest = consumers.renew(self.issuer, self.program, login)
                    self.renewals += 1
                self._stop.wait(pauses.uniform(0, 0.06))
        except Exception as problem:  # told by stop()
            self.problem = problem

    def stop(self):
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self.problem:
            raise self.problem


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_program_that_never_stops_renewing(lent, chatelaine, issuer, home, store, seed, kind):
    """Whatever is switched, lent and taken back meanwhile: no torn file, no token sent twice, none lost."""
    program, tokens = lent(kind)
    seed("personal", "personal")
    busy = Busy(issuer, program)
    other = "codex" if kind == "openhands" else "openhands"
    done = dict.fromkeys(("take-back", "lend", "use"), 0)
    for round_number in range(25):
        for command in (["take-back", "work"], ["use", "work", "--for", other], ["list"],
                        ["lend", "work", "--to", kind], ["use", "personal", "--for", other]):
            # One that seldom pauses may be waited for in vain, as long as for a lock.
            result = chatelaine(*command, timeout=60)
            if command[0] == "list":
                expect.succeeded(result)
                continue
            assert result.status in (expect.DONE, expect.BUSY, expect.REFUSED, expect.USAGE), \
                (command, result.status, result.stderr)
            done[command[0]] += result.status == expect.DONE
    busy.stop()
    assert busy.renewals > 0 and all(done.values()), (busy.renewals, done)
    # Whatever it held last comes home by the next command about it.
    chatelaine("take-back", "work")
    expect.succeeded(chatelaine("use", "work", "--for", kind))
    assert issuer.reused == 0
    consumers.only_in(busy.newest.refresh, home, store.credential_file("work"))
    assert issuer.alive(store.credential("work")["refresh_token"])
    consumers.no_chain_outside(home, store)
    assert store.pending() == [] and not list(home.rglob(".auth.json.*")) + list(home.rglob(".openai_oauth.json.*"))


def test_eight_switches_of_one_target(chatelaine, home, store, seed):
    tokens = {name: seed(name, account) for name, account in
              [("a", "work"), ("b", "personal"), ("c", "client"), ("d", "seat")]}
    codex = consumers.make("codex", home).install()
    for _ in range(3):
        runs = [chatelaine.start("use", name, "--for", "codex") for name in "abcdabcd"]
        for run in runs:
            expect.succeeded(run.finish(timeout=30))
        entries = expect.listed(chatelaine)
        shown, = [name for name in tokens if entries[name]["targets"]]
        assert codex.shows(tokens[shown]) and all(entry["warnings"] == [] for entry in entries.values())
        assert sorted(os.listdir(codex.path.parent)) == ["auth.json", "auth.json.lock", "auth.lock"]
    for name in tokens:
        consumers.only_in(tokens[name].refresh_token, home, store.credential_file(name))


def test_two_lend_the_same_at_once(chatelaine, home, store, seed):
    tokens = seed()
    runs = [chatelaine.start("lend", "work", "--to", kind) for kind in ("codex", "openhands") * 3]
    results = [run.finish(timeout=30) for run in runs]
    assert [result.status for result in results].count(expect.DONE) == 1
    owner = expect.listed(chatelaine)["work"]["owner"]
    consumers.only_in(tokens.refresh_token, home, consumers.make(owner, home).path)


class Prober:
    """Tries for a lock all the time, and knows how long it was held by somebody else at the longest."""

    def __init__(self, path):
        self._file = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self.longest, self.seen, self._stop = 0.0, 0, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        held_since = None
        while not self._stop.is_set():
            now = time.monotonic()
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(self._file, fcntl.LOCK_UN)
                held_since = None
            except BlockingIOError:
                if held_since is None:
                    held_since, self.seen = now, self.seen + 1
                self.longest = max(self.longest, now - held_since)

    def stop(self):
        self._stop.set()
        self._thread.join()
        self._file.close()


def lock_times(trace, name):
    """How long each lock on a file of this name was held, from a trace of system calls with absolute times."""
    open_at, taken, times = {}, {}, []
    for line in trace.splitlines():
        pid, _, rest = line.partition(" ")
        stamp, _, call = rest.strip().partition(" ")
        if call.startswith("openat(") and f'"{name}"' in call and not call.endswith("ENOENT"):
            open_at[pid, call.rsplit("= ", 1)[1].split()[0]] = True
        elif call.startswith("flock(") and call.rstrip().endswith("= 0"):
            descriptor = call[len("flock("):].split(",")[0]
            if open_at.get((pid, descriptor)):
                taken[pid, descriptor] = float(stamp)
        elif call.startswith("close("):
            descriptor = call[len("close("):].split(")")[0]
            if (pid, descriptor) in taken:
                times.append(float(stamp) - taken.pop((pid, descriptor)))
            open_at.pop((pid, descriptor), None)
    assert not taken
    return times


@pytest.mark.skipif(os.geteuid() != 0, reason="the program's memory, and so the names in it, is closed to tracers")
@pytest.mark.parametrize("command", [["use", "work", "--for", "codex"], ["lend", "work", "--to", "codex"],
                                     ["use", "--none", "--for", "codex"], ["refresh", "work"]])
def test_lock_of_codex_is_held_for_milliseconds(chatelaine, issuer, home, seed, tmp_path, command):
    """It drops its new tokens when it cannot take it within 5 s; so it is never held while one waits."""
    seed(lifetime=HOUR)
    if command[0] == "refresh" or "--none" in command:
        expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    issuer.delay["token"] = 0.5
    trace = tmp_path / "trace"
    result = Program(["strace", "-f", "-ttt", "-e", "trace=openat,flock,close", "-o", trace, chatelaine.program,
                      *command], env={**chatelaine.env, "ASAN_OPTIONS": "detect_leaks=0"}).finish()
    assert result.status == expect.DONE, result.stderr
    for name in ("auth.json.lock", "auth.lock"):
        times = lock_times(trace.read_text(), name)
        assert times and max(times) < 0.05, (name, times)


def test_codex_saves_its_renewal_while_others_switch(chatelaine, home, seed):
    """Its own lock, tried as it tries: never away for long."""
    seed()
    seed("personal", "personal")
    codex = consumers.make("codex", home).install()
    prober = Prober(codex.lock_files()[1])
    for name in ("work", "personal") * 5:
        expect.succeeded(chatelaine("use", name, "--for", "codex"))
    prober.stop()
    # A second is far from its 5, and far from what a busy machine adds.
    assert prober.longest < 1


def test_lock_of_codex_is_waited_for(chatelaine, home, seed):
    tokens = seed()
    codex = consumers.make("codex", home).install()
    outer, inner = codex.lock_files()
    with open(outer, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = chatelaine.start("use", "work", "--for", "codex")
        run.wait_for(lambda _: not codex.path.exists() and os.path.exists(f"/proc/{run.pid}"))
        assert not codex.path.exists()
    expect.succeeded(run.finish())
    assert codex.shows(tokens) and inner.stat().st_mode & 0o777 == 0o600


def test_lock_of_codex_that_is_never_given_back(chatelaine, home, store, seed):
    seed()
    codex = consumers.make("codex", home).install()
    with open(codex.lock_files()[1], "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        expect.failed(chatelaine("use", "work", "--for", "codex", timeout=60), expect.BUSY)
    assert not codex.path.exists()
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))


def over_and_over(chatelaine, commands, statuses, stop, problems):
    while not stop.is_set():
        for command in commands:
            result = chatelaine(*command, timeout=60)
            if result.status not in statuses:
                problems.append((command, result.status, result.stderr))
                stop.set()


@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_everything_at_once(lent, chatelaine, issuer, home, store, seed, kind):
    """A program that renews and several of us that lend, take back and switch, none waiting for another."""
    program, _ = lent(kind)
    personal = seed("personal", "personal")
    busy = Busy(issuer, program)
    other = "codex" if kind == "openhands" else "openhands"
    stop, problems = threading.Event(), []
    fine = (expect.DONE, expect.USAGE, expect.REFUSED, expect.BUSY)
    loops = [threading.Thread(target=over_and_over, args=(chatelaine, commands, fine, stop, problems)) for commands in (
        [["take-back", "work"], ["lend", "work", "--to", kind]],
        [["use", "work", "--for", other], ["use", "personal", "--for", other], ["use", "-", "--for", other]],
        [["use", "personal", "--for", kind], ["list", "--json"], ["use", "--none", "--for", kind]])]
    for loop in loops:
        loop.start()
    try:
        issuer.wait_for(lambda: issuer.count("token") >= 30 or stop.is_set(), timeout=60)
    finally:
        stop.set()
        for loop in loops:
            loop.join()
        busy.stop()
    assert problems == []
    chatelaine("take-back", "work")
    expect.succeeded(chatelaine("use", "work", "--for", kind))
    assert issuer.reused == 0
    consumers.only_in(busy.newest.refresh, home, store.credential_file("work"))
    consumers.only_in(personal.refresh_token, home, store.credential_file("personal"))
    consumers.no_chain_outside(home, store)
