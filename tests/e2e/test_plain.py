"""The interface in lines: what somebody hears who types a line and has the answer read out."""

import codecs
import fcntl
import re
import signal
import termios

import consumers
import expect
import logins
import pytest

HOUR = 3600
PROMPT = "chatelaine> "


class Plain:
    """A conversation: `said` is what came since the last line was typed."""

    def __init__(self, tui, *args, **options):
        self.t = tui("--plain", *args, term="dumb", cols=400, **options)
        self._from = 0
        self.hears(PROMPT)

    @property
    def said(self):
        # Of the last character perhaps only a part has come.
        decoder = codecs.getincrementaldecoder(self.t.codec)()
        return decoder.decode(self.t.raw[self._from:]).replace("\r\n", "\n")

    def hears(self, *texts, timeout=10):
        """Waits until it has said these, and returns all that it has said since the last line."""
        def all_of_it(_):
            return all(text in self.said for text in texts)
        all_of_it.__name__ = repr(texts)
        self.t.wait_for(all_of_it, timeout)
        return self.said

    def type(self, text, *texts):
        self._from = len(self.t.raw)
        self.t.type(text)
        return self.hears(*texts)

    def say(self, line, *texts):
        """Types a line, and waits for the next prompt; returns what was said."""
        return self.type(line + "\r", *texts, "\n" + PROMPT)

    def asked(self, line, question):
        """Types a line that is answered with a question."""
        return self.type(line + "\r", question)


@pytest.fixture
def plain(tui, agreed):
    return lambda *args, **options: Plain(tui, *args, **options)


def test_lines_only(plain, seed):
    seed("work")
    seed("old", "old", lifetime=-HOUR)
    p = plain()
    assert "1. old, who@example.org, Plus, expired, ended " in p.said
    assert re.search(r"^2\. work, dev@example.com, Pro, ok, access ends in \d+d \d+h$", p.said, re.M)
    assert "account       dev@example.com" in p.say("2")
    # Of one without seconds, which tick.
    assert p.say("1") == p.say("open 1").replace("open 1", "1") == p.say("old o").replace("old o", "1")
    p.say("?", "u or use: ", "L or lend: ", "q or quit: ")
    p.say("? refresh", "usage: chatelaine refresh", "--all")
    p.say("dance", "'dance' is neither a profile nor something to do")
    p.say("7", "there is no number 7")
    p.say("use 1 --store /x", "--store is for the start")
    p.say("!", "nothing renews these logins")
    p.say("undo", "nothing")
    assert not re.search(rb"[^\x20-\x7e\r\n]", p.t.raw), "something moves, or is drawn"
    p.t.type("q\r")
    assert p.t.wait_exit() == 0 and p.t.termios() == p.t.termios_at_start


def test_end_of_input_leaves_and_signals_end(plain):
    p = plain()
    p.say("", PROMPT)
    p.t.type("\x04")
    assert p.t.wait_exit() == 0
    p = plain()
    p.t.signal(signal.SIGTERM)
    assert p.t.wait_exit() == expect.INTERRUPTED


def test_a_terminal_that_cannot_move_its_cursor_is_told(tui, chatelaine):
    t = tui(term="dumb", cols=300)
    assert t.wait_exit() == 0 and "chatelaine --plain" in t.text
    assert "no terminal to ask at" in expect.failed(chatelaine("--plain"), expect.USAGE)
    expect.failed(chatelaine("list", "--plain"), expect.USAGE)


def test_signing_in_has_no_picture_and_no_countdown(tui, issuer, store):
    p = Plain(tui)
    p.asked("add", "Under which new name?")
    p.asked("new", "Agree? [y/N]")
    p.asked("y", "Waiting for approval")
    code = issuer.user_codes[-1]
    assert p.said.count(code) == 1 and p.said.count("The code ends at") == 1
    assert issuer.url in p.said and "\u2588" not in p.said and "##" not in p.said
    p.type("\r", "The code ends in 00:1")
    issuer.approve(code)
    p.hears("Signed in: 'new' is dev@example.com", "\n" + PROMPT)
    assert store.names() == ["new"]


