"""However the interface ends, the terminal is as it was, and nobody stays behind."""

import re
import signal

import processes
import pytest
import vt
from interface import CODE, SCREENS, open_screen, said, sign_in_until_code, the_list, type_name, wait_selected

HOUR = 3600
TERMS = ["xterm-256color", "tmux-256color", "linux"]


def press(*keys):
    return lambda t: t.send(*keys)


def esc_and_quit(t):
    t.send("Esc")
    t.wait_for(the_list)
    t.send("q")


def get(number):
    return lambda t: t.signal(number)


CLOSED = "closed terminal"
ENDINGS = {
    # name: (what happens, exit statuses)
    "Ctrl-C": (press("Ctrl-C"), {130}),
    "SIGINT": (get(signal.SIGINT), {130}),
    "SIGTERM": (get(signal.SIGTERM), {130, 143, -15}),
    "SIGHUP": (get(signal.SIGHUP), {130, 129, -1}),
    CLOSED: (lambda t: t.hangup(), {130, 129, -1}),
}


def is_given_back(t):
    assert t.termios() == t.termios_at_start
    assert not t.full_screen and t.cursor is not None and not t.model.mouse
    vt.assert_only_terminfo(t.raw, t.term, codec=t.codec)


def ended_well(t, statuses, ending=""):
    assert t.wait_exit(timeout=5) in statuses
    assert processes.sweep() == []
    if ending != CLOSED:
        is_given_back(t)


# From the list

@pytest.mark.parametrize("term", TERMS)
def test_quit(tui, seed, term):
    seed()
    t = tui(term=term)
    t.wait_for(the_list)
    t.send("q")
    ended_well(t, {0})


@pytest.mark.parametrize("term", TERMS)
def test_settings_of_the_line_are_kept_whatever_they_are(terminal, build, env, term):
    """A line without echo and with an own erase key stays so."""
    own = {name: value for name, value in env.items() if name != "LANG"}
    t = terminal("sh", "-c", 'stty -echo erase ^H -ixon; stty -g; "$0"; echo "ended $?"; stty -g', build / "chatelaine",
                 env=own, term=term)
    t.wait_for(the_list)
    t.send("q")
    t.wait_for("ended 0")
    t.wait_exit()
    settings = re.findall(rb"^[0-9a-f:]{40,}", t.raw.replace(b"\r", b""), re.M)
    assert len(settings) == 2 and settings[0] == settings[1]


@pytest.mark.parametrize("ending", ENDINGS)
def test_end_at_the_list(tui, seed, ending):
    seed()
    act, statuses = ENDINGS[ending]
    t = tui()
    t.wait_for(the_list)
    act(t)
    ended_well(t, statuses, ending)


def test_interrupted_says_so_on_the_old_screen(tui):
    t = tui()
    t.wait_for(the_list)
    t.send("Ctrl-C")
    t.wait_exit()
    assert "chatelaine: interrupted" in t.text


# From every other screen

@pytest.mark.parametrize("screen", SCREENS)
def test_interrupt_in_every_screen(tui, store, seed, agreed, screen):
    seed()
    before = store.profiles_snapshot()
    t = tui()
    open_screen(t, screen)
    t.send("Ctrl-C")
    ended_well(t, {130})
    assert store.profiles_snapshot() == before and store.pending() == []


@pytest.mark.parametrize("screen", ["details", "help", "name", "export", "delete"])
def test_esc_and_quit(tui, seed, screen):
    seed()
    t = tui()
    open_screen(t, screen)
    esc_and_quit(t)
    ended_well(t, {0})


# With a sign-in pending

@pytest.mark.parametrize("ending", ["Esc, q", *ENDINGS])
def test_end_with_a_code_on_the_screen(tui, issuer, store, agreed, ending):
    act, statuses = ENDINGS.get(ending, (esc_and_quit, {0}))
    t = tui()
    sign_in_until_code(t, issuer)
    act(t)
    ended_well(t, statuses, ending)
    assert store.names() == [] and store.pending() == []
    assert issuer.count("token") == 0


@pytest.mark.parametrize("endpoint, shown, ending", [
    *(("usercode", "Asking the issuer", ending) for ending in ENDINGS),
    # A line that drops then is another matter: see test_waiting.py.
    *(("token", "Fetching the login", ending) for ending in ("Ctrl-C", "SIGINT")),
])
def test_end_with_a_silent_issuer(tui, issuer, store, agreed, endpoint, shown, ending):
    act, statuses = ENDINGS[ending]
    issuer.delay[endpoint] = 60
    issuer.approve_next()
    t = tui()
    type_name(t)
    said(t, shown)
    issuer.wait_for(lambda: issuer.count(endpoint) == 1)
    act(t)
    ended_well(t, statuses, ending)
    assert store.names() == [] and store.pending() == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_end_in_plain_text(tui, issuer, store, agreed, ending):
    act, statuses = ENDINGS[ending]
    t = tui()
    sign_in_until_code(t, issuer)
    t.send("p")
    t.wait_for("Press Enter")
    act(t)
    ended_well(t, statuses, ending)
    assert store.names() == [] and store.pending() == []


