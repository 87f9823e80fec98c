"""Switching looks before it writes: whatever stands in a program's file, no login is lost."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import consumers
import expect
import pytest
from injection import traced, traced_env
from program import Program, Runner
from storedir import StoreDir

HOUR, DAY = 3600, 86400
USER = 65534
STRANGE = ("garbage", "array", "API key", "other mode")


@pytest.fixture
def program(home):
    """A program that was used before: `program("codex")`."""
    return lambda kind="codex": consumers.make(kind, home).install()


def use(chatelaine, *args, **options):
    return expect.succeeded(chatelaine("use", *args, **options))


# Look before you write

@pytest.mark.parametrize("kind", consumers.KINDS)
def test_unknown_login_is_never_overwritten(chatelaine, issuer, home, store, seed, kind):
    seed()
    program = consumers.make(kind, home)
    stranger = program.sign_in(issuer.mint("old"))
    before, names = program.path.read_bytes(), store.names()
    for arguments in (["work"], ["--none"]):
        message = expect.failed(chatelaine("use", *arguments, "--for", kind), expect.REFUSED)
        assert f"chatelaine import {kind}" in message and "who@example.org" in message
    assert program.path.read_bytes() == before and store.names() == names
    assert issuer.alive(stranger.refresh) and issuer.count() == 0


@traced
def test_unknown_login_that_comes_in_the_last_moment_is_not_overwritten(build, chatelaine, issuer, home, seed, tmp_path):
    """Its program replaces the file, under no lock, when all that is left to do is to exchange it."""
    seed()
    program, log, new = consumers.make("openhands", home), tmp_path / "log", tmp_path / "new"
    use(chatelaine, "work", "--for", "openhands")
    new.write_text(program.text(consumers.of(issuer.mint("old"))))
    unknown = new.read_bytes()
    slow = Program(["strace", "-o", log, "-e", "trace=renameat2", "-e", "inject=renameat2:delay_enter=1000000:when=1",
                    build / "chatelaine", "use", "work", "--for", "openhands"], env=traced_env(chatelaine.env))
    slow.wait_for(lambda _: log.exists() and "renameat2(" in log.read_text())
    new.replace(program.path)
    assert "chatelaine import openhands" in expect.failed(slow.finish(), expect.REFUSED)
    assert program.path.read_bytes() == unknown


@pytest.mark.parametrize("kind", consumers.KINDS)
def test_newer_login_of_a_known_person_is_taken_in(chatelaine, issuer, home, store, seed, kind):
    old, other = seed(lifetime=HOUR), seed("personal", "personal")
    program = consumers.make(kind, home)
    newer = program.sign_in(issuer.mint("work"))
    use(chatelaine, "personal", "--for", kind)
    assert program.shows(other)
    assert store.credential("work")["refresh_token"] == newer.refresh
    consumers.only_in(newer.refresh, home, store.credential_file("work"))
    assert consumers.files_with(old.refresh_token, home) == []
    assert expect.status_of(chatelaine) == "ok" and issuer.count() == 0


@pytest.mark.parametrize("kind", consumers.KINDS)
def test_older_login_of_a_known_person_makes_way(chatelaine, issuer, home, store, seed, kind):
    program = consumers.make(kind, home)
    older = program.sign_in(issuer.mint("work", lifetime=HOUR))
    tokens = seed()
    use(chatelaine, "work", "--for", kind)
    assert program.shows(tokens)
    assert store.credential("work")["refresh_token"] == tokens.refresh_token
    assert consumers.files_with(older.refresh, home) == []


@pytest.mark.parametrize("reason", ["reused", "expired", "revoked"])
def test_login_of_a_program_saves_a_profile_that_has_none(chatelaine, issuer, program, store, seed, reason):
    """Even if its access token ends sooner: ours cannot be renewed."""
    seed(lifetime=9 * DAY, reason=reason)
    codex = program()
    newer = codex.sign_in(issuer.mint("work", lifetime=DAY))
    use(chatelaine, "work", "--for", "codex")
    assert store.credential("work")["refresh_token"] == newer.refresh and codex.read().is_view
    assert codex.read().access == newer.access


def test_view_after_a_sign_in_of_the_program_itself(chatelaine, issuer, program, store, seed):
    """`codex login` in the place of the view: the next renewal takes it in."""
    seed(lifetime=HOUR)
    codex = program()
    use(chatelaine, "work")
    newer = codex.sign_in(issuer.mint("work"))
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0 and issuer.alive(store.credential("work")["refresh_token"])
    assert not issuer.alive(newer.refresh) or store.credential("work")["refresh_token"] == newer.refresh
    assert codex.read().is_view and codex.read().access == store.credential("work")["access_token"]


def strange(kind, what):
    if what == "garbage":
        return b"\x00\xff not JSON {"
    if what == "array":
        return b"[1, 2]\n"
    if kind == "codex":
        key = {"auth_mode": "apikey", "OPENAI_API_KEY": "sk-made-up", "tokens": None} if what == "API key" else \
            {"auth_mode": "bedrockApiKey", "key": "made-up"}
    elif kind in consumers.SHARED:
        entry = {"opencode": "openai", "pi": "openai-codex"}[kind]
        key = {"anthropic": {"type": "api", "key": "x"},
               entry: {"type": "api" if what == "API key" else "wellknown", "key": "sk-made-up"}}
    elif kind == "openhands":
        key = {"type": "oauth", "vendor": "another", "access_token": "a", "refresh_token": "b", "expires_at": 1} \
            if what == "other mode" else {"api_key": "sk-made-up"}
    else:
        key = {"api_key": "sk-made-up"}
    return json.dumps(key).encode()


@pytest.mark.parametrize("what", STRANGE)
@pytest.mark.parametrize("kind", consumers.KINDS)
def test_what_is_no_login_of_ours_stays(chatelaine, home, seed, kind, what):
    seed()
    program = consumers.make(kind, home).install()
    text = strange(kind, what)
    program.path.write_bytes(text)
    for arguments in (["work"], ["--none"]):
        message = expect.failed(chatelaine("use", *arguments, "--for", kind), expect.REFUSED)
        assert str(program.path) in message
    assert program.path.read_bytes() == text


def test_copy_that_its_program_may_be_renewing_is_waited_for(chatelaine, issuer, home, store, seed):
    """It would throw away the answer that has spent the refresh token, which is the store's as well."""
    codex = consumers.make("codex", home).install()
    codex.sign_in(seed(lifetime=60))
    login = codex.read()
    (home / "codex").write_text("read line\n")
    with subprocess.Popen(["/bin/sh", home / "codex"], stdin=subprocess.PIPE, env={"HOME": str(home)}) as program:
        running = chatelaine.start("use", "work", "--for", "codex")
        for _ in range(8):  # more often than it looks if it goes on
            consumers.Watch(codex.path).wait()
        assert codex.read() == login
        new = consumers.renew(issuer, codex, login)
        program.communicate(b"\n")
    expect.succeeded(running.finish())
    assert store.credential("work")["refresh_token"] == new.refresh and codex.read().is_view
    assert issuer.reused == 0