def test_interrupt_cancels_what_is_being_done(plain, issuer, store, seed):
    seed("work")
    p = plain()
    p.asked("a other", "Waiting for approval")
    p.type("\x03", "interrupted\n" + PROMPT)
    assert store.names() == ["work"] and store.pending() == [] and p.t.children() == []
    p.asked("d work", "f forgets it here")
    p.type("\x03", "nothing was done\n" + PROMPT)
    p.asked("d work", "f forgets it here")
    p.asked("f", "[y/N]")
    p.type("\x03", "nothing was done\n" + PROMPT)
    p.type("half a li\x03", "\n" + PROMPT)
    # Somebody else is at work on it, for longer than anybody would wait.
    (store.path / ".chatelaine" / "locks").mkdir(mode=0o700, exist_ok=True)
    with open(store.path / ".chatelaine" / "locks" / "work.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in ("rename work other", "take-back work", "delete work --yes", "refresh work"):
            p.t.type(command + "\r")
            p.t.wait_for(has_read_the_line)
            interrupted(p)
    assert store.names() == ["work"]
    p.say("list", "1. work")


def has_read_the_line(t):
    """Ctrl-C takes away what the program has not read yet."""
    with open(f"/proc/{t.pid}/fd/0", "rb", buffering=0) as terminal:
        return not any(fcntl.ioctl(terminal, termios.FIONREAD, bytes(4)))


def interrupted(p):
    """Presses Ctrl-C until it is heard, as a person does."""
    for _ in range(20):
        p._from = len(p.t.raw)
        p.t.type("\x03")
        try:
            return p.hears("interrupted\n" + PROMPT, timeout=0.3)
        except AssertionError:
            pass  # It came between two naps.
    raise AssertionError(f"it waits on: {p.said!r}")


def test_what_becomes_of_a_profile(plain, chatelaine, issuer, store, seed):
    tokens = {name: seed(name, account) for name, account in
              (("a", "work"), ("b", "personal"), ("c", "client"))}
    p = plain()
    p.say("r 1 3", "'a' is renewed", "'c' is renewed")
    assert issuer.count("token") == 2
    p.asked("1 delete", "f forgets it here")
    p.asked("f", "Forget a (dev@example.com) here?")
    p.say("y", "'a' is forgotten")
    # Numbers are those that were said, until the list is said again.
    assert "me@example.net" in p.say("2")
    p.say("1", "'a'")
    assert "1. b" in p.say("list")
    p.say("z", "'a' is back")
    p.asked("n b", "Which name shall it have?")
    p.say("b2", "'b' is 'b2' now")
    p.asked("d c", "s signs it out everywhere")
    p.asked("s", "Type the profile's name:")
    p.say("c", "'c' is signed out")
    assert not issuer.alive(tokens["c"].refresh_token) and store.names() == ["a", "b2"]
    p.asked("i", "Which profile?")
    p.asked("b2", "Waiting for approval")
    issuer.approve(issuer.user_codes[-1], "personal")
    p.hears("Signed in: 'b2'", "\n" + PROMPT)
    said = p.say("U a")
    assert "%" in said and "\u25b0" not in said


def test_a_number_that_is_a_name_too_is_not_guessed(plain, seed, store):
    for name, account in (("2", "personal"), ("a", "work"), ("b", "client")):
        seed(name, account)
    p = plain()
    p.say("d 2 --yes", "'2' is the number of 'a' and the name of another profile; '#2' is the number")
    assert store.names() == ["2", "a", "b"]
    p.say("#2", "profile       a")
    p.say("s account", "sorted by account\nProfiles: 3.\n1. a, ")
    p.say("/me@", "Profiles with 'me@': 1 of 3.\n1. 2, me@example.net")
    p.say("2", "profile       2")
    p.say("/", "Profiles: 3.\n1. a, ")


def test_programs(plain, home, seed, issuer):
    tokens = seed("work")
    p = plain()
    p.asked("use 1", "For which programs? openhands codex")
    p.say("codex", "codex shows 'work'")
    path = consumers.make("codex", home).path
    assert logins.is_view(path, tokens.access_token)
    p.say("list", "used by codex")
    p.asked("use --none", "For which programs?")
    p.say("", "codex shows no profile")
    p.asked("L work", "To which program? openhands codex")
    p.say("codex", "'work' is lent to Codex CLI")
    p.asked("L 1", "'work' is lent to codex. Take it back? [y/N]")
    p.say("y", "'work' is back")
    p.asked("e 1", "In which format?")
    p.asked("env", "For which model?")
    p.asked("", "Into which file?")
    p.say(str(home / "out"), "wrote ")
    assert tokens.access_token in (home / "out").read_text()
    p.say("t", "no program here has a login that the store has not")
    theirs = consumers.make("openhands", home)
    theirs.sign_in(issuer.mint("personal"))
    p.asked("t", "1. OpenHands: me@example.net")
    p.say("1", "'me' is me@example.net, taken in from ")
    p.say("import pi", "chatelaine: ")


def test_tenants(plain, seed):
    seed("acme/x", lifetime=9 * 24 * HOUR)
    seed("acme/y", "old", lifetime=-HOUR, reason="reused")
    p = plain()
    said = p.said.splitlines()
    assert said[1] == "acme: 2 profiles, 1 needs login, 1 ok"
    assert [line[:9] for line in said[2:4]] == ["1. acme/x", "2. acme/y"]
    seed("work")
    assert p.say("tenants").splitlines()[1:2] == [said[1]]
    assert "3. work" in p.say("list")
