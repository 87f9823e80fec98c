"""A command that sees one profile only: what it finds."""

import json
from pathlib import Path

import expect
import logins
import pytest
from commands import Gate, nothing_stays, run_dirs

MINUTE, HOUR = 60, 3600


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
