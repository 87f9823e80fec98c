"""Tab in the shells themselves: the script that each of them is given, at a terminal."""

import shutil
from pathlib import Path

import expect
import pytest

SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(chatelaine completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -U compinit; compinit -u -D; eval "$(chatelaine completion zsh)"'),
    "fish": (["fish", "--no-config", "-C", "function fish_prompt; echo 'READY> '; end", "-i"],
             "chatelaine completion fish | source"),
}

# What `make install` puts where each of them looks; bash-completion sources its file.
FILES = Path(__file__).resolve().parents[2] / "contrib" / "completion"
INSTALLED = {
    "bash": f". {FILES}/chatelaine",
    "zsh": f"fpath=({FILES} $fpath); autoload -U compinit; compinit -u -D",
    "fish": f"source {FILES}/chatelaine.fish",
}


@pytest.fixture(params=SHELLS)
def shell(request, open_shell):
    """A shell at its prompt, with completion: `shell("chatelaine use wo")` types it and presses Tab."""
    return open_shell(SHELLS[request.param][0], SHELLS[request.param][1])


@pytest.fixture
def open_shell(terminal, env, build, seed, home):
    seed("work")
    seed("acme/client-x", "client")
    seed("o.d+d@x-1", "personal")
    (home / "one file").touch()

    def start(argv, script):
        if not shutil.which(argv[0]):
            pytest.skip(f"{argv[0]} is not installed")
        t = terminal(*argv, cols=100, cwd=home, env={**env, "PATH": f"{build}:{env['PATH']}", "PS1": "READY> "})
        t.wait_for("READY>")
        t.type(script + "; echo load''ed\r")
        t.wait_for("\nloaded")

        def becomes(line, completed):
            t.type(f"\x15{line}\tEND")
            t.wait_for(f"{completed}END")
        return becomes
    return start


def test_each_shell_completes(shell):
    shell("chatelaine refr", "chatelaine refresh ")
    shell("chatelaine use wo", "chatelaine use work ")
    shell("chatelaine use acme/c", "chatelaine use acme/client-x ")
    # Where bash breaks words a name goes in as a whole.
    shell("chatelaine show o.d", "chatelaine show o.d+d@x-1 ")
    shell("chatelaine token o.d+d@", "chatelaine token o.d+d@x-1 ")
    shell("chatelaine export work --format=lite", "chatelaine export work --format=litellm ")
    shell("chatelaine usage --js", "chatelaine usage --json ")
    shell("chatelaine lend work --to open", "chatelaine lend work --to openhands ")
    shell("chatelaine export work --output=one", r"chatelaine export work --output=one\ file ")
    shell("chatelaine --store stor", "chatelaine --store store/")


def test_asking_changes_and_complains_of_nothing(chatelaine, store, home):
    result = chatelaine("completion", "words", "--", "chatelaine", "show", "")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert not store.path.exists()
    store.path.write_text("no store")
    result = chatelaine("completion", "words", "--", "chatelaine", "show", "")
    assert (result.status, result.stdout, result.stderr) == (0, "", "")


def test_another_shell_is_refused(chatelaine):
    assert "bash, zsh and fish" in expect.failed(chatelaine("completion", "tcsh"), expect.USAGE)


@pytest.mark.parametrize("name", INSTALLED)
def test_each_shell_completes_by_the_file_that_is_installed(open_shell, name):
    shell = open_shell(SHELLS[name][0], INSTALLED[name])
    shell("chatelaine use wo", "chatelaine use work ")
    shell("chatelaine refr", "chatelaine refresh ")
