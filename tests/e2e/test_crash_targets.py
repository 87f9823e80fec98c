"""Killed or failing at any system call while a login is on its way between the store and a program's file.

Use, lend, take back, import, rename, delete and run write to several files, one of which is somebody else's. However
that was cut off: at the next start every refresh token is in one file, every file is what it was or what it was to be,
and nothing else is left. A sample of the points is tried; all of them with CHATELAINE_THOROUGH=1.
"""

import json
import re
import shutil
import time
from dataclasses import dataclass

import expect
import pytest
from injection import FAIL, KILL, THOROUGH, Lab, sample, traced
from issuer.seed import seed_profile, stamp, write_private
from program import Runner
from storedir import StoreDir

HOUR, DAY = 3600, 86400
CODEX, OPENCODE, OPENHANDS = ".codex/auth.json", ".local/share/opencode/auth.json", ".openhands/auth/openai_oauth.json"
OTHERS = {"anthropic": {"type": "api", "key": "sk-ant-0"}, "z": [1, {"a": "ä"}]}


class Home:
    """A person's home: the store, and the files of programs."""

    def __init__(self, path, lab):
        self.path, self.lab, self.issuer = path, lab, lab.issuer
        self.store = StoreDir(path / ".local" / "share" / "chatelaine")
        path.mkdir(mode=0o700)
        self.env = {**lab.env, "HOME": str(path), "CHATELAINE_STORE": str(self.store)}
        self.chatelaine = Runner(lab.program, self.env)

    def seed(self, name="work", account=None, **options):
        return seed_profile(self.issuer, self.store.path, name, account or name, **{"lifetime": 9 * DAY, **options})

    def run(self, *args):
        return expect.succeeded(self.chatelaine(*args))

    def renew(self, tokens):
        """What a program that has the chain makes of it."""
        return self.issuer.chains.spend(tokens.refresh_token)

    def write(self, file, value):
        path = self.path / file
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, value)

    def write_codex(self, tokens, file=CODEX):
        self.write(file, {
            "auth_mode": "chatgpt", "OPENAI_API_KEY": None, "last_refresh": stamp(tokens.issued_at),
            "tokens": {"id_token": tokens.id_token, "access_token": tokens.access_token,
                       "refresh_token": tokens.refresh_token, "account_id": tokens.account.account_id}})

    def write_opencode(self, tokens=None):
        entry = {} if tokens is None else {"openai": {
            "type": "oauth", "refresh": tokens.refresh_token, "access": tokens.access_token,
            "expires": tokens.expires_at * 1000, "accountId": tokens.account.account_id}}
        self.write(OPENCODE, {**OTHERS, **entry})

    # What is there

    def tokens(self):
        """refresh token -> the files that hold it, each file once however many names it has."""
        found, seen = {}, set()
        for file in sorted(self.path.rglob("*")):
            if file.is_symlink() or not file.is_file() or (inode := (file.stat().st_dev, file.stat().st_ino)) in seen:
                continue
            seen.add(inode)
            for token in set(re.findall(rb"rt_[\w-]{60,}", file.read_bytes())):
                found.setdefault(token.decode(), []).append(str(file.relative_to(self.path)))
        return found

    def left_over(self):
        """What no finished operation leaves."""
        files = [str(path.relative_to(self.path)) for path in self.path.rglob("*")]
        # Without a secret, and swept when the file is written next.
        files = [file for file in files if not re.search(r"/\.(state|profile)\.json\.\w{6}$", file)]
        return [file for file in files if re.search(r"(^|/)\.[^/]+\.[A-Za-z0-9]{6}$|/\.chatelaine/(moves|run|new)/", file)
                or file.endswith("auth.json.lock") and (self.path / file).is_dir()]

    def shown(self, file):
        """None: no file. "": no login. Else whose login it is, with "!" when the whole chain is in it."""
        path = self.path / file
        if not path.exists():
            return None
        value = json.loads(path.read_bytes())
        if file == OPENCODE:
            assert {name: value[name] for name in OTHERS} == OTHERS, "entries of others are changed"
            value = value.get("openai", {})
            access, refresh = value.get("access"), value.get("refresh")
        else:
            value = value.get("tokens", value)
            access, refresh = value.get("access_token"), value.get("refresh_token")
        if not access:
            return ""
        return self.issuer.chains.chain(access).account.key + ("!" if refresh else "")

    def access_token(self, file):
        value = json.loads((self.path / file).read_bytes())
        value = value.get("openai") or value.get("tokens") or value
        return value.get("access") or value.get("access_token")

    def state(self):
        """Everything that an operation may change, in words."""
        profiles = {}
        for name in self.store.names():
            token = self.store.credential(name).get("refresh_token")
            profile = self.store.profile(name)
            key = self.issuer.chains.chain(self.store.credential(name)["access_token"]).account.key
            profiles[name] = (key, profile.get("owner"), self.rank(token))
        return profiles, {file: self.shown(file) for file in (CODEX, OPENCODE, OPENHANDS)}

    def rank(self, token):
        """Which of its chain it is; they are counted from the store's first."""
        number = 0
        while token and (before := self.issuer.predecessor(token)) and before != token:
            token, number = before, number + 1
        return number if token else None


