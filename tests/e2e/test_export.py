"""Handing a login over: each format as its consumer reads it, and where a secret may go."""

import dataclasses
import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import types

import expect
import pytest
from issuer import ACCOUNTS

FORMATS = ["openhands-llm", "openhands-settings", "openhands-python", "openhands-credential", "codex", "opencode",
           "litellm", "pi", "env", "curl"]
SECRET = [name for name in FORMATS if name != "openhands-settings"]
WITH_MODEL = ["openhands-llm", "openhands-settings", "openhands-python", "env", "curl"]
REAL_BACKEND = {"CHATELAINE_BACKEND": None}
ACCOUNT = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def tokens(seed):
    return seed("work", "work")


@pytest.fixture
def export(chatelaine, tokens):
    def run(name, *options, env=REAL_BACKEND, **more):
        return chatelaine("export", "work", "--format", name, *options, env=env, **more)
    return run


# The formats

def headers(account=ACCOUNT):
    agent = f"openhands-sdk ({platform.system()}; {platform.machine()})"
    fixed = {"originator": "codex_cli_rs", "OpenAI-Beta": "responses=experimental", "User-Agent": agent}
    return {**fixed, "chatgpt-account-id": account} if account else fixed


def llm(tokens, model="gpt-5.5", account=ACCOUNT):
    return {
        "model": "openai/" + model, "base_url": "https://chatgpt.com/backend-api/codex",
        "api_key": tokens.access_token, "extra_headers": headers(account), "litellm_extra_body": {"store": False},
        "temperature": None, "max_output_tokens": None, "stream": True, "is_subscription": True,
        "auth_type": "subscription", "subscription_vendor": "openai",
    }


def test_openhands_llm(export, tokens):
    result = export("openhands-llm")
    expect.succeeded(result)
    assert result.json == llm(tokens)


def test_openhands_llm_without_account_id(chatelaine, seed):
    tokens = seed("alone", dataclasses.replace(ACCOUNTS["work"], account_id=None))
    result = chatelaine("export", "alone", "--format", "openhands-llm", env=REAL_BACKEND)
    assert result.json == llm(tokens, account=None)


def test_openhands_settings(export, tokens):
    result = export("openhands-settings")
    expect.succeeded(result)
    expect.no_secret(result, tokens)
    settings = result.json
    assert settings.pop("usage_id", "default") == "default" and settings.pop("schema_version", 1) == 1
    assert settings == {"model": "gpt-5.5", "auth_type": "subscription", "subscription_vendor": "openai"}


def test_openhands_python_runs(export, tokens):
    given = {}

    class LLM:
        def __init__(self, **settings):
            given.update(settings)

    sdk = types.ModuleType("openhands.sdk")
    sdk.LLM = LLM
    sys.modules.update({"openhands": types.ModuleType("openhands"), "openhands.sdk": sdk})
    try:
        exec(compile(expect.succeeded(export("openhands-python")), "export", "exec"), {})
    finally:
        del sys.modules["openhands"], sys.modules["openhands.sdk"]
    wanted = llm(tokens)
    given.setdefault("is_subscription", True)  # A private attribute of the real class: may be set apart.
    assert given == wanted


def test_openhands_credential_reads_back_under_the_sdks_rules(export, tokens):
    credential = export("openhands-credential").json
    assert credential == {"type": "oauth", "vendor": "openai", "access_token": tokens.access_token,
                          "refresh_token": "", "expires_at": tokens.expires_at * 1000}


def test_codex_reads_back_under_codex_rules(export, tokens):
    auth = export("codex").json
    assert auth["auth_mode"] == "chatgptAuthTokens" and auth["OPENAI_API_KEY"] is None
    assert auth["tokens"] == {"id_token": tokens.id_token, "access_token": tokens.access_token,
                              "refresh_token": "", "account_id": ACCOUNT}
    assert expect.RFC3339.match(auth["last_refresh"])


def entry(tokens):
    return {"type": "oauth", "access": tokens.access_token, "refresh": "", "expires": tokens.expires_at * 1000,
            "accountId": ACCOUNT}


def test_opencode(export, tokens):
    assert export("opencode").json == {"openai": entry(tokens)}


def test_pi(export, tokens):
    assert export("pi").json == {"openai-codex": entry(tokens)}


def test_litellm(export, tokens):
    assert export("litellm").json == {"access_token": tokens.access_token, "refresh_token": "",
                                      "id_token": tokens.id_token, "expires_at": tokens.expires_at,
                                      "account_id": ACCOUNT}


