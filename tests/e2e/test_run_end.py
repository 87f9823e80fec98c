"""A command that sees one profile only: how it ends, and that nothing of it stays."""

import json
import os
import re
import signal
import sys

import expect
import logins
import processes
import pytest
from commands import Gate, nothing_stays, run_dirs, wait_gone
from program import Program

HOUR, DAY = 3600, 86400


@pytest.fixture
def gate(tmp_path):
    return Gate(tmp_path / "gate")


@pytest.fixture
def run(chatelaine):
    def run(name, script, *options, **more):
        return chatelaine("run", name, *options, "--", "sh", "-c", script, **more)
    return run


@pytest.fixture
def begin(chatelaine, gate):
    """A command that has begun and waits at the gate."""
    def begin(name, script="", *options, then="", env=None, **more):
        script = f'{script}\necho ready\ncat "$GATE"\n{then}'
        running = chatelaine.start("run", name, *options, "--", "sh", "-c", script,
                                   env={"GATE": gate.path, **(env or {})}, **more)
        running.wait_for(lambda program: "ready\n" in program.stdout)
        return running
    return begin


# How it ends

@pytest.mark.parametrize("status", [0, 1, 2, 7, 126, 127, 130, 255])
def test_status_is_the_commands(run, store, seed, status):
    seed()
    result = run("work", f"exit {status}")
    assert (result.status, result.stderr) == (status, "")
    nothing_stays(store)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGINT],
                         ids=lambda number: number.name)
def test_command_that_a_signal_ends(run, store, seed, number):
    seed()
    assert run("work", f"kill -{int(number)} $$").status == 128 + number
    nothing_stays(store)


def test_command_that_is_not_there(chatelaine, store, seed):
    seed()
    result = chatelaine("run", "work", "--", "no-such-program")
    assert result.status == 127 and re.match("chatelaine: cannot run no-such-program: ", result.stderr)
    nothing_stays(store)


def test_command_that_is_no_program(chatelaine, store, seed, tmp_path):
    seed()
    (tmp_path / "file").write_text("text\n")
    result = chatelaine("run", "work", "--", tmp_path / "file")
    assert result.status == 126 and "cannot run" in result.stderr
    assert chatelaine("run", "work", "--", tmp_path).status == 126
    nothing_stays(store)


@pytest.fixture
def begin_endless(chatelaine):
    """A command that has begun, and ends by a signal only."""
    def begin(script=""):
        script = f"{script}\necho ready\nwhile :; do sleep 0.1; done"
        running = chatelaine.start("run", "work", "--", "sh", "-c", script)
        running.wait_for(lambda program: "ready\n" in program.stdout)
        return running
    return begin


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_signal_is_passed_on(begin_endless, store, seed, number):
    seed()
    running = begin_endless(f"trap 'echo caught; exit 7' {int(number)}")
    running.signal(number)
    result = running.finish(timeout=5)
    assert result.status == 7 and result.stdout == "ready\ncaught\n"
    nothing_stays(store)


def test_every_signal_is_passed_on(begin_endless, store, seed):
    seed()
    running = begin_endless("count=0; trap 'count=$((count + 1)); echo $count; test $count -lt 5 || exit' TERM")
    for count in range(1, 6):
        running.signal(signal.SIGTERM)
        running.wait_for(lambda program: f"\n{count}\n" in program.stdout)
    assert running.finish(timeout=5).status == 0
    nothing_stays(store)


def test_signal_without_a_trap(begin_endless, store, seed):
    seed()
    running = begin_endless()
    running.signal(signal.SIGTERM)
    assert running.finish(timeout=5).status == 128 + signal.SIGTERM
    nothing_stays(store)


def test_signal_right_at_the_start(chatelaine, store, seed):
    seed()
    for _ in range(30):
        running = chatelaine.start("run", "work", "--", "sleep", "60")
        # From here on it starts, sooner or later.
        logins.until(lambda: run_dirs(store))
        running.signal(signal.SIGTERM)
        # Before it catches signals they end it: then the next start clears away.
        assert running.finish(timeout=5).status in (128 + signal.SIGTERM, -signal.SIGTERM)
        expect.listed(chatelaine)
    nothing_stays(store)