def test_login_beside_an_api_key_stays(chatelaine, issuer, program, seed):
    """Codex with a key and old tokens: the key is not ours to lose."""
    seed()
    codex = program()
    codex.sign_in(issuer.mint("work", lifetime=HOUR))
    value = {**json.loads(codex.path.read_text()), "OPENAI_API_KEY": "sk-made-up"}
    codex.path.write_text(json.dumps(value))
    expect.failed(chatelaine("use", "work"), expect.REFUSED)
    assert json.loads(codex.path.read_text()) == value


@pytest.mark.parametrize("kind", ["openhands", "litellm", "codex"])
def test_file_that_is_being_written_in_place_is_waited_for(chatelaine, issuer, home, store, seed, kind):
    """Emptied and not filled yet: what its program is about to write may be its only login."""
    seed()
    program = consumers.make(kind, home).install()
    text = program.text(consumers.of(issuer.mint("old")))
    with open(program.path, "w") as file:
        watch = consumers.Watch(program.path)
        run = chatelaine.start("use", "work", "--for", kind)
        watch.wait()
        file.write(text)
    expect.failed(run.finish(), expect.REFUSED)
    assert program.path.read_text() == text


@pytest.mark.parametrize("text", ["", "\n", "{}", "{\n}\n"])
@pytest.mark.parametrize("kind", consumers.KINDS)
def test_empty_file_is_no_obstacle(chatelaine, home, seed, kind, text):
    tokens = seed()
    program = consumers.make(kind, home).install()
    program.path.write_text(text)
    use(chatelaine, "work", "--for", kind)
    assert program.shows(tokens)


