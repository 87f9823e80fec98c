"""The command line itself: help, and what is said when it is wrong."""

import expect
import pytest

COMMANDS = ["login", "list", "show", "export", "token", "refresh", "usage", "delete", "undo", "help",
            "version"]

WRONG = [
    ["frobnicate"], ["--frobnicate"], ["-z"], ["lis"], [""],
    ["login"], ["login", "a", "b"], ["login", "a", "--frobnicate"], ["login", "a", "--json=yes"],
    ["list", "extra"], ["list", "--tenant"],
    ["show"], ["show", "a", "b"],
    ["export"], ["export", "a", "--format"], ["export", "a", "--format", "env", "--output"],
    ["token"], ["token", "a", "b"], ["token", "a", "--min-valid"],
    ["refresh"], ["refresh", "a", "--all"],
    ["delete"], ["delete", "a", "b", "--yes"],
    ["usage", "a", "b"], ["usage", "--yes"], ["undo", "extra"], ["version", "extra"],
    ["--store"],
]

NAMES = ["", ".", "..", "../x", ".hidden", "-x", "a/b/c", "/a", "a/", "a//b", "a b", "a\nb", "a\x1b[2J", "é", "x" * 64,
         "a/" + "x" * 64, "_a", "a:b", "a%b"]

GOOD_NAMES = ["a", "A.b_c@d+e-f", "x" * 63, "a/b", "0", "a" * 63 + "/" + "b" * 63]


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words) or "empty")
def test_wrong_command_line(chatelaine, issuer, store, words):
    result = chatelaine(*words)
    expect.failed(result, expect.USAGE)
    assert result.stdout == ""
    assert issuer.count() == 0 and not store.path.exists()


@pytest.mark.parametrize("command", [["login", "--agree-terms", "--"], ["show", "--"], ["token", "--"],
                                     ["delete", "--yes", "--"]], ids=lambda words: words[0])
@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
def test_name_that_is_none(chatelaine, issuer, store, command, name):
    expect.failed(chatelaine(*command, name), expect.USAGE)
    assert issuer.count() == 0 and store.names() == []


@pytest.mark.parametrize("name", GOOD_NAMES, ids=lambda name: name[:20])
def test_name_that_is_one(chatelaine, seed, name):
    seed(name)
    assert chatelaine("show", name, "--json").json["name"] == name


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_names_every_command(chatelaine, words):
    text = expect.succeeded(chatelaine(*words))
    for command in COMMANDS:
        assert command in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(chatelaine, command):
    text = expect.succeeded(chatelaine("help", command))
    assert f"chatelaine {command}" in text
    assert expect.succeeded(chatelaine(command, "--help")) == text


@pytest.mark.parametrize("command, usage", [("list", "list [OPTION]..."), ("delete", "delete [OPTION]... NAME"),
                                            ("run", "run [OPTION]... [NAME] -- COMMAND...")])
def test_usage_line(chatelaine, command, usage):
    """Options stand where they are taken: behind "--" they are the other program's."""
    assert expect.succeeded(chatelaine(command, "-h")).splitlines()[0] == f"usage: chatelaine {usage}"


@pytest.mark.parametrize("command, programs", [("use", ["openhands", "codex", "opencode", "litellm", "pi"]),
                                               ("run", ["codex", "opencode", "litellm", "pi"]),
                                               ("lend", ["openhands", "codex"])])
def test_help_names_the_programs_that_it_takes(chatelaine, command, programs):
    lines = expect.succeeded(chatelaine("help", command)).split("\nprograms:\n")[1].splitlines()
    assert [line.split()[0] for line in lines] == programs


@pytest.mark.parametrize("words", [["list", "--frobnicate"], ["-q", "list", "-z"]])
def test_unknown_option_names_the_help_of_its_command(chatelaine, words):
    assert "see 'chatelaine help list'" in expect.failed(chatelaine(*words), expect.USAGE)


def test_help_of_no_command(chatelaine):
    assert "frobnicate" in expect.failed(chatelaine("help", "frobnicate"), expect.USAGE)


@pytest.mark.parametrize("words", [["--version"], ["version"]])
def test_version(chatelaine, words):
    first = expect.succeeded(chatelaine(*words)).splitlines()[0]
    assert first.startswith("chatelaine ") and first.split()[1][0].isdigit()


def test_without_a_terminal_the_interface_is_the_list(chatelaine, store, seed):
    seed("work", lifetime=5 * 86400 + 1800)  # Far from the next hour: the two runs say the same.
    result = chatelaine()
    assert expect.succeeded(result) == chatelaine("list").stdout
    assert "terminal" in result.stderr


@pytest.mark.parametrize("url", [
    "http://auth.example.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "ftp://127.0.0.1",
    "file:///etc/passwd", "https://user:word@auth.example.com", "https://auth.example.com/?a=b", "auth.example.com",
    "https://", "https://auth.example.com/\nX: y", "http://127.0.0.1@evil.example",
])
def test_issuer_that_tokens_must_not_be_sent_to(chatelaine, store, seed, url):
    seed(lifetime=-60)
    before = store.profiles_snapshot()
    result = chatelaine("login", "new", "--agree-terms", env={"CHATELAINE_ISSUER": url})
    expect.failed(result, expect.USAGE, expect.FAILED)
    assert store.profiles_snapshot() == before