def test_killed_at_any_moment_of_its_start(chatelaine, store, seed):
    tokens = seed()
    for _ in range(40):
        running = chatelaine.start("run", "work", "--", "sleep", "60")
        logins.until(lambda: run_dirs(store))
        running.kill()
        # The command, if it was started, is our child now.
        for process in processes.descendants(os.getpid()):
            if process.name in ("sleep", "chatelaine"):
                os.kill(process.pid, signal.SIGKILL)
                wait_gone([process.pid])
        expect.listed(chatelaine)
        nothing_stays(store)
    expect.one_place(store, tokens.refresh_token)


def test_hangup_that_is_ignored_stays_so(build, chatelaine, store, seed, gate):
    """As with nohup: neither we nor the command end."""
    seed()
    script = 'trap "" HUP; exec "$0" run work -- sh -c \'echo ready; cat "$GATE"; kill -HUP $$; echo alive\''
    running = Program(["sh", "-c", script, build / "chatelaine"], env={**chatelaine.env, "GATE": gate.path})
    running.wait_for(lambda program: "ready" in program.stdout)
    running.signal(signal.SIGHUP)
    gate.open()
    result = running.finish(timeout=5)
    assert (result.status, result.stdout) == (0, "ready\nalive\n")
    nothing_stays(store)


def test_children_that_nobody_waits_for(build, chatelaine, store, seed):
    """Whoever ignores SIGCHLD has its children ignore it."""
    seed()
    script = ("import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); "
              "os.execv(sys.argv[1], sys.argv[1:])")
    result = Program([sys.executable, "-c", script, build / "chatelaine", "run", "work", "--", "sh", "-c", "exit 7"],
                     env=chatelaine.env).finish()
    assert result.status == 7
    nothing_stays(store)


def test_interrupt_at_a_terminal_reaches_the_command(tui, store, seed):
    seed()
    t = tui("run", "work", "--", "sh", "-c", "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 1; done")
    t.wait_for("ready")
    t.send("Ctrl-C")
    assert t.wait_exit() == 5
    assert t.text.count("caught") == 1
    nothing_stays(store)


def test_interrupt_at_a_terminal_without_a_trap(tui, store, seed):
    seed()
    t = tui("run", "work", "--", "sh", "-c", "echo ready; sleep 60")
    t.wait_for("ready")
    t.send("Ctrl-C")
    assert t.wait_exit() == 130
    nothing_stays(store)


def test_closed_terminal(tui, store, seed, chatelaine):
    seed()
    t = tui("run", "work", "--", "sh", "-c", "echo ready; sleep 60")
    t.wait_for("ready")
    t.hangup()
    t.wait_exit()
    nothing_stays(store)


# A parent that did not stay

def test_killed_one_is_cleared_away_when_its_command_has_ended(chatelaine, begin, gate, store, seed):
    tokens = seed()
    running = begin("work")
    folder, = run_dirs(store)
    children = running.children()
    running.kill()
    # The command lives, and so does what it uses.
    expect.listed(chatelaine)
    assert run_dirs(store) == [folder]
    assert logins.is_view(folder / "auth.json", tokens.access_token)
    gate.open()
    wait_gone(children)
    expect.listed(chatelaine)
    nothing_stays(store)


def test_view_of_a_killed_one_is_renewed_while_its_command_runs(chatelaine, begin, gate, store, seed):
    seed(lifetime=HOUR)
    running = begin("work")
    folder, = run_dirs(store)
    children = running.children()
    running.kill()
    expect.succeeded(chatelaine("refresh", "work"))
    assert logins.is_view(folder / "auth.json", store.credential("work")["access_token"])
    gate.open()
    wait_gone(children)


def test_login_of_a_killed_one_is_taken_in(chatelaine, begin, gate, issuer, store, seed, tmp_path):
    seed()
    new = issuer.mint("personal")
    logins.put(tmp_path / "new.json", logins.codex(new))
    running = begin("work", f'cp {tmp_path}/new.json "$CODEX_HOME/auth.json"')
    (tmp_path / "new.json").unlink()
    children = running.children()
    running.kill()
    gate.open()
    wait_gone(children)
    assert len(expect.listed(chatelaine)) == 2
    expect.one_place(store, new.refresh_token)
    nothing_stays(store)


def test_another_runs_directory_is_never_taken(build, chatelaine, store, seed):
    """Two containers may share a store, and have processes of the same number."""
    seed()
    script = """
        dir=$CHATELAINE_STORE/.chatelaine/run/$$
        mkdir -p -m 700 "$dir"
        echo theirs > "$dir/auth.json"
        exec 9> "$dir/.lock"
        flock 9
        exec "$0" run work -- sh -c 'cat "$CODEX_HOME/auth.json"'
    """
    result = Program(["bash", "-c", script, build / "chatelaine"], env=chatelaine.env).finish()
    theirs, = run_dirs(store)
    assert (theirs / "auth.json").read_text() == "theirs\n"
    assert result.status == 0 and "access_token" in result.stdout, result.stderr


