"""The command line in other languages: people read theirs, programs read the same as ever."""

import json
import re
import time

import expect
import pytest
from issuer.seed import HOUR
from test_usage_errors import WRONG
from translations import CLOSE, OPEN, PSEUDO, left_in_english, pseudo

COMMANDS = ["add-volume", "audit", "completion", "config", "delete", "doctor", "export", "help", "import", "keep", "lend",
            "list", "login", "metrics", "refresh", "rename", "run", "show", "take-back", "token", "trust", "undo", "usage",
            "use", "version"]
# Words of the command line that are no texts.
NAMES = {*COMMANDS, "bash", "zsh", "fish", "frobnicate", "extra", "json", "lis", "within", "all", "unset", "prometheus",
         "opencode", "litellm", "pi", "env", "curl", "settings", "python", "credential", "sol", "terra", "luna", "mini",
         "add", "volume", "take", "back", "for", "as", "openhands", "crontab", "echo"}


@pytest.fixture
def said(chatelaine, speaking):
    """What a command says to somebody who speaks the pseudo-language, on both outputs."""
    def run(*words, **options):
        result = chatelaine(*words, env=speaking(PSEUDO), **options)
        return result.stdout + result.stderr
    return run


def check(text, names=()):
    assert left_in_english(text, {*NAMES, *names}) == [], text
    assert text.count(OPEN) == text.count(CLOSE), text


def test_help(said):
    whole = said("help")
    check(whole)
    assert all(len(line) <= 80 for line in whole.split("\n\n")[1].splitlines()), whole
    for command in COMMANDS:
        check(said("help", command))


def test_what_is_said_of_profiles(said, seed, codex):
    seed("work", lifetime=9 * HOUR)
    seed("old", "personal", lifetime=-HOUR)
    for words in (["use", "work"], ["list"], ["show", "work"], ["show", "old"], ["usage", "work"], ["config"], ["audit"],
                  ["doctor"], ["delete", "old", "--yes"], ["undo"], ["rename", "old", "new"], ["lend", "work", "--to", "codex"],
                  ["take-back", "work"], ["refresh", "work"], ["use", "--none"]):
        check(said(*words), {"dev", "example", "com", "new", "sign", "in"})


def test_errors(said, seed):
    seed("work")
    for words in WRONG:
        check(said(*words))
    for words in (["show", "nobody"], ["use", "work"], ["export", "work", "--format", "x"], ["delete", "work"], ["token", ".x"],
                  ["import", "/nonexistent"], ["login", "new"], ["config", "nothing"], ["config", "theme", "pink"],
                  ["lend", "work"], ["refresh", "--within", "1h"], ["run", "work", "--for", "vi", "--", "true"]):
        check(said(*words), {"light", "dark", "mono"})


def test_what_chatelaine_oauth_says(said, seed, issuer):
    seed("work", lifetime=-HOUR)
    issuer.fault("token", "cut", after=False)
    text = said("refresh", "work")
    assert pseudo("the connection to the server broke: %s; try again later")[:30] in text, text


def test_the_log_says_in_every_language_what_came_of_it(chatelaine, speaking, seed, issuer):
    seed("work", lifetime=-HOUR)
    issuer.fault("token", "cut", after=False)
    result = chatelaine("refresh", "work", env=speaking(PSEUDO))
    last = [json.loads(line) for line in chatelaine("audit", "--json").stdout.splitlines()][-2]
    assert (last["event"], last["profile"], last["status"]) == ("refresh", "work", result.status)
    assert result.status == expect.UNAVAILABLE


JSON = [["list", "--json"], ["show", "work", "--json"], ["show", "old", "--json"], ["usage", "work", "--json"], ["audit", "--json"],
        ["doctor", "--json"], ["config", "--json"], ["list", "--check"], ["metrics"], ["version"],
        ["completion", "bash"], ["export", "work", "--format", "openhands-settings"], ["export", "work", "--format", "env", "--reveal"]]


@pytest.mark.parametrize("words", JSON, ids=" ".join)
def test_what_programs_read_is_the_same_in_every_language(chatelaine, speaking, store, seed, clock, words):
    clock.stop(time.time())
    seed("work", lifetime=9 * HOUR)
    seed("old", "personal", reason="reused")
    (store.path / "work" / "credential.json").chmod(0o640)
    plain = chatelaine(*words, env=clock.environment)
    other = chatelaine(*words, env=speaking(PSEUDO, clock.environment))
    # The backend tells another second, maybe.
    assert re.sub(r"\d+", "0", other.stdout) == re.sub(r"\d+", "0", plain.stdout) != ""
    assert other.status == plain.status