# What stands before, and what is done

def nothing(home):
    home.seed()


def viewed(*names, by=("codex",), on="work"):
    """Profiles, one of which programs show."""
    def prepare(home):
        for name in names or ("work",):
            home.seed(name)
        if "opencode" in by:
            home.write_opencode()
        home.run("use", on, *(word for kind in by for word in ("--for", kind)))
    return prepare


def other_shown(home):
    viewed("work", "personal", on="personal")(home)


def renewed_elsewhere(home):
    """The file has a newer login of a profile that is not the one to be shown."""
    home.seed()
    home.write_codex(home.renew(home.seed("personal", lifetime=HOUR)))


def shared(home):
    home.seed()
    home.write_opencode(home.renew(home.seed("personal", lifetime=HOUR)))


def shared_plain(home):
    home.seed()
    home.write_opencode()


def behind_a_link(home):
    """The file is a link into another directory, as people keep their settings."""
    renewed_elsewhere(home)
    (home.path / "dotfiles").mkdir(mode=0o700)
    (home.path / CODEX).rename(home.path / "dotfiles" / "auth.json")
    (home.path / CODEX).symlink_to("../dotfiles/auth.json")


def ended(home):
    home.seed(lifetime=-1)


def older(home):
    """The file has another login of the same person, that ended long ago."""
    home.seed()
    login = home.issuer.mint("work", -DAY)
    home.issuer.revoke_chain(login.refresh_token)
    home.write_codex(login)


def lent(home):
    tokens = home.seed()
    home.run("lend", "work", "--to", "codex")
    home.write_codex(home.renew(tokens))


def lent_openhands(home):
    home.seed()
    home.run("lend", "work", "--to", "openhands")


def stranger(home):
    home.seed()
    home.write_codex(home.issuer.mint("newcomer", 9 * DAY))


def known(home):
    home.write_codex(home.renew(home.seed(lifetime=HOUR)))


def known_dead(home):
    """The store's own chain is dead, and the program signed in anew."""
    home.seed(reason="reused")
    home.write_codex(home.issuer.mint("work", 9 * DAY))


def in_doubt(home):
    viewed()(home)
    home.issuer.fault("token", "cut", after=False)
    expect.failed(home.chatelaine("refresh", "work"), expect.UNAVAILABLE)


def removed(home):
    viewed(by=("codex", "opencode"))(home)
    home.run("delete", "work", "--yes")


def switched(home):
    other_shown(home)
    home.run("use", "work", "--for", "codex")


def to_sign_in(home):
    """A login that the command will put into its place."""
    home.seed()
    home.write_codex(home.issuer.mint("newcomer", 9 * DAY), "new.json")


def to_renew(home):
    home.write_codex(home.renew(home.seed(lifetime=HOUR)), "new.json")


MOVE = ("--", "sh", "-c", 'exec mv "$HOME/new.json" "$CODEX_HOME/auth.json"')


@dataclass
class Operation:
    prepare: object
    args: list
    again: tuple = ()       # what is refused when it is done twice
    doubt: bool = False     # a profile is in doubt, or may be
    # What fails beside the operation itself, as a program's file, is not told: see test_failure_is_told.
    silent: bool = False
    between: tuple = ()     # what a file may show that is neither the old nor the new


