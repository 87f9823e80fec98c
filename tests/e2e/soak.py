"""Whether what runs for months stays as it is: memory, descriptors, children, files of the store.

    python3 tests/e2e/soak.py [--renewals N] [--screens N]

`keep` and an interface beside it go through renewals, on a clock that is moved; then an interface opens and leaves
screens. All are looked at again and again. Flat means that in the last quarter it is what it was in the second one;
what came before is the warm-up. Ends with 1 where it is not, with 2 where there are too few for that. `test_soak.py` is the same, short.
"""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import flat  # noqa: E402
import processes  # noqa: E402
import visits  # noqa: E402
from clock import Clock  # noqa: E402
from interface import press_until, the_list  # noqa: E402
from issuer import Issuer  # noqa: E402
from issuer.seed import DAY, HOUR, seed_profile  # noqa: E402
from program import Runner  # noqa: E402
from storedir import StoreDir  # noqa: E402
from terminal import Terminal  # noqa: E402

LAST = visits.LAST
PROFILES = [f"{tenant}login-{number}" for tenant in ("acme/", "globex/", "") for number in range(10)]
FEW = [name for name in PROFILES if name[-1] in "19"]
MOST_DESCRIPTORS = 48  # may be opened: where nobody may count them, one that stays open is noticed so
WAIT = 60