# While it runs

def test_renewal_rewrites_its_view(chatelaine, begin, gate, store, seed):
    seed(lifetime=HOUR)
    running = begin("work", then='cat "$CODEX_HOME/auth.json"')
    expect.succeeded(chatelaine("refresh", "work"))
    gate.open()
    result = running.finish()
    assert json.loads(result.stdout.removeprefix("ready\n"))["tokens"]["access_token"] == \
        store.credential("work")["access_token"]


def test_two_at_once(chatelaine, seed, store, tmp_path):
    gates = {}
    running = {}
    tokens = {"a": seed("a", "work"), "b": seed("b", "personal")}
    for name in tokens:
        gates[name] = Gate(tmp_path / name)
        running[name] = chatelaine.start("run", name, "--", "sh", "-c",
                                         'echo ready; cat "$GATE"; cat "$CODEX_HOME/auth.json"',
                                         env={"GATE": gates[name].path})
        running[name].wait_for(lambda program: "ready" in program.stdout)
    assert len(run_dirs(store)) == 2
    for name in tokens:
        gates[name].open()
        result = running[name].finish()
        assert result.status == 0 and tokens[name].access_token in result.stdout
    nothing_stays(store)


def test_many_at_once(chatelaine, seed, store):
    seed("a", "work"), seed("b", "personal")
    running = [chatelaine.start("run", name, "--", "sh", "-c", 'cat "$CODEX_HOME/auth.json"') for name in "ab" * 6]
    for number, program in enumerate(running):
        result = program.finish()
        assert result.status == 0, result.stderr
        assert json.loads(result.stdout)["tokens"]["access_token"] == \
            store.credential("ab"[number % 2])["access_token"]
    nothing_stays(store)


@pytest.mark.parametrize("account, names", [("work", ["work"]), ("personal", ["me", "work"])])
def test_login_made_inside_is_taken_in(run, issuer, store, seed, tmp_path, account, names):
    seed(lifetime=9 * DAY)
    new = issuer.mint(account)
    logins.put(tmp_path / "new.json", logins.codex(new))
    result = run("work", f'mv {tmp_path}/new.json "$CODEX_HOME/auth.json"')
    assert result.status == 0
    assert store.names() == names
    assert store.credential(names[0])["refresh_token"] == new.refresh_token
    expect.one_place(store, new.refresh_token)
    nothing_stays(store)
    assert issuer.count() == 0


def test_login_inside_that_cannot_be_taken_in_stays(run, issuer, store, seed):
    """It does not say whose it is: its directory is not cleared away."""
    seed()
    text = json.dumps({"auth_mode": "chatgpt", "tokens": {"access_token": "opaque", "refresh_token": "rt_opaque",
                                                         "id_token": "opaque", "account_id": "x"}})
    run("work", f"printf %s '{text}' > \"$CODEX_HOME/auth.json\"")
    assert store.names() == ["work"]
    assert len(store.holds("rt_opaque")) == 1


def test_signed_out_inside(run, store, seed):
    tokens = seed()
    assert run("work", 'rm "$CODEX_HOME/auth.json"').status == 0
    nothing_stays(store)
    expect.one_place(store, tokens.refresh_token)


def test_what_it_leaves_lying_is_cleared_away(run, store, seed, home):
    seed()
    (home / ".codex" / "sessions").mkdir(parents=True)
    (home / ".codex" / "sessions" / "old").write_text("kept\n")
    run("work", 'mkdir -p "$CODEX_HOME/a/b/c"; echo x > "$CODEX_HOME/a/b/c/d"; ln -s / "$CODEX_HOME/a/root"')
    nothing_stays(store)
    assert (home / ".codex" / "sessions" / "old").read_text() == "kept\n"


def test_audit(run, store, seed):
    seed()
    run("work", "true")
    entry = next(entry for entry in reversed(store.audit()) if entry["event"] == "run")
    assert entry["profile"] == "work" and entry["result"] == "ok"
    assert "eyJ" not in str(entry) and "rt_" not in str(entry)


def test_doctor_finds_nothing_wrong_with_it(chatelaine, begin, gate, seed):
    seed()
    running = begin("work")
    expect.succeeded(chatelaine("doctor"))
    gate.open()
    assert running.finish().status == 0