# The login in the way was taken in, and a view of it left there.
TAKEN = ("personal",)
OPERATIONS = {
    "use": Operation(nothing, ["use", "work", "--for", "codex"]),
    "use-other": Operation(other_shown, ["use", "work", "--for", "codex"]),
    "use-newer": Operation(renewed_elsewhere, ["use", "work", "--for", "codex"], between=TAKEN),
    "use-link": Operation(behind_a_link, ["use", "work", "--for", "codex"], between=TAKEN),
    "use-shared": Operation(shared_plain, ["use", "work", "--for", "opencode"]),
    "use-shared-newer": Operation(shared, ["use", "work", "--for", "opencode"], between=TAKEN),
    "use-ended": Operation(ended, ["use", "work", "--for", "codex"], doubt=True),
    "none": Operation(viewed(), ["use", "--none", "--for", "codex"]),
    "none-newer": Operation(renewed_elsewhere, ["use", "--none", "--for", "codex"], between=TAKEN),
    "none-shared": Operation(viewed(by=("opencode",)), ["use", "--none", "--for", "opencode"]),
    "lend": Operation(nothing, ["lend", "work", "--to", "codex"], (expect.REFUSED,)),
    "lend-shown": Operation(viewed(), ["lend", "work", "--to", "codex"], (expect.REFUSED,)),
    "lend-newer": Operation(renewed_elsewhere, ["lend", "work", "--to", "codex"], (expect.REFUSED,), between=TAKEN),
    "lend-over-older": Operation(older, ["lend", "work", "--to", "codex"], (expect.REFUSED,)),
    "lend-openhands": Operation(viewed(by=("openhands", "codex")), ["lend", "work", "--to", "openhands"],
                                (expect.REFUSED,)),
    "take-back": Operation(lent, ["take-back", "work"], (expect.USAGE,)),
    "take-back-openhands": Operation(lent_openhands, ["take-back", "work"], (expect.USAGE,)),
    "import-new": Operation(stranger, ["import", "codex"], (expect.FAILED,)),
    "import-known": Operation(known, ["import", "codex"], (expect.FAILED,)),
    "import-dead": Operation(known_dead, ["import", "codex"], (expect.FAILED,)),
    "rename": Operation(viewed("work", "personal", by=("codex", "opencode")), ["rename", "work", "team/job"],
                        (expect.NOT_FOUND,)),
    "rename-doubt": Operation(in_doubt, ["rename", "work", "job"], (expect.NOT_FOUND,), doubt=True),
    "delete": Operation(viewed(by=("codex", "opencode")), ["delete", "work", "--yes"], (expect.NOT_FOUND,),
                        silent=True),
    "undo": Operation(removed, ["undo"], (expect.NOT_FOUND, 0), silent=True),
    "undo-use": Operation(switched, ["undo"], (expect.NOT_FOUND, 0)),
    "refresh": Operation(viewed(by=("codex", "opencode")), ["refresh", "work"], doubt=True),
    "run": Operation(nothing, ["run", "work", "--for", "codex", "--", "true"]),
    "run-sign-in": Operation(to_sign_in, ["run", "work", *MOVE], (1,), silent=True),
    "run-newer": Operation(to_renew, ["run", "work", *MOVE], (1,), silent=True),
}


# Of these, more points are tried: each moves a chain, or more than one file, in its own way.
CORE = ("use-newer", "lend", "lend-over-older", "take-back", "import-new", "import-known", "rename", "delete", "undo", "run-sign-in")


def most(name):
    return 3 if name in CORE else 1


class Homes(Lab):
    """Does each operation in a new home."""

    def try_one(self, name, fault=None):
        self.stores += 1
        home = Home(self.folder / f"home-{self.stores}", self)
        trial = Trial(home, name)
        trial.result, trial.log = self.run(home, trial.operation.args, "program", fault)
        trial.after = home.tokens()
        return trial

    def traced_env(self, home):
        traced = super().traced_env(home.store)
        return {**traced, **home.env, **{name: traced[name] for name in traced if name == "ASAN_OPTIONS"}}