def in_the_way(path, what, home):
    if what == "directory":
        path.mkdir()
    elif what == "full directory":
        path.mkdir()
        (path / "mine").write_text("mine")
    elif what == "fifo":
        os.mkfifo(path)
    elif what == "device":
        path.symlink_to("/dev/null")
    elif what == "endless device":
        path.symlink_to("/dev/zero")
    elif what == "socket":
        # Its address has a limit that a test's path exceeds.
        here = os.open(path.parent, os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)
    elif what == "dangling link":
        path.symlink_to(home / "nowhere" / "auth.json")
    elif what == "link to itself":
        path.symlink_to(path.name)
    elif what == "huge file":
        path.touch()
        os.truncate(path, 8 << 20)


@pytest.mark.parametrize("what", ["directory", "full directory", "fifo", "device", "endless device", "socket",
                                  "dangling link", "link to itself", "huge file"])
@pytest.mark.parametrize("kind", ["codex", "openhands", "pi"])
def test_what_is_in_the_way_stays(chatelaine, issuer, home, seed, kind, what):
    tokens = seed()
    program = consumers.make(kind, home).install()
    in_the_way(program.path, what, home)
    before = os.lstat(program.path)
    # "codex=DIR" means a file in it, but the usual place is a file.
    message = expect.failed(chatelaine("use", "work", "--for", kind), expect.REFUSED, expect.FAILED)
    assert str(program.path) in message
    after = os.lstat(program.path)
    assert (after.st_ino, after.st_mode, after.st_size) == (before.st_ino, before.st_mode, before.st_size)
    assert sorted(os.listdir(program.path.parent)) == [program.path.name]
    assert not (home / "nowhere").exists()
    assert len(consumers.files_with(tokens.access_token, home)) == 1
    # The list still works, and the profile is as it was.
    assert expect.status_of(chatelaine) == "ok" and issuer.count() == 0


def test_directory_that_is_a_file(chatelaine, home, seed):
    seed()
    (home / ".codex").write_text("mine")
    message = expect.failed(chatelaine("use", "work", "--for", "codex"), expect.REFUSED, expect.FAILED)
    assert ".codex" in message and (home / ".codex").read_text() == "mine"


def test_hard_link_is_cut_not_written_through(chatelaine, home, program, seed):
    """The other name keeps what it had: nobody said that it should show anything."""
    seed()
    tokens = seed("personal", "personal")
    codex = program()
    use(chatelaine, "work")
    os.link(codex.path, home / "other-name")
    before = (home / "other-name").read_bytes()
    use(chatelaine, "personal")
    assert codex.shows(tokens) and codex.path.stat().st_nlink == 1
    assert (home / "other-name").read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_file_that_may_not_be_read(chatelaine, issuer, program, seed):
    seed()
    codex = program()
    codex.sign_in(issuer.mint("old"))
    codex.path.chmod(0)
    message = expect.failed(chatelaine("use", "work", "--for", "codex"), expect.REFUSED, expect.FAILED)
    assert str(codex.path) in message
    codex.path.chmod(0o600)
    assert codex.read().refresh


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
@pytest.mark.parametrize("there", [True, False])
def test_read_only_directory(chatelaine, issuer, program, store, seed, there):
    seed(lifetime=HOUR)
    codex = program()
    if there:
        newer = codex.sign_in(issuer.mint("work"))
    before = store.profiles_snapshot()
    codex.path.parent.chmod(0o500)
    try:
        message = expect.failed(chatelaine("use", "work", "--for", "codex"), expect.FAILED)
    finally:
        codex.path.parent.chmod(0o700)
    assert str(codex.path.parent) in message or "auth.json" in message
    assert store.profiles_snapshot() == before
    assert not there or codex.read().refresh == newer.refresh


