"""What is handed over, read by the rules of the programs that it is for; and all formats tell them the same."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import expect
import pytest
from issuer import ACCOUNTS

MODELS = ["gpt-5.5", "gpt-5.6-sol", "gpt-5.4-mini"]

# As the SDK is called, but it only says what it was given.
STUB = """\
import json
class LLM:
    def __init__(self, **settings):
        self.settings = settings
        self._is_subscription = False
"""
TELL = "\nimport json\nprint(json.dumps({**llm.settings, 'is_subscription': llm._is_subscription}))\n"
DUMP = "import json, os; print(json.dumps({n: v for n, v in os.environ.items() if n.startswith('LLM_')}))"


@pytest.fixture
def export(chatelaine):
    def run(name, *options, profile="work", **more):
        return expect.succeeded(chatelaine("export", profile, "--format", name, *options, **more))
    return run


# The OpenHands SDK: its credential file

def read_credential(text):
    """The SDK's OAuthCredentials. What it finds invalid it deletes, so there is no second chance."""
    value = json.loads(text)
    assert isinstance(value, dict)
    for key, kind in {"vendor": str, "access_token": str, "refresh_token": str, "expires_at": int}.items():
        assert type(value[key]) is kind, f"{key} is {value[key]!r}"
    assert value.get("type", "oauth") == "oauth"
    return value


def is_expired(credential):
    """The SDK renews what ends within a minute; its times are milliseconds."""
    return credential["expires_at"] < time.time() * 1000 + 60_000


@pytest.mark.parametrize("account", ["work", "client", "wide"])
def test_sdk_reads_the_credential(export, seed, account):
    tokens = seed("work", account)
    credential = read_credential(export("openhands-credential"))
    assert credential["vendor"] == "openai" and credential["access_token"] == tokens.access_token
    assert credential["expires_at"] == tokens.expires_at * 1000
    assert not is_expired(credential)
    # With a refresh token in it there would be a second owner of the chain.
    assert credential["refresh_token"] == ""


def test_sdk_finds_the_credential_where_it_looks(export, seed, home):
    tokens = seed()
    folder = home / ".openhands" / "auth"
    folder.mkdir(parents=True, mode=0o700)
    file = folder / "openai_oauth.json"
    export("openhands-credential", "--output", file, umask=0)
    assert file.stat().st_mode & 0o777 == 0o600 and os.listdir(folder) == [file.name]
    assert read_credential(file.read_bytes())["access_token"] == tokens.access_token


def test_credential_that_is_near_its_end_says_so(export, seed):
    seed(lifetime=30)
    assert is_expired(read_credential(export("openhands-credential")))


def test_credential_follows_a_renewal(chatelaine, export, seed):
    seed(lifetime=30)
    expect.succeeded(chatelaine("refresh", "work"))
    credential = read_credential(export("openhands-credential"))
    assert not is_expired(credential)
    assert credential["access_token"] + "\n" == expect.succeeded(chatelaine("token", "work"))


# OpenCode, pi, LiteLLM

def read_entry(text, provider):
    """OpenCode skips an entry that it cannot decode; pi then takes nothing of the file."""
    logins = json.loads(text)
    for value in logins.values():
        for key, kind in {"type": str, "access": str, "refresh": str, "expires": int}.items():
            assert type(value[key]) is kind, f"{key} is {value[key]!r}"
        assert value["type"] == "oauth" and type(value.get("accountId", "")) is str
    return logins[provider]


def read_litellm(text):
    """LiteLLM's Authenticator: seconds, and no login where the access token is none."""
    value = json.loads(text)
    assert value["access_token"] and type(value["expires_at"]) in (int, type(None))
    return {"access": value["access_token"], "refresh": value["refresh_token"], "expires": value["expires_at"] * 1000,
            "accountId": value["account_id"], "id": value["id_token"]}


READERS = {"opencode": lambda text: read_entry(text, "openai"), "pi": lambda text: read_entry(text, "openai-codex"),
           "litellm": read_litellm}


@pytest.mark.parametrize("account", ["work", "client", "wide"])
@pytest.mark.parametrize("name", READERS)
def test_others_read_the_login(export, seed, name, account):
    tokens = seed("work", account)
    login = READERS[name](export(name))
    assert login["access"] == tokens.access_token and login["expires"] == tokens.expires_at * 1000
    assert login["accountId"] == ACCOUNTS[account].account_id
    assert login.get("id", tokens.id_token) == tokens.id_token
    # They renew before the end whatever they can renew.
    assert login["refresh"] == "" and login["expires"] > time.time() * 1000 + 60_000


@pytest.mark.parametrize("name", ["opencode", "pi"])
def test_an_entry_without_account_has_no_null(export, seed, name):
    seed("work", dataclasses.replace(ACCOUNTS["work"], account_id=None))
    assert "accountId" not in READERS[name](export(name))


# The OpenHands SDK: its LLM

def runtime_llm(tokens, model, backend, account):
    """The LLM that the SDK makes of a subscription login, with the access token as api_key."""
    uname = os.uname()
    return {
        "model": "openai/" + model, "base_url": backend + "/codex", "api_key": tokens.access_token,
        "extra_headers": {
            "originator": "codex_cli_rs", "OpenAI-Beta": "responses=experimental",
            "User-Agent": f"openhands-sdk ({uname.sysname}; {uname.machine})",
            "chatgpt-account-id": ACCOUNTS[account].account_id,
        },
        "litellm_extra_body": {"store": False}, "temperature": None, "max_output_tokens": None, "stream": True,
        "auth_type": "subscription", "subscription_vendor": "openai", "is_subscription": True,
    }