class Place:
    """A home with a store of many profiles, an issuer, and how to start the program there."""

    def __init__(self, folder, program, issuer, names, lifetime, inherited=None):
        self.folder, self.program, self.issuer = Path(folder), program, issuer
        self.home = self.folder / "home"
        self.home.mkdir(mode=0o700)
        (self.home / ".codex").mkdir(mode=0o700)
        self.store = StoreDir(self.home / "store")
        self.store.agree_to_terms()
        self._make_old()
        self.names = names
        for name in names:
            seed_profile(issuer, self.store.path, name, lifetime=lifetime)
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.home), "TZ": "UTC", "LANG": "C.UTF-8",
                    "CHATELAINE_STORE": str(self.store), "CHATELAINE_OAUTH": str(program.parent / "chatelaine-oauth"),
                    # What is freed goes back at once; the C library would keep it, and how much depends on the moment.
                    "MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072",
                    **issuer.environment, **(inherited or {})}

    def _make_old(self):
        """What grows to some size and no further has it already: what reads it needs its most from the start."""
        folder = self.store.path / ".chatelaine"
        spent = "".join(f"2020-01-01T00:00:00Z {number:064x}\n" for number in range(flat.SPENT_LINES))
        entry = ('{"at":"2020-01-01T00:00:00Z","event":"refresh","profile":"login-1","result":"ok","status":0,'
                 '"uid":1000,"pid":4242,"tty":null,"host":null,"detail":null}\n')
        log = entry * (flat.LOG_FILE_MOST // len(entry) - 20)
        for name in "spent", "spent.1", *(f"audit.jsonl.{number}" for number in range(1, flat.LOG_FILES)):
            file = folder / name
            file.touch(mode=0o600)
            file.write_text(spent if name.startswith("spent") else log)

    def start(self, *arguments, env=None):
        running = Runner(self.program, {**self.env, **(env or {})}).start(*arguments)
        processes.limit_descriptors(running.pid, MOST_DESCRIPTORS)
        return running

    def interface(self, env=None):
        t = Terminal([self.program], home=self.home, env={**self.env, **(env or {})})
        processes.limit_descriptors(t.pid, MOST_DESCRIPTORS)
        t.wait_for(the_list)
        return t


def together(*environments):
    """What several shims need."""
    merged = {name: value for environment in environments for name, value in environment.items()}
    return {**merged, "LD_PRELOAD": ":".join(environment["LD_PRELOAD"] for environment in environments)}


# Of twenty rounds, those that begin with an answer that renews nothing.
FAULTS = {1: "500", 2: "not-json", 3: "cut-headers", 8: "429", 13: "html-403"}


def renew(place, clock, count, report=lambda line: None):
    """`keep` renews all profiles again and again, COUNT times in all; an interface shows it. The series of both."""
    issuer, usual = place.issuer, place.issuer.access_lifetime
    settled(Runner(place.program, place.env)("use", LAST, "--for", "codex"))
    heaps = [flat.Heap(place.folder, name) for name in ("keep", "interface")]
    keeper = place.start("keep", "--within", "90m", env=together(clock.environment, heaps[0].environment))
    keeper.wait_for(lambda program: "  keeping " in program.stdout)
    t = place.interface(together(clock.environment, heaps[1].environment))
    programs = {"keep": flat.Watched(keeper.pid, heaps[0]), "interface": flat.Watched(t.pid, heaps[1])}
    series = flat.Series(programs, place.store, count, report)
    ahead = done = turn = 0
    try:
        while done < count:
            turn += 1
            ahead += HOUR
            # The issuer's clock is not moved: what it gives has to last for the time that has passed here.
            issuer.access_lifetime = ahead + 2 * HOUR
            if name := FAULTS.get(turn % 20):
                issuer.fault("token", name)
            keeper.forget()
            clock.advance(HOUR)
            ahead += pass_round(keeper, t, clock, len(place.names))
            done += len(place.names)
            issuer.journal.requests.clear()
            if series.is_due(done):
                t.until_quiet(0.05)
                series.look(done)
        assert issuer.reused == 0 and not issuer.problems, issuer.problems
        settled(stopped(keeper))
        assert t.close(), "the interface did not end"
    finally:
        issuer.access_lifetime = usual
        keeper.kill()
        t.close()
    return series


def pass_round(keeper, t, clock, wanted):
    """Until so many were renewed; the seconds that passed here for it."""
    passed, said, deadline = 0, "", time.monotonic() + WAIT
    while len(set(re.findall(r"'(\S+)' is renewed", said))) < wanted:
        if time.monotonic() > deadline:
            raise AssertionError(f"not all were renewed within {WAIT} s, in which {passed} s passed here; children: "
                                 f"{processes.children(keeper.pid)}\n{keeper.stdout}\n{keeper.stderr}")
        t.until_quiet(0)
        t.forget()
        before, said = said, keeper.said_more(0.01)
        # While nothing is asked for, what is due only waits for its moment: one in doubt, until near its end. A
        # step is shorter than an answer may take, since what has just been asked for is not seen.
        if before == said and not processes.children(keeper.pid):
            step = 1 if passed < 60 else 5
            clock.advance(step)
            passed += step
    return passed


def stopped(keeper):
    keeper.signal(15)
    return keeper.finish()


def settled(result):
    assert result.status == 0, result.stderr
    return result


def visit(place, count, report=lambda line: None, counted=True):
    """An interface goes through the screens, COUNT of them in all. Its series; COUNTED: with its heap."""
    heap = flat.Heap(place.folder, "interface") if counted else None
    t = place.interface(heap.environment if heap else None)
    series = flat.Series({"interface": flat.Watched(t.pid, heap)}, place.store, count, report)
    try:
        fill_messages(t)
        rota = list(visits.VISITS.items())
        done = 0
        while done < count:
            # Samples are taken where the round begins anew, so that each is of the same moment.
            for name, act in rota:
                visits.start(t)
                try:
                    act(place, t)
                    visits.back(t)
                except AssertionError as problem:
                    raise AssertionError(f"{name}, after {done} screens: {problem}") from problem
                done += 1
            t.forget()
            place.issuer.journal.requests.clear()
            if series.is_due(done):
                visits.start(t)
                t.until_quiet()
                series.look(done)
        assert place.issuer.reused == 0 and not place.issuer.problems, place.issuer.problems
        assert t.close(), "the interface did not end"
    finally:
        t.close()
    return series


def fill_messages(t):
    """A hundred, as many as are kept."""
    press_until(t, "z", "nothing")
    t.send(*["z"] * 100)
    t.until_quiet(0.2)


# By hand

def main():
    parser = argparse.ArgumentParser(prog="./dev soak", description="memory, descriptors, files: flat?")
    parser.add_argument("--renewals", type=int, default=100_000, metavar="N")
    parser.add_argument("--screens", type=int, default=10_000, metavar="N")
    options = parser.parse_args()
    for name, count, a_round in (("renewals", options.renewals, len(PROFILES)),
                                 ("screens", options.screens, len(visits.VISITS))):
        if 0 < count < flat.LEAST * a_round:
            parser.error(f"--{name}: {flat.LEAST * a_round} is the least that tells something; 0 is none")
    build = Path(os.environ["CHATELAINE_BUILD"])
    processes.adopt_orphans()
    found = []
    for count, what, run in (options.renewals, "renewals", soak_renewals), (options.screens, "screens", soak_screens):
        if count <= 0:
            continue
        print(f"{count} {what}", flush=True)
        with tempfile.TemporaryDirectory(dir=fast_folder()) as folder, Issuer(interval=1) as issuer:
            found += run(Path(folder), build / "chatelaine", issuer, count).problems()
        print(flush=True)
    print("\n".join(found) or "flat")
    return 1 if found else 0


def soak_renewals(folder, program, issuer, count):
    return renew(Place(folder, program, issuer, PROFILES, 2 * HOUR), Clock(folder), count, say)


def soak_screens(folder, program, issuer, count):
    return visit(Place(folder, program, issuer, FEW, 9 * DAY), count, say)


def say(line):
    print(line, flush=True)


def fast_folder():
    """In memory, where there is such a folder: what is synced is not what is measured."""
    shared = "/dev/shm"
    return shared if os.access(shared, os.W_OK) else None


if __name__ == "__main__":
    sys.exit(main())
