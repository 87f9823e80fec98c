"""A command that sees one profile only: what it finds, how it ends, and that nothing of it stays."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import expect
import logins
import processes
import pytest
from program import Program

MINUTE, HOUR, DAY = 60, 3600, 86400


class Gate:
    """What a command waits at: `cat "$GATE"` ends when it is opened."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)

    def open(self):
        with self.path.open("w"):
            pass


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


@pytest.fixture
def program(tmp_path):
    """A program of this name that prints its environment; its path."""
    def make(name):
        file = tmp_path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("#!/bin/sh\nenv\n")
        file.chmod(0o755)
        return file
    return make


def wait_gone(pids):
    for pid in pids:
        try:
            assert processes.wait_gone(pid, 5)
        except ProcessLookupError:
            pass  # It has gone already.


def run_dirs(store):
    folder = store.path / ".chatelaine" / "run"
    return sorted(folder.iterdir()) if folder.is_dir() else []


def nothing_stays(store):
    assert run_dirs(store) == []
    state = store.path / ".chatelaine" / "state.json"
    assert not [target for target in json.loads(state.read_bytes())["targets"] if target.get("run")]


def environment(result):
    return dict(line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)


# What it finds

def test_command_finds_a_view(run, store, seed):
    tokens = seed()
    result = run("work", 'cat "$CODEX_HOME/auth.json"')
    expect.succeeded(result)
    view = json.loads(result.stdout)
    assert view["tokens"]["access_token"] == tokens.access_token
    assert view["tokens"]["refresh_token"] == "" and view["auth_mode"] == "chatgptAuthTokens"
    assert tokens.refresh_token not in result.stdout
    nothing_stays(store)


def test_it_is_private(run, seed):
    seed()
    result = run("work", 'stat -c %a "$CODEX_HOME" "$CODEX_HOME/auth.json"', umask=0)
    assert result.stdout.split() == ["700", "600"]


def test_own_login_of_the_user_is_not_seen_nor_touched(run, store, issuer, seed, home):
    seed()
    own = issuer.mint("personal")
    file = logins.put(home / ".codex" / "auth.json", logins.codex(own))
    before = file.read_bytes()
    result = run("work", 'cat "$CODEX_HOME/auth.json"')
    assert own.access_token not in result.stdout
    assert file.read_bytes() == before
    nothing_stays(store)


def test_settings_are_the_users_own(run, home, seed, store):
    seed()
    codex = home / ".codex"
    (codex / "sessions").mkdir(parents=True, mode=0o700)
    (codex / "config.toml").write_text("model = 'x'\n")
    for name in ("auth.json", "auth.json.bak", "auth.lock", ".auth.json.abcdef"):
        (codex / name).write_text("own\n")
    result = run("work", 'cd "$CODEX_HOME"; cat config.toml; echo y > sessions/one; ls -A; grep -l own ./*')
    names = result.stdout.splitlines()
    assert names[0] == "model = 'x'"
    assert {"config.toml", "sessions", "auth.json"} <= set(names)
    assert not {"auth.json.bak", ".auth.json.abcdef"} & set(names)
    assert "./auth.json" not in names
    # What it left in its home stays there, and so does what was there before.
    assert (codex / "sessions" / "one").read_text() == "y\n"
    assert (codex / "auth.json").read_text() == (codex / "auth.lock").read_text() == "own\n"
    nothing_stays(store)


def test_settings_from_where_the_user_has_them(run, tmp_path, seed):
    seed()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "config.toml").write_text("mine\n")
    result = run("work", 'cat "$CODEX_HOME/config.toml"; echo "$CODEX_HOME"', env={"CODEX_HOME": tmp_path / "own"})
    text, where = result.stdout.splitlines()
    assert text == "mine" and where != str(tmp_path / "own")


def test_other_tokens_are_out_of_its_sight(run, seed):
    seed()
    others = {name: "sk-other" for name in (
        "OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN", "OPENCODE_AUTH_CONTENT", "CHATGPT_AUTH_FILE",
        "LLM_API_KEY")}
    result = run("work", "env", env={**others, "OPENAI_API_KEY_ID": "kept", "LLM_MODEL": "kept"})
    assert "sk-other" not in result.stdout
    found = environment(result)
    assert found["OPENAI_API_KEY_ID"] == found["LLM_MODEL"] == "kept"
    assert not set(others) & set(found)


def test_everything_else_is_handed_through(chatelaine, seed, tmp_path):
    seed()
    result = chatelaine("run", "work", "--", "sh", "-c", 'cat; pwd; echo "$1" "$ODD" >&2', "sh", "a  b",
                        input="in\n", cwd=tmp_path, env={"ODD": "x\ty"})
    assert (result.status, result.stdout, result.stderr) == (0, f"in\n{tmp_path}\n", "a  b x\ty\n")


def test_nobody_can_read_a_token_in_arguments(begin, gate, seed):
    tokens = seed()
    running = begin("work")
    for process in [running.pid, *running.children()]:
        text = Path(f"/proc/{process}/cmdline").read_bytes() + Path(f"/proc/{process}/environ").read_bytes()
        assert tokens.access_token.encode() not in text and b"eyJ" not in text and b"rt_" not in text
    gate.open()
    assert running.finish().status == 0


# For which program

@pytest.mark.parametrize("kind, variable", [("codex", "CODEX_HOME"), ("litellm", "CHATGPT_TOKEN_DIR"),
                                            ("pi", "PI_CODING_AGENT_DIR")])
