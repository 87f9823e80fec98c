"""Tokens are where they must be and nowhere else: not in output, logs, other files, arguments or idle memory."""

import base64
import os
import re
import signal
import sys
from pathlib import Path

import expect
import pytest
import vt
from canaries import Canaries, forms
from commands import Gate
from interface import back_to_the_list, focus, said, the_list, type_name, wait_selected
from test_plain import Plain

HOUR, DAY = 3600, 86400


@pytest.fixture
def issued(issuer):
    """Every token set that the issuer gives out from now on."""
    sets, issue = [], issuer.chains._issue

    def remembered(*args):
        sets.append(issue(*args))
        return sets[-1]

    issuer.chains._issue = remembered
    return sets


# The search itself

@pytest.mark.parametrize("secret", ["rt_" + "aB3_-x" * 14, "eyJhbGciOiJSUzI1NiIsImtpZCI6ImxvY2FsIiwidHlwIjoiSldUIn0" + "Zm9v" * 60])
def test_the_search_finds(secret):
    canaries = Canaries(it=secret)
    core = secret[60:] if secret.startswith("eyJ") else secret
    for number, coded in enumerate([
            secret, core[:len(core) // 2], core[len(core) // 2:], core.encode().hex(), core.encode().hex().upper(),
            *(base64.b64encode(b"{" * shift + core.encode()).decode() for shift in range(3)),
            *(base64.urlsafe_b64encode(b"{" * shift + core.encode()).decode() for shift in range(3)),
            "".join(f"%{ord(c):02x}" for c in core), "".join(f"\\u{ord(c):04x}" for c in core)]):
        assert canaries.found(f"before{coded}after".encode()), number
    assert canaries.found(secret.encode("utf-32-le"))
    assert not canaries.found(b"rt_ eyJhbGciOiJSUzI1NiIsImtpZCI6ImxvY2FsIiwidHlwIjoiSldUIn0")
    assert len(forms(secret)) == 6


# Output and files

# What a command may print of a login: everything else, nothing.
PRINTS = {"token": {"access_token"}, "export": {"access_token", "id_token"}}


def commands_of(chatelaine):
    found = re.findall("^  ([a-z-]+)", chatelaine("help").stdout, re.M)
    assert len(found) > 20
    return found


def test_every_command(chatelaine, issuer, issued, store, home, codex, agreed):
    """All of them, one after the other, on logins of which each token is known."""
    issuer.approve_next("work")
    issuer.approve_next("personal")
    formats = [line.split()[0] for line in chatelaine("help", "export").stdout.partition("formats:")[2].splitlines()
               if line.startswith("  ")]
    assert len(formats) > 5
    commands = [
        "login work", "login personal --json", "list", "list --json", "show work", "show work --json", "usage work",
        "usage --json", "refresh work", "refresh --all", "token work",
        *(f"export work --format {name}" for name in formats), "use work --for codex", "use --json", "doctor",
        "doctor --json", "refresh work", "audit", "audit --json", "lend personal --to codex", "list", "doctor",
        "take-back personal", "rename personal private", "refresh --all --within 48h", "run work -- env", "config",
        "delete private --yes", "undo", "delete private --sign-out --yes", "import no-such-file",
        "refresh no-such-profile", "audit", "metrics", "list --json",
        "completion bash", "help", "version", "add-volume acme/user", "doctor --fix", "trust"]
    # The one that does not end has a test of its own; others are tried at least so.
    listed = {command.split()[0] for command in commands} | {"keep"}
    commands += [f"{name} work" for name in commands_of(chatelaine) if name not in listed]
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    for command in commands:
        result = chatelaine(*command.split(), env={"XDG_RUNTIME_DIR": runtime, "TMPDIR": runtime})
        assert result.status in (0, 1, 2, 3, 6), (command, result)
        canaries = Canaries.of(issued, but=PRINTS.get(command.split()[0], ()))
        assert canaries.found(result.stdout_bytes + result.stderr_bytes) == [], command
    assert len(issued) > 5

    def may_hold(path):
        return path.name == "credential.json" or path == codex
    assert Canaries.of(issued).in_files(home, but=may_hold) == {}
    for code in issuer.devices.by_user_code.values():
        assert Canaries(id=code.device_auth_id, code=code.authorization_code,
                        verifier=code.verifier).in_files(home) == {}
        assert store.holds(code.user_code) == []


@pytest.mark.parametrize("fault", ["cut", "500", "not-json", "other-account", "no-access-token", "64-kib-and-1"])
def test_failures(chatelaine, issuer, issued, store, home, seed, fault):
    """An answer that nobody can use may be kept, with its tokens, in pending; it is nowhere else."""
    seed(lifetime=9 * DAY)
    issuer.fault("token", fault, after=True)
    for command in ("refresh work", "list", "doctor", "audit"):
        result = chatelaine(*command.split())
        assert Canaries.of(issued).found(result.stdout_bytes + result.stderr_bytes) == []
    assert len(issued) > 1

    def may_hold(path):
        return path.name == "credential.json" or path.parent == store.path / ".chatelaine" / "pending"
    assert Canaries.of(issued).in_files(home, but=may_hold) == {}


# Processes

def told_of(pid):
    """What everybody, or the same user, may read of a process."""
    told = Path(f"/proc/{pid}/cmdline").read_bytes()
    try:
        return told + Path(f"/proc/{pid}/environ").read_bytes()
    except PermissionError:
        return told  # Then nobody may.


@pytest.mark.parametrize("endpoint, command", [
    ("token", "refresh work"), ("token", "token work"), ("usage", "usage work"), ("revoke", "delete work --sign-out --yes")])
def test_arguments_and_environments_while_running(chatelaine, issuer, issued, seed, endpoint, command):
    seed(lifetime=-HOUR if command == "token work" else 9 * DAY)
    issuer.delay[endpoint] = 30
    run = chatelaine.start(*command.split())
    issuer.wait_for(lambda: issuer.count(endpoint) == 1)
    pids = [run.pid, *run.children()]
    assert len(pids) == 2
    assert [Canaries.of(issued).found(told_of(pid)) for pid in pids] == [[], []]
    issuer.close()
    run.finish()


def test_arguments_and_environment_of_a_command_that_is_run(chatelaine, issued, seed, tmp_path):
    seed(lifetime=9 * DAY)
    gate = Gate(tmp_path / "gate")
    run = chatelaine.start("run", "work", "--", "sh", "-c", f"echo ready; cat {gate.path}; :")
    run.wait_for(lambda run: "ready" in run.stdout)
    pids = [run.pid, *run.children()]
    assert len(pids) >= 2
    assert [Canaries.of(issued).found(told_of(pid)) for pid in pids] == [[]] * len(pids)
    gate.open()
    expect.succeeded(run.finish())


# Memory

@pytest.fixture
def memory(sanitized, issued):
    """What of the tokens is in the memory of a process that waits."""
    if sanitized:
        pytest.skip("a sanitizer keeps what was freed")
    if os.geteuid() != 0:
        pytest.skip("only root may look into the memory of a program that forbids it")

    def look(pid, canaries=None):
        return (canaries or Canaries.of(issued)).in_process(pid)
    return look


def test_memory_can_be_looked_into(memory, terminal):
    """The tests below are worth something: what a process holds is found."""
    secret = "rt_" + "0123456789abcdefghij" * 4
    t = terminal(sys.executable, "-I", "-c", f"x = '{secret[:40]}' + '{secret[40:]}'; print('ready'); input()")
    t.wait_for("ready")
    assert memory(t.pid, Canaries(it=secret))


def test_interface_forgets(tui, issuer, issued, seed, memory, agreed, codex):
    """After each thing that a token is needed for, none is left in the memory of the interface."""
    seed("a", "work", lifetime=9 * DAY)
    seed("b", "personal", lifetime=9 * DAY)
    left = {}

    def look(after):
        back_to_the_list(t)
        if found := memory(t.pid):
            left[after] = found

    t = tui(cols=120)
    wait_selected(t, "a")
    look("the list")
    t.send("Enter")
    t.wait_for("user id")
    look("the details")
    t.send("r")
    said(t, "'a' is renewed")
    look("a renewal")
    t.send("U")
    issuer.wait_for(lambda: issuer.count("usage") == 1)
    said(t, "just now")
    look("the usage")
    t.send("e")
    t.wait_for("Format")
    t.send("Enter")
    said(t, "wrote .*llm.json")
    look("an export to a file")
    t.send("e")
    t.wait_for("Format")
    focus(t, "Tab", "To ")
    t.send("Right")
    t.wait_for("clipboard")
    t.send("Enter")
    said(t, "Sent to your terminal's clipboard")
    assert len(vt.clipboard(t.raw)) == 1
    look("an export to the clipboard")
    t.send("u")
    t.wait_for("Switch")
    t.send("Enter")
    said(t, "switched for 'a'")
    look("a switch")
    t.send("L")
    said(t, "whole login")
    focus(t, "Down", r"\S+ OpenHands")
    t.send("Enter")
    said(t, "'a' is lent to OpenHands")
    look("lending")
    t.send("L")
    t.wait_for("Take back ")
    t.send("Enter")
    said(t, "'a' is back")
    look("taking back")
    issuer.approve_next("newcomer")
    type_name(t, "c")
    said(t, "Signed in: 'c'")
    look("a sign-in")
    t.send("!")
    t.wait_for("Look again")
    look("the doctor")
    t.send("d")
    t.wait_for("Forget here")
    t.send("Enter")
    t.wait_for(the_list)
    look("forgetting")
    assert left == {}
    assert len(issued) == 4


def test_lines_forget(tui, issuer, issued, home, seed, memory, agreed, codex):
    """The same in lines, where each is done by the command."""
    seed("a", "work", lifetime=9 * DAY)
    seed("b", "personal", lifetime=9 * DAY)
    plain, left = Plain(tui), {}
    issuer.approve_next("newcomer")
    for line, words in {
            "list": "2. b", "open 1": "user id", "refresh 1": "'a' is renewed", "usage 1": "5 h",
            f"export 1 --format codex --output {home / 'file'}": "wrote", "use 1 --for codex": "codex shows 'a'",
            "lend 2 --to openhands": "'b' is lent", "take-back 2": "'b' is back", "add c": "Signed in: 'c'",
            "doctor": "refresh token", "audit": "chain of the audit log is whole",
            "delete 1 --yes": "'a' is forgotten", "undo": "'a' is back"}.items():
        assert re.search(words, plain.say(line)), f"{line}: {plain.said}"
        if found := memory(plain.t.pid):
            left[line] = found
    assert left == {} and len(issued) == 4
    assert Canaries.of(issued).found(plain.t.raw) == []


def test_keep_forgets(keep, issued, seed, memory):
    seed(lifetime=HOUR)
    running = keep()
    running.wait_for(lambda program: "'work' is renewed" in program.stdout)
    assert memory(running.pid) == {} and len(issued) == 2
    assert Canaries.of(issued).found((running.stdout + running.stderr).encode()) == []
    running.signal(signal.SIGTERM)
    running.finish()


def test_run_forgets(chatelaine, issued, seed, memory, tmp_path):
    """All but the view of it, which has to be compared with what the program makes of it."""
    seed(lifetime=9 * DAY)
    gate = Gate(tmp_path / "gate")
    run = chatelaine.start("run", "work", "--", "sh", "-c", f"echo ready; cat {gate.path}")
    run.wait_for(lambda run: "ready" in run.stdout)
    assert memory(run.pid, Canaries.of(issued, but=("access_token", "id_token"))) == {}
    gate.open()
    expect.succeeded(run.finish())


def test_sign_in_that_waits_holds_no_token(chatelaine, seed, memory, agreed):
    """Both programs, while a person is away to approve; the store has the logins of others."""
    seed("other", lifetime=9 * DAY)
    run = chatelaine.start("login", "work", "--json")
    run.wait_for_event("code")
    for pid in [run.pid, *run.children()]:
        assert memory(pid) == {}
    run.signal(signal.SIGINT)
    run.finish()
