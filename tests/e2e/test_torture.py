"""Memory that runs out, anywhere: no crash, no leak, no login lost, nothing half done that is called done.

Every command is run again and again, and each time another allocation finds no memory, or this and every one after
it. A sample of them is tried, one for each way in which the program comes to ask; with CHATELAINE_THOROUGH=1 all.
"""

import re
import shutil
from dataclasses import dataclass

import consumers
import expect
import pytest
import vt
from injection import THOROUGH, sample
from interface import the_list
from issuer.seed import seed_profile
from program import Program, Runner
from storedir import StoreDir
from torture import Shim, files_below

HOUR, DAY = 3600, 86400
MOST = 8
LIST = ["list", "--json"]


# What stands before

def profiles(lab):
    """What is left of these is said in the same words as long as a test takes."""
    seed_profile(lab.issuer, lab.store, "work", "work", lifetime=9 * DAY + HOUR // 2)
    seed_profile(lab.issuer, lab.store, "acme/user", "personal", lifetime=-3 * HOUR // 2)
    lab.store.agree_to_terms()


def approval(lab):
    profiles(lab)
    lab.issuer.devices.approvals.clear()
    lab.issuer.approve_next("client")


def shown(lab):
    profiles(lab)
    consumers.make("openhands", lab.home)
    expect.succeeded(lab.run("use", "work", "--for", "openhands"))


def lent(lab):
    profiles(lab)
    consumers.make("codex", lab.home)
    expect.succeeded(lab.run("lend", "work", "--to", "codex"))


def deleted(lab):
    profiles(lab)
    expect.succeeded(lab.run("delete", "work", "--yes"))


def signed_in(lab):
    """A program has a login of its own."""
    profiles(lab)
    consumers.make("codex", lab.home).sign_in(lab.issuer.mint("client"))


def renewed(lab):
    profiles(lab)
    expect.succeeded(lab.run("refresh", "work"))


def listed(lab):
    """What is written by hand: a list of volumes, and the profile of the directory."""
    profiles(lab)
    (lab.home / "list").write_text("acme/one\nacme/two\n")
    (lab.home / ".chatelaine-profile").write_text("work\n")


def damaged(lab):
    """Something for the doctor."""
    profiles(lab)
    lab.store.credential_file("work").chmod(0o644)
    (lab.store.path / "work" / ".credential.json.AbCdEf").touch(0o600)


@dataclass
class Case:
    args: list
    prepare: object = profiles
    says: bool = True           # the same each time, but for numbers
    forgets: bool = False       # a login that is alive may be in no file after it
    helper: bool = False        # the memory of chatelaine-oauth


def cases():
    """name -> a command in life."""
    found = {words: Case(words.split()) for words in (
        "list", "list --json", "show acme/user --json", "audit", "audit --json", "metrics",
        "doctor", "doctor --json", "config", "config refresh-before 2h", "completion bash", "help", "help export",
        "version", "use --json", "rename work private", "add-volume acme/more", "no-such-command", "show --short work",
        "show no-such-profile", "use work --for openhands", "run work --for codex -- true")}
    found |= {f"export {name}": Case(["export", "work", "--format", name, "--output", "out"])
              for name in ("codex", "opencode", "litellm", "openhands", "pi")}
    # What cannot be found out is left out; a token is another one each time.
    found |= {words: Case(words.split(), says=False) for words in ("show work", "token work")}
    found |= {
        "use --none": Case(["use", "--none"], shown), "use another": Case(["use", "acme/user"], shown, says=False),
        "lend": Case(["lend", "work", "--to", "codex"]), "take-back": Case(["take-back", "work"], lent),
        "import": Case(["import", "codex", "--as", "new"], signed_in),
        "add-volume of a list": Case(["add-volume", "--from", "list"], listed), "trust": Case(["trust", "."], listed),
        "token here": Case(["token"], shown, says=False),
        "delete": Case(["delete", "work", "--yes"]),
        "purge": Case(["delete", "work", "--purge", "--yes"], forgets=True),
        "sign-out": Case(["delete", "work", "--sign-out", "--yes"]),
        "undo delete": Case(["undo"], deleted), "undo use": Case(["undo"], shown),
        "doctor --fix": Case(["doctor", "--fix"], damaged), "audit of changes": Case(["audit"], renewed),
        "refresh": Case(["refresh", "work"], says=False), "refresh --all": Case(["refresh", "--all"], says=False),
        "token of an old one": Case(["token", "acme/user"], says=False),
        "usage": Case(["usage", "work"], says=False),
        "login": Case(["login", "new", "--json"], approval, says=False),
    }
    found |= {f"{name}, network": Case(found[name].args, found[name].prepare, False, found[name].forgets, helper=True)
              for name in ("refresh", "usage", "sign-out", "login")}
    return found


CASES = cases()


class Lab:
    """One command, again and again, each time in a new home."""

    def __init__(self, build, env, issuer, folder, case):
        self.program = build / "chatelaine"
        self.shim = Shim(folder, build / "chatelaine-oauth" if case.helper else self.program)
        self.issuer, self.folder, self.case, self.runs = issuer, folder, case, 0
        self.base = env

    def prepare(self):
        self.runs += 1
        # A name that is as long each time.
        self.home = self.folder / f"home-{self.runs:05}"
        self.home.mkdir(mode=0o700)
        self.store = StoreDir(self.home / "store")
        # Without a locale, so that none that could not be loaded makes a difference.
        self.env = {**self.base, "HOME": self.home, "CHATELAINE_STORE": str(self.store), "LANG": "C",
                    "XDG_CONFIG_HOME": self.home}
        self.run = Runner(self.program, self.env)
        self.tokens = self.issuer.chains.by_refresh_token
        self.first = len(self.tokens)
        self.case.prepare(self)
        self.before, self.reused = files_below(self.home), self.issuer.reused
        self.kept = [token for token in list(self.tokens)[self.first:] if self.holders(token)]

    def holders(self, token):
        return [path for path, data in files_below(self.home).items() if data and token.encode() in data]

    def torture(self, fail=0, all_after=False, **how):
        self.prepare()
        self.shim.set(fail, all_after, **how)
        program = Program([self.program, *self.case.args], env={**self.env, **self.shim.environment},
                          cwd=self.home)
        return program.finish(timeout=40), self.shim.report()

    def settle(self):
        """The next start, with memory enough, makes good what can be."""
        listed = expect.listed(self.run)
        assert all(entry["status"] != "damaged" for entry in listed.values()), listed
        assert set(self.store.names()) <= set(listed), "a login is not listed"
        expect.succeeded(self.run("audit"))
        assert self.issuer.reused == self.reused, "a spent token was sent again"
        files = files_below(self.home)
        stayed = [path for path in files if re.search(r"/\.[^/]+\.\w{6}$", "/" + path) and path not in self.before]
        assert not stayed, f"temporary files stay: {stayed}"
        doubt = {name for name, entry in listed.items() if entry["status"] == "in-doubt"}
        pending = {name for name in self.store.pending()}
        assert len(pending) == len(doubt), (pending, doubt)
        for token in list(self.tokens)[self.first:]:
            places = self.holders(token)
            assert len(places) <= 1, f"a refresh token is in {places}"
            if self.issuer.alive(token) and not places:
                # One that was not seen is asked for once more: nothing that was there is lost.
                unseen = token not in self.kept and (self.case.helper or self.case.args[0] == "login")
                assert self.case.forgets or unseen, "a login is lost"

    def gone(self):
        shutil.rmtree(self.home, ignore_errors=True)


def masked(data):
    """Without numbers, hashes of paths, and the columns that they make."""
    return re.sub(r" +", " ", re.sub(r"\b[0-9a-f]{64}\b|\d+", "N", data.decode(errors="replace")))


def check(lab, good, good_files, result, report):
    """After a run in which there was no memory."""
    case = lab.case
    assert result.status >= 0, f"killed by signal {-result.status}"
    if result.status == 0:
        vt.assert_clean_text(result.stderr_bytes)
        vt.assert_clean_text(result.stdout_bytes.replace(b"\t", b""))
    elif (result.status, masked(result.stdout_bytes)) != (good.status, masked(good.stdout_bytes)):
        assert result.status in (1, 2, 3, 4, 5, 6, 7), f"exit {result.status}"
        expect.failed(result, result.status)
    if result.status == good.status == 0 and not case.helper:
        if case.says:
            assert masked(result.stdout_bytes) == masked(good.stdout_bytes), "other words, and that is no failure"
        made = {masked(path.encode()) for path in files_below(lab.home)}
        assert made >= good_files, f"not done, and that is no failure: {good_files - made}"
    assert report.leaks == [] or not report.ended, "leaks: " + ", ".join(lab.shim.where(report.leaks))
    if files_below(lab.home) != lab.before:
        lab.settle()


def numbers_of(report, most):
    """Which allocations are tried."""
    numbers = list(range(1, report.count + 1))
    if THOROUGH:
        return numbers
    # One for each way in which the program comes to ask.
    ways = {}
    for number, way in zip(numbers, report.points):
        ways.setdefault(way, number)
    return sample(sorted(ways.values()), most)


@pytest.mark.parametrize("name", CASES)
def test_memory_runs_out(build, env, issuer, tmp_path, sanitized, name):
    if sanitized:
        pytest.skip("a sanitizer has these functions itself")
    lab = Lab(build, env, issuer, tmp_path, CASES[name])
    good, report = lab.torture()
    assert report.count > 0 and report.ended, (report, good)
    assert report.leaks == [], "leaks: " + ", ".join(lab.shim.where(report.leaks))
    good_files = {masked(path.encode()) for path in files_below(lab.home)
                  if not re.search("index|/run|lock|audit|spent$|waiting$", path)}
    numbers = numbers_of(report, 3 if name == "login, network" else MOST)
    problems = {}
    for number in numbers:
        for all_after in (False, True) if THOROUGH or number in numbers[::3] else (False,):
            result, report = lab.torture(number, all_after)
            try:
                check(lab, good, good_files, result, report)
            except AssertionError as problem:
                text = f"{number}{'…' if all_after else ''}: {str(problem).splitlines()[0][:300]}"
                where = " < ".join(lab.shim.where(report.frames)[:8])
                problems.setdefault(where, []).append(f"{text} [{result.stderr_bytes[:200]!r}]")
            lab.gone()
    if problems:
        pytest.fail(f"{name}: {len(problems)} of {len(numbers)}:\n" + "\n".join(
            f"{where}\n    " + "\n    ".join(texts[:4]) for where, texts in problems.items()), pytrace=False)


# At a terminal

KEYS = ("Down", "Enter", "Esc", "!", "Esc", "A", "Esc", ",", "Esc", "?", "Esc", "u", "Esc", "e", "Esc", "d", "Esc", "/",
        "w", "Esc", "m", "Esc", "r", "Esc", "n", "Esc")
LINES = ("?\n", "1\n", "doctor\n", "sort end\n", "list\n")


def leave(t, words):
    """However it is just now."""
    for word in words * 5:
        if t.ended():
            return t.status
        t.send(word)
        t.until_quiet()
    return t.wait_exit()


@pytest.mark.parametrize("args, started, keys, ends", [
    ([], the_list, KEYS, ("q", "Esc")), (["--plain"], "chatelaine>", LINES, ("q\n",))],
    ids=["interface", "lines"])
def test_memory_runs_out_at_a_terminal(build, env, issuer, tmp_path, terminal, sanitized, args, started, keys, ends):
    if sanitized:
        pytest.skip("a sanitizer has these functions itself")
    lab = Lab(build, env, issuer, tmp_path, Case(args))

    def use(fail, all_after=False):
        lab.prepare()
        lab.shim.set(fail, all_after)
        t = terminal(lab.program, *args, env={**lab.env, **lab.shim.environment, "TERM": "xterm"}, lang="C",
                     home=lab.home, cwd=lab.home)
        if not fail:
            t.wait_for(started)
        t.until_quiet()
        for key in keys:
            if not t.ended():
                t.send(key)
                t.until_quiet()
        status = leave(t, ends)
        assert 0 <= status <= 7, f"exit {status}"
        report = lab.shim.report()
        assert report.leaks == [] or not report.ended, "leaks: " + ", ".join(lab.shim.where(report.leaks))
        lab.settle()
        return report

    problems = []
    for number in numbers_of(use(0), 6):
        for all_after in (False, True):
            try:
                use(number, all_after)
            except AssertionError as problem:
                where = " < ".join(lab.shim.where(lab.shim.report().frames)[:8])
                problems.append(f"{number}{'…' if all_after else ''}: {str(problem)[:600]}\n    {where}")
            lab.gone()
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
