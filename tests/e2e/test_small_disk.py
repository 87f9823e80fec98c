"""A program's directory on a disk that is full, or that became read-only: nothing moves, and it is told.

Only root can make such a disk; it is mounted in a namespace of its own, which goes with the command."""

import os

import consumers
import expect
import pytest
from program import Program

HOUR = 3600

SCRIPT = """
    mount -t tmpfs -o size=64k tmpfs "$HOME/.codex" || exit 99
    [ ! -s "$1" ] || cp "$1" "$HOME/.codex/auth.json"
    case $2 in
    full) head -c 1000000 /dev/zero > "$HOME/.codex/ballast" 2> /dev/null ;;
    read-only) mount -o remount,ro "$HOME/.codex" || exit 99 ;;
    esac
    file=$1
    shift 2
    "$@"
    status=$?
    ls -A "$HOME/.codex"
    if [ -s "$file" ]; then
        cmp "$file" "$HOME/.codex/auth.json" || exit 98
    elif [ -e "$HOME/.codex/auth.json" ]; then
        exit 97
    fi
    exit $status
"""


@pytest.fixture(scope="module", autouse=True)
def may_mount():
    if Program(["unshare", "-m", "true"], env=os.environ).finish().status != 0:
        pytest.skip("only root can mount a small disk")


@pytest.fixture
def on_disk(chatelaine, home, tmp_path):
    """Runs a command with Codex' directory on such a disk: `on_disk("full", text, "lend", …)`."""
    def run(medium, text, *command):
        file = tmp_path / "auth.json"
        file.write_text(text)
        (home / ".codex").mkdir(exist_ok=True)
        result = Program(["unshare", "-m", "sh", "-c", SCRIPT, "sh", file, medium, chatelaine.program, *command],
                         env=chatelaine.env).finish()
        assert result.status not in (97, 98, 99), f"{result.status}: {result.stderr}"
        left = {name for name in result.stdout.split("\n") if name and not name.endswith(".lock")}
        assert left <= {"ballast", "auth.json"}
        return result
    return run


def nothing_is_under_way(store):
    moves = store.path / ".chatelaine" / "moves"
    return not moves.is_dir() or os.listdir(moves) == []


@pytest.mark.parametrize("medium", ["full", "read-only"])
def test_lending_moves_nothing(on_disk, chatelaine, home, store, seed, medium):
    tokens = seed(lifetime=HOUR)
    before = store.profiles_snapshot()
    expect.failed(on_disk(medium, "", "lend", "work", "--to", "codex"), expect.FAILED, expect.REFUSED)
    assert store.profiles_snapshot() == before and nothing_is_under_way(store)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert expect.listed(chatelaine)["work"]["owner"] == "chatelaine"


@pytest.mark.parametrize("medium", ["full", "read-only"])
@pytest.mark.parametrize("known", [False, True])
def test_taking_in_moves_nothing(on_disk, chatelaine, issuer, home, store, seed, medium, known):
    seed(lifetime=HOUR)
    before = store.profiles_snapshot()
    codex = consumers.make("codex", home)
    text = codex.text(consumers.of(issuer.mint("work" if known else "personal")))
    expect.failed(on_disk(medium, text, "import", "codex"), expect.FAILED, expect.REFUSED)
    assert store.profiles_snapshot() == before
    chatelaine("list")
    assert nothing_is_under_way(store)


@pytest.mark.parametrize("medium", ["full", "read-only"])
def test_taking_back_moves_nothing(on_disk, chatelaine, home, store, lent, medium):
    codex, tokens = lent("codex")
    text = codex.path.read_text()
    codex.path.unlink()
    expect.failed(on_disk(medium, text, "take-back", "work"), expect.FAILED, expect.REFUSED)
    assert store.credential("work")["refresh_token"] is None
    assert store.profile("work")["owner"] == "codex"
    # The program's file is there again, and with it everything.
    codex.path.write_text(text)
    codex.path.chmod(0o600)
    consumers.only_in(tokens.refresh_token, home, codex.path)
    expect.succeeded(chatelaine("take-back", "work"))
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