class Trial:
    target = "program"

    def __init__(self, home, name):
        self.home, self.issuer, self.name, self.operation = home, home.issuer, name, OPERATIONS[name]
        self.operation.prepare(home)
        self.before, self.old, self.reused = home.tokens(), home.state(), self.issuer.reused
        self.dead = [token for token in self.before if not self.issuer.alive(token)]

    @property
    def fired(self):
        return "(INJECTED)" in self.log or "killed by SIGKILL" in self.log

    def check(self, new):
        """NEW is the state that the operation is for."""
        self.check_tokens(self.after, most=None)
        if not self.fired or "SIGKILL" not in self.log:
            self.check_result(new)
        profiles = expect.listed(self.home.chatelaine)
        self.check_settled(new)
        if self.operation.doubt and any(profile["status"] == "in-doubt" for profile in profiles.values()):
            return
        if self.operation.silent and self.result.status == 0 and self.home.state() != new:
            self.check_renewal()
            return
        if self.home.state() != new:
            self.home.run(*self.operation.args)
        elif self.operation.again:
            again = self.home.chatelaine(*self.operation.args)
            assert again.status in self.operation.again, f"done twice: exit {again.status}, {again.stderr!r}"
        self.check_settled(new)
        assert self.home.state() == new, f"done again, it is {self.home.state()}, not {new}"
        self.check_renewal()
        assert self.issuer.reused == self.reused, "a spent token was sent"

    def check_result(self, new):
        """A failure says so; what says it was done is done."""
        if self.operation.silent:
            return
        if self.result.status == 0:
            assert self.home.state() == new, f"exit 0, and it is {self.home.state()}, not {new}"
            return
        assert self.result.status in (expect.FAILED, expect.NEEDS_LOGIN, expect.UNAVAILABLE, expect.REFUSED,
                                      expect.BUSY), f"exit {self.result.status}: {self.result.stderr!r}"
        assert re.match(r"chatelaine: [^A-Z ]", self.result.stderr), f"no message: {self.result.stderr!r}"
        assert not re.search("uccess|bug", self.result.stderr), self.result.stderr

    def check_tokens(self, found, most):
        for token in {*self.before, *found}:
            if self.issuer.alive(token):
                places = found.get(token, [])
                assert places, "a refresh token is lost"
                assert most is None or len(places) <= most, f"a refresh token is in {places}"

    def check_settled(self, new):
        state = self.home.state()
        self.check_tokens(self.home.tokens(), most=1)
        left = self.home.left_over()
        assert not left, f"left over: {left}"
        assert self.operation.doubt or self.home.store.pending() == [], "a record of what is over stays"
        for part in (0, 1):
            for what, value in state[part].items():
                allowed = [self.old[part].get(what), new[part].get(what), *(self.operation.between if part else ())]
                assert value in allowed, f"{what} is {value}, not one of {allowed}"
        findings = self.home.chatelaine("doctor", "--json").json["findings"]
        bad = [finding for finding in findings if finding["kind"] in ("copy", "damage")]
        assert not bad, f"doctor: {bad}"

    def check_renewal(self):
        """Every login works, and every view of it follows."""
        for name, profile in expect.listed(self.home.chatelaine).items():
            if profile["owner"] != "chatelaine":
                continue
            if profile["status"] == "in-doubt":
                assert self.operation.doubt
                continue
            self.home.run("refresh", name)
            for kind in profile["targets"]:
                file = {"codex": CODEX, "opencode": OPENCODE, "openhands": OPENHANDS}[kind]
                shown = self.home.access_token(file)
                assert shown == self.home.store.credential(name)["access_token"], f"{kind} shows an old token"


@pytest.fixture
def lab(build, env, issuer, tmp_path):
    return Homes(build, env, issuer, tmp_path)


def try_each(lab, name, new, faults):
    """Tries all faults and tells of all that were not survived."""
    problems, fired = [], 0
    for fault in faults:
        try:
            trial = lab.try_one(name, fault)
            fired += trial.fired
            if trial.fired:
                trial.check(new)
        except (AssertionError, ValueError) as problem:
            problems.append(f"{fault}: {str(problem).splitlines()[0]}")
        shutil.rmtree(lab.folder / f"home-{lab.stores}", ignore_errors=True)
    assert fired
    if problems:
        pytest.fail(f"{name}: {len(problems)} of {fired}:\n" + "\n".join(problems), pytrace=False)