def read_python(text, folder):
    """Runs the code beside a stub of the SDK, in an interpreter of its own."""
    package = folder / "openhands" / "sdk"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(STUB)
    script = folder / "llm.py"
    script.write_text(text + TELL)
    ran = subprocess.run([sys.executable, "-B", str(script)], env={}, capture_output=True, timeout=20)
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(ran.stdout)


def read_env(text, shell="sh"):
    """LLM.load_from_env: LLM_<FIELD>, where an object is JSON; from a shell that has read the file."""
    ran = subprocess.run([shell, "-euc", f'{text}\nexec "$0" -I -c "$1"', sys.executable, DUMP], env={},
                         capture_output=True, timeout=20)
    assert (ran.returncode, ran.stderr) == (0, b"")
    fields = {name.removeprefix("LLM_").lower(): value for name, value in json.loads(ran.stdout).items()}
    for name in ("extra_headers", "litellm_extra_body", "stream"):
        fields[name] = json.loads(fields[name])
    return fields


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("account", ["work", "client"])
def test_all_formats_give_the_same_llm(export, seed, issuer, tmp_path, account, model):
    tokens = seed("work", account)
    options = ["--model", model]
    llm = json.loads(export("openhands-llm", *options))
    assert llm == runtime_llm(tokens, model, issuer.url + "/backend-api", account)
    assert read_python(export("openhands-python", *options), tmp_path) == llm
    fields = read_env(export("env", *options))
    assert set(fields) >= {"model", "base_url", "api_key", "extra_headers", "litellm_extra_body", "stream"}
    assert fields == {name: llm[name] for name in fields}
    settings = json.loads(export("openhands-settings", *options))
    assert "openai/" + settings["model"] == llm["model"]
    assert all(settings[name] == llm[name] for name in ("auth_type", "subscription_vendor"))


def test_the_real_backend_is_the_default(export, seed):
    tokens = seed()
    llm = json.loads(export("openhands-llm", env={"CHATELAINE_BACKEND": None}))
    assert llm == runtime_llm(tokens, "gpt-5.5", "https://chatgpt.com/backend-api", "work")


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_env_in_every_shell(export, seed, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    tokens = seed()
    assert read_env(export("env"), shell)["api_key"] == tokens.access_token


def test_settings_are_what_load_from_json_takes(export, seed):
    tokens = seed()
    text = export("openhands-settings")
    settings = json.loads(text)
    version = settings.pop("schema_version", 1)
    assert type(version) is int and version <= 1
    assert settings.pop("usage_id", "default") == "default"
    assert settings == {"model": "gpt-5.5", "auth_type": "subscription", "subscription_vendor": "openai"}
    for secret in (tokens.access_token, tokens.refresh_token, tokens.id_token):
        assert secret not in text


@pytest.mark.parametrize("backend", [
    'https://proxy.example/a"+exit(3)+"', "https://proxy.example/a\\", "https://proxy.example/a'b",
    "https://proxy.example/$(exit 3)", "https://proxy.example/`exit 3`"])
def test_backend_that_could_break_out(chatelaine, seed, tmp_path, backend):
    """It comes from the environment: refused, or the same text for every consumer, and never code."""
    seed()
    env = {"CHATELAINE_BACKEND": backend}
    for name, read in {"openhands-llm": json.loads, "env": read_env,
                       "openhands-python": lambda text: read_python(text, tmp_path)}.items():
        result = chatelaine("export", "work", "--format", name, env=env)
        if result.status != expect.USAGE:
            assert read(expect.succeeded(result))["base_url"] == backend + "/codex", name


# curl

def holders(secret):
    """Processes with the secret in what every user may read of them, or in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        for part in ("cmdline", "environ"):
            try:
                if process.name.isdigit() and secret.encode() in (process / part).read_bytes():
                    found.append(f"{process.name} {part}")
            except OSError:
                pass  # It has ended, or is somebody else's.
    return found


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_asks_and_tells_nobody_the_token(export, seed, issuer, home):
    tokens = seed()
    issuer.delay["responses"] = 1
    curl = subprocess.Popen(["sh"], env={"PATH": os.environ["PATH"], "HOME": str(home)}, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        curl.stdin.write(export("curl").encode())
        curl.stdin.close()
        curl.stdin = None
        issuer.wait_for(lambda: issuer.count("responses") == 1)
        assert holders(tokens.access_token) == []
        stdout, stderr = curl.communicate(timeout=20)
    finally:
        curl.kill()
    assert (curl.returncode, stderr) == (0, b"") and b"response.completed" in stdout
    request, = issuer.requests
    assert request.status == 200 and request.path == "/backend-api/codex/responses"
    assert request.headers["authorization"] == "Bearer " + tokens.access_token
    assert request.headers["chatgpt-account-id"] == ACCOUNTS["work"].account_id
    # The default User-Agent of a library is turned away there.
    assert not request.headers["user-agent"].lower().startswith("curl")