def test_program_with_a_variable(run, store, seed, kind, variable):
    tokens = seed()
    result = run("work", f'cat "${variable}/auth.json"; env >&2', "--for", kind)
    assert result.status == 0
    text = result.stdout
    assert tokens.access_token in text and tokens.refresh_token not in text
    assert [name for name in ("CODEX_HOME", "CHATGPT_TOKEN_DIR", "PI_CODING_AGENT_DIR")
            if f"\n{name}=" in "\n" + result.stderr] == [variable]
    nothing_stays(store)


def test_opencode_gets_the_contents(run, store, seed):
    tokens = seed()
    result = run("work", 'printf %s "$OPENCODE_AUTH_CONTENT"', "--for", "opencode",
                 env={"OPENCODE_AUTH_CONTENT": '{"openai":{"type":"api","key":"sk-other"}}'})
    value = json.loads(result.stdout)
    assert value["openai"]["access"] == tokens.access_token and value["openai"]["refresh"] == ""
    assert set(value) == {"openai"}
    nothing_stays(store)


@pytest.mark.parametrize("name, variable", [
    ("codex", "CODEX_HOME"), ("litellm", "CHATGPT_TOKEN_DIR"), ("pi", "PI_CODING_AGENT_DIR"),
    ("opencode", "OPENCODE_AUTH_CONTENT"), ("something", "CODEX_HOME")])
def test_program_is_guessed(chatelaine, program, seed, name, variable):
    seed()
    for command, env in ((program(name), {}), (name, {"PATH": f"{program(name).parent}:/usr/bin:/bin"})):
        result = chatelaine("run", "work", "--", command, env=env)
        assert result.status == 0, result.stderr
        given = {"CODEX_HOME", "CHATGPT_TOKEN_DIR", "PI_CODING_AGENT_DIR", "OPENCODE_AUTH_CONTENT"}
        assert given & set(environment(result)) == {variable}


@pytest.mark.parametrize("options, name", [(["--for", "openhands"], "sh"), ([], "openhands"), ([], "agent-server")])
def test_openhands_has_no_variable(chatelaine, program, store, seed, options, name):
    seed()
    message = expect.failed(chatelaine("run", "work", *options, "--", program(name)), expect.USAGE)
    assert "chatelaine use work --for openhands" in message
    assert run_dirs(store) == []


@pytest.mark.parametrize("arguments", [
    ["work"], ["work", "--"], ["--", "true"], ["work", "--for", "nobody", "--", "true"],
    ["work", "--for", "codex", "--for", "pi", "--", "true"]])
def test_used_wrongly(chatelaine, store, seed, arguments):
    seed()
    expect.failed(chatelaine("run", *arguments), expect.USAGE)
    assert run_dirs(store) == []


# Which login

def test_unknown_profile(chatelaine, seed, tmp_path):
    seed()
    expect.failed(chatelaine("run", "wurk", "--", "touch", tmp_path / "ran"), expect.NOT_FOUND)
    assert not (tmp_path / "ran").exists()


def test_dead_profile(chatelaine, store, seed, tmp_path):
    seed(lifetime=-HOUR, reason="revoked")
    expect.failed(chatelaine("run", "work", "--", "touch", tmp_path / "ran"), expect.NEEDS_LOGIN)
    assert not (tmp_path / "ran").exists() and run_dirs(store) == []


def test_what_ends_soon_is_renewed_first(run, issuer, store, seed):
    seed(lifetime=9 * MINUTE)
    result = run("work", 'cat "$CODEX_HOME/auth.json"')
    assert store.credential("work")["access_token"] in result.stdout
    assert issuer.count("token") == 1 and store.credential("work")["generation"] == 2


def test_what_lasts_is_not_renewed(run, issuer, seed):
    seed(lifetime=11 * MINUTE)
    run("work", "true")
    assert issuer.count() == 0


def test_what_is_left_will_do_when_the_issuer_is_away(run, issuer, seed):
    seed(lifetime=9 * MINUTE)
    issuer.fault("token", "503")
    result = run("work", "echo ran")
    assert result.status == 0 and result.stdout == "ran\n" and "503" in result.stderr


def test_nothing_is_left_and_the_issuer_is_away(run, issuer, seed):
    seed(lifetime=-MINUTE)
    issuer.fault("token", "503")
    result = run("work", "echo ran")
    expect.failed(result, expect.UNAVAILABLE)
    assert result.stdout == ""


def test_lent_profile_can_be_run(chatelaine, run, seed, home):
    tokens = seed()
    (home / ".codex").mkdir(mode=0o700)
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    result = run("work", 'cat "$CODEX_HOME/auth.json"')
    assert tokens.access_token in result.stdout and tokens.refresh_token not in result.stdout
    assert logins.tokens_of(home / ".codex" / "auth.json") == (tokens.access_token, tokens.refresh_token)


def test_switches_know_nothing_of_it(chatelaine, begin, gate, seed, home):
    seed("work", "work")
    other = seed("other", "personal")
    (home / ".codex").mkdir(mode=0o700)
    expect.succeeded(chatelaine("use", "other", "--for", "codex"))
    running = begin("work")
    assert expect.listed(chatelaine)["work"]["targets"] == ["run"]
    assert "codex=" not in expect.succeeded(chatelaine("use", "other"))
    expect.succeeded(chatelaine("undo"))
    gate.open()
    assert running.finish().status == 0
    assert logins.is_view(home / ".codex" / "auth.json", other.access_token)
    assert expect.listed(chatelaine)["work"]["targets"] == []


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
        running = chatelaine.start("run", "work", "--", "sh", "-c", f"{script}\necho ready\nwhile :; do sleep 0.1; done")
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
    script = 'import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])'
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
