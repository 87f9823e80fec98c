"""Views in the hands of other programs: OpenCode as fetched from npm, and the OpenHands SDK or its rules.

LiteLLM and pi are left out, as they need far more than a file or a newer node; their rules are in tests/e2e.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import npm_package
import pytest

OPENCODE_VERSION = "1.18.33"


@pytest.fixture
def opencode(network, chatelaine):
    name = "opencode-linux-x64-baseline"
    try:
        program = npm_package.find("CHATELAINE_OPENCODE", f"{name}@{OPENCODE_VERSION}", "package/bin/opencode",
                                   f"opencode-{OPENCODE_VERSION}")
    except npm_package.Unavailable as reason:
        pytest.skip(str(reason))

    def run(*arguments):
        """What it says, without colours."""
        process = network.start([str(program), *arguments], env=chatelaine.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        return re.sub("\x1b\\[[0-9;]*m", "", output)
    return run


def test_opencode_takes_the_view_beside_others(opencode, chatelaine, issuer, seed, tmp_path):
    file = tmp_path / ".local" / "share" / "opencode" / "auth.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"anthropic": {"type": "api", "key": "made-up"}}')
    tokens = seed()
    chatelaine("use", "work", "--for", "opencode")
    said = opencode("auth", "list")
    assert re.search("OpenAI +oauth", said) and re.search("Anthropic +api", said) and "2 credentials" in said
    # It has not written it anew, nor renewed it.
    value = json.loads(file.read_text())
    assert value["openai"]["access"] == tokens.access_token and value["openai"]["refresh"] == ""
    assert value["anthropic"] == {"type": "api", "key": "made-up"}
    assert chatelaine.shown() == (["opencode"], [])
    chatelaine("refresh", "work")
    assert "2 credentials" in opencode("auth", "list") and chatelaine.shown() == (["opencode"], [])
    chatelaine("use", "--none", "--for", "opencode")
    said = opencode("auth", "list")
    assert "OpenAI" not in said and "1 credential" in said
    assert issuer.count("token") == 1 and issuer.reused == 0


def test_opencode_has_the_profile_of_a_run(network, opencode, chatelaine, seed, tmp_path):
    seed()
    said = chatelaine("run", "work", "--for", "opencode", "--", npm_package.find(
        "CHATELAINE_OPENCODE", "", "package/bin/opencode", f"opencode-{OPENCODE_VERSION}"), "auth", "list")
    assert "OpenAI" in said and not (tmp_path / ".local/share/opencode/auth.json").exists()


class OpenHands:
    """The SDK's store of logins, each call in a process of its own, with our home."""

    def __init__(self, which, chatelaine, home):
        self.which, self.chatelaine = which, chatelaine
        self.file = home / ".openhands" / "auth" / "openai_oauth.json"
        self.python = sys.executable if which == "rules" else os.environ.get("CHATELAINE_OPENHANDS_PYTHON")
        if not self.python:
            pytest.skip("CHATELAINE_OPENHANDS_PYTHON names no interpreter that has openhands-sdk")

    def __call__(self, command, value=None):
        script = Path(__file__).with_name("openhands_store.py")
        done = subprocess.run([self.python, str(script), self.which, command], input=json.dumps(value), text=True,
                              env=self.chatelaine.environment, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]) if command == "get" else None


@pytest.fixture(params=["rules", "real"])
def openhands(request, chatelaine, tmp_path):
    return OpenHands(request.param, chatelaine, tmp_path)


def credentials(tokens):
    return {"vendor": "openai", "access_token": tokens.access_token, "refresh_token": tokens.refresh_token,
            "expires_at": tokens.expires_at * 1000}


def test_openhands_reads_the_view_and_leaves_it(openhands, chatelaine, seed):
    tokens = seed()
    chatelaine("use", "work", "--for", "openhands")
    before = openhands.file.read_bytes()
    assert openhands("get") == {"type": "oauth", **credentials(tokens), "refresh_token": ""}
    # What it cannot read it deletes.
    assert openhands.file.read_bytes() == before and chatelaine.shown() == (["openhands"], [])
    chatelaine("refresh", "work")
    assert openhands("get")["access_token"] == chatelaine.credential()["access_token"]


def test_openhands_writes_the_same_view_anew(openhands, chatelaine, issuer, seed):
    """In its own words: another file, the same login in it."""
    seed()
    chatelaine("use", "work", "--for", "openhands")
    before = openhands.file.read_bytes()
    openhands("save", openhands("get"))
    assert chatelaine.shown() == (["openhands"], [])
    chatelaine("refresh", "work")
    assert openhands.file.read_bytes() != before and chatelaine.shown() == (["openhands"], [])
    assert openhands("get")["access_token"] == chatelaine.credential()["access_token"]


@pytest.mark.parametrize(["account", "name"], [("work", "work"), ("personal", "me")])
def test_openhands_saves_a_login_over_the_view(openhands, chatelaine, issuer, seed, account, name):
    seed(lifetime=36000)
    chatelaine("use", "work", "--for", "openhands")
    made = issuer.mint(account)
    openhands("save", credentials(made))
    targets, (warning,) = chatelaine.shown()
    assert targets == [] and warning.endswith("chatelaine import openhands")
    chatelaine("import", "openhands")
    assert chatelaine.shown(name) == (["openhands"], [])
    assert chatelaine.credential(name)["refresh_token"] == made.refresh_token
    assert openhands("get")["refresh_token"] == ""
    for each in chatelaine.profiles:
        chatelaine("refresh", each)
    assert issuer.reused == 0


def test_a_login_lent_to_openhands_comes_back_with_its_newest_token(openhands, chatelaine, issuer, seed):
    tokens = seed(lifetime=30)
    chatelaine("lend", "work", "--to", "openhands")
    assert openhands("get") == {"type": "oauth", **credentials(tokens)}
    renewed = issuer.chains.spend(tokens.refresh_token)
    openhands("save", credentials(renewed))
    assert chatelaine.shown() == (["openhands"], []) and chatelaine.profiles["work"]["status"] == "ok"
    chatelaine("take-back", "work")
    assert chatelaine.credential()["refresh_token"] == renewed.refresh_token
    assert openhands("get") == {"type": "oauth", **credentials(renewed), "refresh_token": ""}
    chatelaine("refresh", "work")
    assert issuer.reused == 0