def test_killed_program_leaves_no_helper_that_polls_on(tui, issuer, store, chatelaine, agreed):
    t = tui()
    sign_in_until_code(t, issuer)
    t.signal(signal.SIGKILL)
    t.wait_exit()
    assert processes.sweep(timeout=3) == []
    assert chatelaine("list", "--json").json["profiles"] == []
    assert store.pending() == []


# Terminals that go away in other ways

def test_terminal_that_is_not_its_own_goes_away(terminal, build, env, seed):
    """Without a controlling terminal no signal comes: the end of input must do."""
    seed()
    own = {name: value for name, value in env.items() if name != "LANG"}
    t = terminal("setsid", "--wait", build / "chatelaine", env=own)
    t.wait_for(the_list)
    t.hangup()
    t.wait_exit(timeout=5)
    assert processes.sweep() == []


def test_ignored_hangup_is_no_reason_to_stay(terminal, build, env, issuer, store, agreed):
    own = {name: value for name, value in env.items() if name != "LANG"}
    t = terminal("sh", "-c", 'trap "" HUP; "$0"; exit 0', build / "chatelaine", env=own)
    sign_in_until_code(t, issuer)
    t.hangup()
    t.wait_exit(timeout=5)
    assert processes.sweep() == []
    assert store.names() == [] and store.pending() == []


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_lost(tui, seed, number, term, build):
    """What ends a program of its own mistake takes the terminal with it else."""
    if "#define CHATELAINE_SANITIZED" in (build / "config.h").read_text():
        pytest.skip("the sanitizers have handlers of their own")
    seed()
    t = tui(term=term)
    t.wait_for(the_list)
    t.signal(number)
    ended_well(t, {-number})


# Stopping and going on

@pytest.fixture
def job(terminal, build, env):
    """The program as a job of a shell, as only such a one can be stopped."""
    def start(term="xterm-256color"):
        own = {name: value for name, value in env.items() if name != "LANG"}
        script = 'set -m; "$0"; echo "stopped $?"; read line; fg > /dev/null; echo "ended $?"'
        return terminal("bash", "-c", script, build / "chatelaine", env=own, term=term)
    return start


@pytest.mark.parametrize("term", TERMS)
def test_stopped_and_continued(job, seed, term):
    seed("a")
    seed("b")
    t = job(term)
    wait_selected(t, "a")
    in_program = t.termios()
    t.send("Ctrl-Z")
    t.wait_for("stopped 148")
    assert t.termios() == t.termios_at_start and not t.full_screen and t.cursor is not None
    t.send("Enter")
    wait_selected(t, "a")
    assert t.termios() == in_program and t.full_screen == (term != "linux")
    t.send("Down")
    wait_selected(t, "b")
    t.send("q")
    t.wait_for("ended 0")
    t.wait_exit()
    is_given_back(t)


def test_window_that_changed_while_stopped(job, seed):
    seed()
    t = job()
    t.wait_for(the_list)
    t.send("Ctrl-Z")
    t.wait_for("stopped")
    t.resize(50, 12)
    t.send("Enter")
    t.wait_for(lambda t: the_list(t) and "q Quit" in t.screen()[-1])
    t.send("q")
    t.wait_for("ended 0")


def test_sign_in_goes_on_after_a_stop(job, issuer, agreed):
    t = job()
    code = sign_in_until_code(t, issuer)
    t.send("Ctrl-Z")
    t.wait_for("stopped 148")
    issuer.approve(code)
    issuer.wait_for(lambda: issuer.count("token") == 1)
    t.send("Enter")
    said(t, "Signed in: 'work'")
    t.send("q")
    t.wait_for("ended 0")


def test_stop_in_plain_text(job, issuer, agreed):
    t = job()
    code = sign_in_until_code(t, issuer)
    t.send("p")
    t.wait_for("Press Enter")
    t.send("Ctrl-Z")
    t.wait_for("stopped 148")
    assert t.termios() == t.termios_at_start
    t.send("Enter")
    t.wait_for(lambda t: t.text.count("stopped") == 1)
    t.send("Enter")
    t.wait_for(CODE)
    issuer.approve(code)
    said(t, "Signed in: 'work'")


def test_stop_that_nobody_could_continue_is_survived(tui, seed):
    """A program that leads its session cannot be stopped; it must not leave the screen for good either."""
    seed("a")
    seed("b")
    t = tui()
    wait_selected(t, "a")
    t.signal(signal.SIGTSTP)
    t.signal(signal.SIGCONT)
    t.send("Down")
    wait_selected(t, "b")
    assert t.full_screen
    t.send("q")
    ended_well(t, {0})


def test_continued_without_a_stop_is_drawn_anew(tui, seed):
    seed()
    t = tui()
    t.wait_for(the_list)
    before = len(t.raw)
    t.signal(signal.SIGCONT)
    t.wait_for(lambda t: b"PROFILE" in t.raw[before:])
