"""Fixtures of the end-to-end tests: the programs as built, an issuer, a store, terminals.

Every test leaves the machine as it was: a process of ours that stays, or a sanitizer's report, fails it.
"""

import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import consumers  # noqa: E402
import expect  # noqa: E402
import picture  # noqa: E402
import processes  # noqa: E402
import translations  # noqa: E402
from clock import Clock  # noqa: E402
from ports import Ports  # noqa: E402
from program import Runner  # noqa: E402
from storedir import StoreDir  # noqa: E402
from terminal import Terminal  # noqa: E402

# Set by ./dev and CI for instrumented builds; everything else of our environment stays outside.
_INHERITED = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE", "GCOV_PREFIX", "GCOV_PREFIX_STRIP")


def pytest_configure(config):
    processes.adopt_orphans()
    # Whoever runs us in the background, or under nohup, ignores these, and the programs under test would as well.
    for number, own in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL),
                        (signal.SIGHUP, signal.SIG_DFL), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, own)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that fails shows its terminals: as text in the report, as a picture beside its other files."""
    report = (yield).get_result()
    if report.when != "call" or not report.failed:
        return
    for number, terminal in enumerate(getattr(item, "terminals", []), 1):
        file = item.funcargs["tmp_path"] / f"screen-{number}.png"
        picture.paint(terminal.model).save(file)
        report.sections.append((f"terminal {number}: {file}", terminal.drawn()))


@pytest.fixture(autouse=True)
def no_process_stays():
    """Finalised last, after every other fixture has closed what it opened."""
    yield
    left = processes.sweep()
    assert not left, f"processes that stayed: {left}"


@pytest.fixture(scope="session")
def build():
    """The directory of the programs under test."""
    folder = Path(os.environ.get("CHATELAINE_BUILD") or TESTS.parent / "build").resolve()
    program = folder / "chatelaine"
    if not program.exists():
        pytest.fail(f"{program} is not there: build it first (./dev build) or set CHATELAINE_BUILD", pytrace=False)
    return folder


@pytest.fixture
def issuer():
    from issuer import Issuer
    with Issuer(interval=1) as running:
        yield running


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def store(home):
    """A store that does not exist yet, where `env` lets the program look for it."""
    return StoreDir(home / "store")


@pytest.fixture
def sanitizer_log(tmp_path, no_process_stays):
    """Where the sanitizers of this test write; their options when they are in use."""
    prefix = tmp_path / "sanitizer"
    options = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in options:
            # A file of its own for each test says whose report it is; in a pty a report would be lost.
            kept = [option for option in options[name].split(":") if not option.startswith("log_path=")]
            options[name] = ":".join([*kept, f"log_path={prefix}"])
    yield options
    reports = [file.read_text(errors="replace") for file in sorted(tmp_path.glob(prefix.name + ".*"))]
    # LeakSanitizer also notes that it was killed while it looked; only what it found counts.
    found = [report for report in reports if re.search("ERROR:|runtime error:|SUMMARY:", report)]
    assert not found, "\n".join(found)


@pytest.fixture
def env(build, home, store, issuer, sanitizer_log):
    """The whole environment of the program."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "TZ": "UTC", "LANG": "C.UTF-8",
        "CHATELAINE_STORE": str(store), "CHATELAINE_OAUTH": str(build / "chatelaine-oauth"),
        **issuer.environment, **sanitizer_log,
    }


@pytest.fixture
def chatelaine(build, env):
    """The program without a terminal: `chatelaine("list", "--json").json`; see program.Runner."""
    runner = Runner(build / "chatelaine", env)
    yield runner
    for program in runner.running:
        program.kill()


@pytest.fixture
def terminal(request, home, sanitizer_log, tmp_path):
    """Opens terminals on any program: `terminal("sh", "-c", "…", cols=40)`; closed after the test."""
    opened = request.node.terminals = []

    def open_terminal(*argv, env=None, **options):
        options.setdefault("home", home)
        opened.append(Terminal(argv, env={**sanitizer_log, **(env or {})}, **options))
        return opened[-1]

    yield open_terminal
    stuck = [opened_one.pid for opened_one in opened if not opened_one.close()]
    assert not stuck, f"did not end when their terminal was closed: {stuck}"