def begin(lab, name, calls):
    """Without a fault: the state after it, and the calls to try."""
    trial = lab.try_one(name)
    points, new = lab.points(trial, calls), trial.home.state()
    trial.check(new)
    return new, points


@traced
@pytest.mark.parametrize("name", OPERATIONS)
def test_killed(lab, name):
    new, points = begin(lab, name, KILL)
    faults = [f"{call}:signal=KILL:when={number}" for call in points for number in sample(points[call], most(name))]
    try_each(lab, name, new, faults)


@traced
@pytest.mark.parametrize("name", OPERATIONS)
def test_call_that_fails(lab, name):
    faults = []
    new, points = begin(lab, name, FAIL)
    for call, numbers in points.items():
        for turn, number in enumerate(sample(numbers, most(name))):
            errors = FAIL[call] if THOROUGH else [FAIL[call][turn % len(FAIL[call])]]
            faults += [f"{call}:error={error}:when={number}" for error in errors]
    try_each(lab, name, new, faults)


@traced
@pytest.mark.parametrize("name, fault", [
    ("delete", "flock:error=ENOLCK:when=5"), ("undo", "flock:error=EIO:when=3"),
    ("run-sign-in", "write:error=ENOSPC:when=8")])
def test_failure_is_told(lab, name, fault):
    trial = lab.try_one(name)
    new = trial.home.state()
    trial = lab.try_one(name, fault)
    assert trial.fired
    assert trial.home.state() == new or "chatelaine: " in trial.result.stderr


# In doubt: the answer of a renewal was lost

@pytest.mark.parametrize("processed", [False, True])
def test_doubt_keeps_the_views_and_is_not_lent(lab, processed):
    home = Home(lab.folder / "home-0", lab)
    viewed(by=("codex", "opencode"))(home)
    tokens, before = home.store.credential("work"), home.state()
    views = [(home.path / file).read_bytes() for file in (CODEX, OPENCODE)]
    lab.issuer.fault("token", "cut", after=processed)
    expect.failed(home.chatelaine("refresh", "work"), expect.UNAVAILABLE)
    for args in (["lend", "work", "--to", "codex"], ["lend", "work", "--to", "openhands"], ["refresh", "work"]):
        expect.failed(home.chatelaine(*args), expect.REFUSED)
    assert expect.status_of(home.chatelaine) == "in-doubt"
    assert [(home.path / file).read_bytes() for file in (CODEX, OPENCODE)] == views
    home.run("use", "work", "--for", "openhands")
    assert home.access_token(OPENHANDS) == tokens["access_token"]
    assert home.state()[0] == before[0] and lab.issuer.count("token") == 1
    # The one retry, near the end.
    write_private(home.store.credential_file("work"), {**tokens, "expires_at": stamp(time.time() + HOUR / 2)})
    again = home.chatelaine("refresh", "work")
    assert lab.issuer.count("token") == 2
    shown = {home.access_token(file) for file in (CODEX, OPENCODE, OPENHANDS)}
    if processed:
        expect.failed(again, expect.NEEDS_LOGIN)
        expect.failed(home.chatelaine("lend", "work", "--to", "codex"), expect.NEEDS_LOGIN)
        assert shown == {tokens["access_token"]} and lab.issuer.reused == 1
        assert home.store.credential("work")["refresh_token"] == tokens["refresh_token"]
    else:
        expect.succeeded(again)
        assert shown == {home.store.credential("work")["access_token"]} != {tokens["access_token"]}
        assert lab.issuer.reused == 0
        home.run("lend", "work", "--to", "codex")
    assert lab.issuer.count("token") == 2


def test_nothing_lent_is_renewed_by_the_store(lab):
    """However often it is asked: its program has the chain, and spends it alone."""
    home = Home(lab.folder / "home-0", lab)
    tokens = home.seed(lifetime=HOUR)
    home.run("lend", "work", "--to", "codex")
    for args in (["refresh", "work"], ["refresh", "--all"], ["token", "work", "--min-valid", "2h"],
                 ["run", "work", "--", "true"]):
        home.chatelaine(*args)
    assert lab.issuer.count("token") == 0
    assert home.tokens() == {tokens.refresh_token: [CODEX]}