def test_env_in_a_shell(export, tokens):
    text = expect.succeeded(export("env"))
    dump = "import json, os; print(json.dumps({n: v for n, v in os.environ.items() if n.startswith('LLM_')}))"
    shell = subprocess.run(["sh", "-c", f"{text}\nexec {sys.executable} -I -c \"$0\"", dump], env={},
                           capture_output=True, check=True, timeout=20)
    assert shell.stderr == b""
    variables = json.loads(shell.stdout)
    assert variables["LLM_MODEL"] == "openai/gpt-5.5"
    assert variables["LLM_BASE_URL"] == "https://chatgpt.com/backend-api/codex"
    assert variables["LLM_API_KEY"] == tokens.access_token
    assert json.loads(variables["LLM_EXTRA_HEADERS"]) == headers()
    assert json.loads(variables["LLM_LITELLM_EXTRA_BODY"]) == {"store": False}


def test_curl_makes_a_request_that_the_backend_takes(export, issuer, tokens, tmp_path):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    script = tmp_path / "request.sh"
    expect.succeeded(export("curl", "--output", script, env={}))
    shell = subprocess.run(["sh", str(script)], env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
    assert shell.returncode == 0, shell.stderr
    assert b"response.completed" in shell.stdout
    request = issuer.select("responses")[-1]
    assert request.status == 200
    assert request.headers["authorization"] == "Bearer " + tokens.access_token
    assert request.headers["chatgpt-account-id"] == ACCOUNT
    assert request.body["model"] == "gpt-5.5" and request.body["store"] is False and request.body["stream"] is True


def test_curl_keeps_the_token_out_of_arguments(export, tokens):
    command = expect.succeeded(export("curl")).partition("<<")[0]
    assert tokens.access_token not in command


# Promises of all of them

@pytest.mark.parametrize("name", FORMATS)
def test_no_format_carries_a_refresh_token(export, tokens, name):
    text = expect.succeeded(export(name))
    assert tokens.refresh_token not in text and not expect.refresh_token_in(text)
    assert (tokens.access_token in text) == (name in SECRET)


@pytest.mark.parametrize("name", FORMATS)
def test_export_needs_no_network_and_leaves_the_store(export, store, issuer, name):
    before = store.profiles_snapshot()
    expect.succeeded(export(name))
    assert issuer.count() == 0
    assert store.profiles_snapshot() == before


@pytest.mark.parametrize("name", FORMATS)
def test_export_is_audited_without_the_secret(export, store, name):
    expect.succeeded(export(name))
    entry = store.audit()[-1]
    assert (entry["event"], entry["profile"]) == ("export", "work") and name in str(entry)
    assert "eyJ" not in str(entry)


# The model

@pytest.mark.parametrize("given", ["gpt-5.6-sol", "openai/gpt-5.6-sol"])
@pytest.mark.parametrize("name", WITH_MODEL)
def test_model_is_taken_with_and_without_its_prefix(export, name, given):
    text = expect.succeeded(export(name, "--model", given))
    assert "gpt-5.6-sol" in text and "gpt-5.5" not in text and "openai/openai" not in text


def test_model_that_is_not_in_the_list_may_be_given(export):
    assert export("openhands-llm", "--model", "gpt-7").json["model"] == "openai/gpt-7"


@pytest.mark.parametrize("model", ["", "two words", "a\nb", "a'b", 'a"b', "a$(id)", "x" * 500, "\x1b[2J"],
                         ids=lambda model: ascii(model)[:20])
def test_model_that_could_break_out_is_refused(export, model):
    expect.failed(export("env", "--model", model), expect.USAGE)


# To a file

def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
@pytest.mark.parametrize("name", FORMATS)
def test_file_is_private_and_has_what_a_pipe_gets(export, tmp_path, name, umask):
    file = tmp_path / "out"
    expect.succeeded(export(name, "--output", file, umask=umask))
    assert mode(file) == 0o600
    assert file.read_bytes() == export(name).stdout_bytes


def test_file_is_written_beside_and_moved(export, tmp_path):
    """Atomic: who has the old file open keeps it whole; nothing else is left in the directory."""
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "out"
    expect.succeeded(export("codex", "--output", file))
    inode = os.stat(file).st_ino
    with open(file, "rb") as old:
        expect.succeeded(export("codex", "--output", file, "--force"))
        assert old.read() and os.stat(file).st_ino != inode
    assert os.listdir(folder) == ["out"]


def test_file_that_cannot_be_written(export, tmp_path):
    expect.failed(export("codex", "--output", tmp_path / "missing" / "out"), expect.FAILED)
    assert not (tmp_path / "missing").exists()


def test_link_is_not_followed_into_another_place(export, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    link = tmp_path / "link"
    link.symlink_to(victim)
    export("codex", "--output", link)
    assert victim.read_text() == "mine\n"


# Over a login of another program

LOGINS = {
    "codex": {"tokens": {"access_token": "a", "refresh_token": "rt_theirs"}},
    "openhands": {"type": "oauth", "access_token": "a", "refresh_token": "rt_theirs"},
    "opencode": {"openai": {"type": "oauth", "refresh": "rt_theirs"}},
}


@pytest.mark.parametrize("login", LOGINS.values(), ids=LOGINS)
def test_a_login_with_its_refresh_token_is_not_overwritten(export, tmp_path, login):
    file = tmp_path / "auth.json"
    file.write_text(json.dumps(login))
    message = expect.failed(export("codex", "--output", file), expect.REFUSED)
    assert "auth.json" in message and "--force" in message
    assert json.loads(file.read_text()) == login


def test_a_login_is_overwritten_when_forced(export, tmp_path):
    file = tmp_path / "auth.json"
    file.write_text(json.dumps(LOGINS["codex"]))
    expect.succeeded(export("codex", "--output", file, "--force"))
    assert "rt_theirs" not in file.read_text()


def test_an_export_is_overwritten_by_the_next(export, tmp_path):
    file = tmp_path / "auth.json"
    expect.succeeded(export("codex", "--output", file))
    expect.succeeded(export("codex", "--output", file))


def test_a_failed_export_is_not_audited_as_done(export, store, tmp_path):
    expect.failed(export("codex", "--output", tmp_path / "missing" / "out"), expect.FAILED)
    assert [line for line in store.audit() if line["result"] == "ok"] == []


# Into a git work tree

@pytest.fixture
def work_tree(git, tmp_path):
    subprocess.run([git, "init", "-q", str(tmp_path / "tree")], check=True, timeout=20)
    folder = tmp_path / "tree" / "deep" / "down"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", SECRET)
def test_secret_is_not_written_into_a_work_tree(export, work_tree, name):
    message = expect.failed(export(name, "--output", work_tree / "out"), expect.REFUSED)
    assert "--force" in message and "git" in message
    assert os.listdir(work_tree) == []


def test_secret_is_written_into_a_work_tree_when_forced(export, work_tree):
    expect.succeeded(export("codex", "--output", work_tree / "out", "--force"))
    assert mode(work_tree / "out") == 0o600


def test_relative_name_counts_from_the_current_directory(export, work_tree):
    expect.failed(export("codex", "--output", "out", cwd=work_tree), expect.REFUSED)
    assert os.listdir(work_tree) == []


def test_what_holds_no_secret_may_be_written_anywhere(export, work_tree):
    expect.succeeded(export("openhands-settings", "--output", work_tree / "out"))


def test_linked_work_tree_counts_too(export, tmp_path):
    # A work tree added by `git worktree` has a file named .git.
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".git").write_text("gitdir: /elsewhere\n")
    expect.failed(export("codex", "--output", tmp_path / "linked" / "out"), expect.REFUSED)


# To a terminal

@pytest.mark.parametrize("name", SECRET)
def test_terminal_sees_stars(tui, tokens, name):
    t = tui("export", "work", "--format", name, cols=200, rows=60)
    assert t.wait_exit() == 0
    assert "**********" in t.text
    raw = t.raw.decode()
    for secret in (tokens.access_token, tokens.id_token):
        assert secret not in raw and secret.split(".")[1][:40] not in raw


def test_terminal_sees_the_secret_when_told_to_reveal(tui, tokens):
    t = tui("export", "work", "--format", "env", "--reveal", cols=200, rows=60)
    assert t.wait_exit() == 0
    assert tokens.access_token in t.raw.decode()


def test_file_gets_the_secret_when_run_at_a_terminal(tui, tokens, tmp_path):
    t = tui("export", "work", "--format", "codex", "--output", tmp_path / "out")
    assert t.wait_exit() == 0
    assert tokens.access_token in (tmp_path / "out").read_text()
    assert tokens.access_token not in t.raw.decode()


# Wrong

def test_unknown_profile(chatelaine, tokens):
    expect.failed(chatelaine("export", "wurk", "--format", "env"), expect.NOT_FOUND)


def test_unknown_format_names_the_known_ones(export):
    message = expect.failed(export("yaml"), expect.USAGE)
    assert all(name in message for name in FORMATS)


def test_format_must_be_given(chatelaine, tokens):
    assert "--format" in expect.failed(chatelaine("export", "work"), expect.USAGE)