@pytest.fixture
def tui(terminal, build, env):
    """The program on a terminal: `tui("login", "work", cols=60, rows=20, term="linux", lang="C")`."""
    own = {name: value for name, value in env.items() if name != "LANG"}

    def open_program(*args, env=None, **options):
        return terminal(build / "chatelaine", *args, env={**own, **(env or {})}, **options)

    return open_program


@pytest.fixture
def seed(store, issuer):
    """Puts a profile into the store whose login the issuer knows, and returns its tokens."""
    from issuer.seed import seed_profile

    def put(name="work", account="work", lifetime=None, **options):
        return seed_profile(issuer, store.path, name, account, lifetime=lifetime, **options)

    return put


@pytest.fixture
def codex(home):
    """Where Codex has its login; it was used here."""
    (home / ".codex").mkdir(mode=0o700)
    return home / ".codex" / "auth.json"


@pytest.fixture(scope="session")
def catalogues(tmp_path_factory):
    """Translations, among them the pseudo-locale."""
    folder = tmp_path_factory.mktemp("translations")
    made = translations.Catalogues(folder)
    made.add(translations.PSEUDO, translations.make_pseudo(folder))
    return made


@pytest.fixture
def speaking(catalogues, env, sanitized):
    """The environment of somebody who speaks a language: `chatelaine("list", env=speaking("qps"))`."""
    if sanitized:
        pytest.skip("a sanitizer has to be the first library")
    return lambda language, others=None: catalogues.environment(language, {**env, **(others or {})})


@pytest.fixture
def clock(tmp_path, sanitized):
    if sanitized:
        pytest.skip("a sanitizer has these functions itself")
    return Clock(tmp_path)


@pytest.fixture
def ports(tmp_path, env):
    """Where browsers come back to in this test."""
    ports = Ports(tmp_path)
    env.update(ports.environment)
    if "ASAN_OPTIONS" in env:
        env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"
    yield ports
    ports.close()


@pytest.fixture
def keep(chatelaine):
    """Starts `keep` and waits until it watches."""
    def start(*options, **more):
        running = chatelaine.start("keep", *options, **more)
        running.wait_for(lambda program: "  keeping " in program.stdout)
        return running
    return start


@pytest.fixture
def keep_in_time(keep, clock):
    """The same on a clock that the test moves."""
    def start(*options):
        return keep(*options, env=clock.environment)
    return start


@pytest.fixture
def passes(clock, seed):
    """Lets time pass for a `keep`; a login that is due then shows that everything else was looked at, too."""
    count = 0

    def wait(running, seconds):
        nonlocal count
        count += 1
        name = f"probe{count}"
        seed(name, "newcomer", lifetime=3600)
        clock.advance(seconds)
        running.wait_for(lambda program: f"'{name}' is renewed" in program.stdout, timeout=60)

    return wait


@pytest.fixture
def lent(chatelaine, home, store, seed):
    """A login that is lent: `program, tokens = lent("codex")`."""
    def lend(kind, name="work", account="work", **options):
        tokens = seed(name, account, **options)
        expect.succeeded(chatelaine("lend", name, "--to", kind))
        program = consumers.make(kind, home)
        consumers.only_in(tokens.refresh_token, home, program.path)
        return program, tokens
    return lend


@pytest.fixture
def agreed(store):
    """The terms notice has been agreed to before."""
    store.agree_to_terms()


@pytest.fixture
def sanitized():
    """True for a build with sanitizers: its memory is not the program's own."""
    return "ASAN_OPTIONS" in os.environ


@pytest.fixture(scope="session")
def instrumented(build):
    """True for a build that reports on itself, and leaves itself room for that in its sandbox."""
    made_of = build / "config.h"
    return made_of.exists() and "#define CHATELAINE_INSTRUMENTED 1" in made_of.read_text()


@pytest.fixture(scope="session")
def git():
    program = shutil.which("git")
    if not program:
        pytest.skip("git is not installed")
    return program