@pytest.fixture
def users(env, build, seed, store):
    """The program, the store and the home of an ordinary user, where root may put what is somebody else's."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        program = shutil.copy(build / "chatelaine", place)
        tokens = seed()
        home = Path(place, "home")
        moved = StoreDir(shutil.copytree(store, home / "store"))
        consumers.make("codex", home).install()
        for path in [home, *home.rglob("*")]:
            os.chown(path, USER, USER)
        runner = Runner(program, {**env, "HOME": str(home), "CHATELAINE_STORE": str(moved)})
        yield home, moved, tokens, lambda *args, **more: runner(*args, **{"user": USER, **more})


def test_file_of_another_user(users, issuer):
    home, _, _, chatelaine = users
    codex = consumers.make("codex", home)
    codex.sign_in(issuer.mint("old"))
    os.chown(codex.path, USER - 1, USER - 1)
    codex.path.chmod(0o644)
    before = codex.path.read_bytes()
    message = expect.failed(chatelaine("use", "work", "--for", "codex"), expect.REFUSED, expect.FAILED)
    assert "user" in message and codex.path.read_bytes() == before
    assert codex.path.stat().st_uid == USER - 1


def test_root_leaves_the_view_to_the_user(users):
    home, store, tokens, chatelaine = users
    shutil.rmtree(home / ".codex")
    for kind in consumers.KINDS:
        expect.succeeded(chatelaine("use", "work", "--for", kind, user=None))
        program = consumers.make(kind, home)
        assert program.shows(tokens) and program.mode() == 0o600
        for path in [program.path, *program.path.parents]:
            if path == home:
                break
            assert path.stat().st_uid == USER, path
    for path in store.path.rglob("*"):
        assert path.stat().st_uid == USER, path
    # And the user goes on.
    expect.succeeded(chatelaine("use", "--none", "--for", "codex"))


def test_root_follows_no_link_out_of_a_users_directory(users, home):
    users_home, _, _, chatelaine = users
    victim = home / "victim"
    victim.write_text("")
    codex = consumers.make("codex", users_home)
    codex.path.symlink_to(victim)
    message = expect.failed(chatelaine("use", "work", "--for", "codex", user=None), expect.REFUSED)
    assert str(codex.path) in message and victim.read_bytes() == b""


def may_mount():
    if os.geteuid() != 0:
        return False
    return Program(["unshare", "-m", "true"], env=os.environ).finish().status == 0


@pytest.mark.parametrize("there", ["nothing", "a newer login of ours", "an unknown login"])
def test_full_disk_loses_nothing(chatelaine, issuer, store, home, seed, tmp_path, there):
    if not may_mount():
        pytest.skip("only root can mount a small disk")
    tokens = seed(lifetime=HOUR)
    codex = consumers.make("codex", home)
    written = codex.text(consumers.of(issuer.mint("work" if there.startswith("a newer") else "old")))
    (tmp_path / "login.json").write_text(written if there != "nothing" else "")
    (home / ".codex").mkdir()
    before = store.profiles_snapshot()
    script = """
        mount -t tmpfs -o size=64k tmpfs "$HOME/.codex" || exit 99
        [ ! -s "$1" ] || cp "$1" "$HOME/.codex/auth.json"
        head -c 1000000 /dev/zero > "$HOME/.codex/ballast" 2> /dev/null
        "$2" use work --for codex
        status=$?
        ls -A "$HOME/.codex"
        if [ -s "$1" ]; then cmp "$1" "$HOME/.codex/auth.json" || exit 98; fi
        exit $status
    """
    result = Program(["unshare", "-m", "sh", "-c", script, "sh", tmp_path / "login.json", chatelaine.program],
                     env=chatelaine.env).finish()
    expect.failed(result, expect.FAILED, expect.REFUSED)
    left = {name for name in result.stdout.split() if not name.endswith(".lock")}
    assert left == ({"ballast"} if there == "nothing" else {"ballast", "auth.json"})
    assert store.profiles_snapshot() == before
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    assert store.path.joinpath(".chatelaine", "moves").is_dir() is False or \
        os.listdir(store.path / ".chatelaine" / "moves") == []


# Identities

PEOPLE = {"a": "work", "b": "seat", "c": "client", "d": "colleague"}


def test_neither_e_mail_nor_workspace_makes_two_logins_one(chatelaine, issuer, home, store, seed):
    """One person with two plans under one e-mail, and two members of one workspace."""
    tokens = {name: seed(name, account, lifetime=DAY) for name, account in PEOPLE.items()}
    codex = consumers.make("codex", home)
    for name, account in PEOPLE.items():
        newer = codex.sign_in(issuer.mint(account))
        use(chatelaine, next(other for other in PEOPLE if other != name), "--for", "codex")
        assert store.credential(name)["refresh_token"] == newer.refresh
        tokens[name] = newer
    for name in PEOPLE:
        assert store.credential(name)["refresh_token"] == tokens[name].refresh
        consumers.only_in(tokens[name].refresh, home, store.credential_file(name))


@pytest.mark.parametrize("known, unknown", [("work", "seat"), ("seat", "work"), ("client", "colleague"),
                                            ("colleague", "client")])
def test_half_of_an_identity_is_an_unknown_login(chatelaine, issuer, home, store, seed, known, unknown):
    seed("work", known, lifetime=HOUR)
    before = store.profiles_snapshot()
    codex = consumers.make("codex", home)
    stranger = codex.sign_in(issuer.mint(unknown))
    expect.failed(chatelaine("use", "work", "--for", "codex"), expect.REFUSED)
    assert codex.read().refresh == stranger.refresh and store.profiles_snapshot() == before
