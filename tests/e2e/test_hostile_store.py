"""A store that is not as we left it: told as `damaged` with the reason, never deleted, never waited for."""

import json
import os
import shutil
import socket
import tempfile

import expect
import pytest
from program import Runner
from storedir import StoreDir

HOUR = 3600
USER = 54321  # Nobody: a number is enough for the kernel.
FILES = ["credential.json", "profile.json"]


def replaced(put):
    """A way to damage that first takes the file away."""
    def damage(file, tmp_path):
        file.unlink()
        put(file, tmp_path)
    return damage


def link_outside(file, tmp_path):
    outside = tmp_path / "outside.json"
    os.rename(file, outside)
    file.symlink_to(outside)


def link_inside(file, tmp_path):
    aside = file.with_name("aside.json")
    os.rename(file, aside)
    file.symlink_to(aside.name)


def bind_socket(file, tmp_path):
    # A socket's address is short, the path may not be.
    folder = os.open(file.parent, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{folder}/{file.name}")
    os.close(folder)


def write(content):
    return lambda file, tmp_path: file.write_bytes(content)


def sparse(file, tmp_path):
    os.truncate(file, 1 << 32)


def changed(**changes):
    def damage(file, tmp_path):
        document = {**json.loads(file.read_text()), **changes}
        file.write_text(json.dumps({key: value for key, value in document.items() if value is not ...}))
    return damage


def doubled(file, tmp_path):
    text = file.read_text().strip()
    file.write_text(text[:-1] + ', "schema": 1}')


DAMAGES = {
    "link out of the store": link_outside,
    "link in the store": link_inside,
    "dangling link": replaced(lambda file, tmp_path: file.symlink_to(tmp_path / "missing")),
    "link to itself": replaced(lambda file, tmp_path: file.symlink_to(file.name)),
    "link to a device": replaced(lambda file, tmp_path: file.symlink_to("/dev/zero")),
    "fifo": replaced(lambda file, tmp_path: os.mkfifo(file, 0o600)),
    "socket": replaced(bind_socket),
    "directory": replaced(lambda file, tmp_path: file.mkdir()),
    "0 bytes": write(b""),
    "4 GiB": sparse,
    "not JSON": write(b"refresh_token=rt_1\n"),
    "half": lambda file, tmp_path: os.truncate(file, file.stat().st_size // 2),
    "binary": write(bytes(range(256))),
    "not UTF-8": write(b'{"schema":1,"email":"\xff\xfe"}'),
    "deep": write(b"[" * 100_000),
    "array": write(b"[]"),
    "number": write(b"7"),
    "two documents": lambda file, tmp_path: file.write_text(file.read_text() + "{}"),
    "key twice": doubled,
    "later schema": changed(schema=2),
    "no schema": changed(schema=...),
    "schema is text": changed(schema="1"),
}


def everything(folder):
    """What is in a directory, without following or opening anything that could wait."""
    return {entry.name: (entry.lstat().st_mode, entry.lstat().st_size, entry.lstat().st_ino)
            for entry in folder.iterdir()}


@pytest.fixture
def damaged(store, seed, tmp_path):
    def put(kind, name="credential.json"):
        seed("good", "personal")
        tokens = seed("work", "work", lifetime=-HOUR)
        DAMAGES[kind](store.profile_dir("work") / name, tmp_path)
        return tokens
    return put


def is_told(entry):
    """The reason stands somewhere in the object, in words."""
    return entry["status"] == "damaged" and any(text and len(text) > 5 for text in [entry["reason"], *entry["warnings"]])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_told_and_left_alone(chatelaine, store, damaged, kind, name):
    damaged(kind, name)
    before = everything(store.profile_dir("work"))
    result = chatelaine("list", "--json", timeout=5)
    expect.succeeded(result)
    entries = {entry["name"]: entry for entry in result.json["profiles"]}
    assert is_told(entries["work"]), entries["work"]
    assert entries["good"]["status"] == "ok"
    assert "damaged" in expect.succeeded(chatelaine("list", timeout=5))
    expect.succeeded(chatelaine("show", "work", timeout=5))
    assert everything(store.profile_dir("work")) == before


@pytest.mark.parametrize("kind", DAMAGES)
def test_damaged_credential_is_not_spent_shown_or_overwritten(chatelaine, issuer, store, damaged, kind):
    tokens = damaged(kind)
    before = everything(store.profile_dir("work"))
    for command in (["token", "work"], ["refresh", "work"], ["export", "work", "--format", "env"],
                    ["delete", "work", "--sign-out", "--yes"]):
        result = chatelaine(*command, timeout=5)
        expect.failed(result, expect.FAILED, expect.REFUSED)
        expect.no_secret(result, tokens)
    assert issuer.count() == 0
    assert everything(store.profile_dir("work")) == before


@pytest.mark.parametrize("kind", ["0 bytes", "link out of the store", "directory", "later schema"])
def test_signing_in_deletes_nothing_that_cannot_be_read(chatelaine, issuer, store, damaged, kind):
    damaged(kind)
    inode = store.credential_file("work").lstat().st_ino
    issuer.approve_next("work")
    chatelaine("login", "work", "--agree-terms")
    # In its place still, or in the backups.
    assert inode in {path.lstat().st_ino for path in store.path.rglob("*")}


@pytest.mark.parametrize("text", ["garbage", '{"schema": 1, "operation": "out"}', '{"schema": 1, "operation": "x"}'])
def test_damaged_record_of_a_move_is_told(chatelaine, issuer, store, seed, text):
    seed()
    expect.succeeded(chatelaine("list"))
    moves = store.path / ".chatelaine" / "moves"
    moves.mkdir(mode=0o700, parents=True, exist_ok=True)
    (moves / "work").write_text(text)
    expect.failed(chatelaine("refresh", "work"), expect.FAILED)
    assert issuer.count() == 0


def test_damage_of_one_is_told_and_does_not_stop_the_others(chatelaine, issuer, store, seed):
    seed("a", lifetime=HOUR)
    seed("b", lifetime=HOUR)
    store.credential_file("a").write_text("")
    result = chatelaine("refresh", "--all")
    assert store.credential("b")["generation"] == 2
    assert "'a'" in result.stderr


@pytest.mark.parametrize("missing", FILES)
def test_file_that_is_missing(chatelaine, store, seed, missing):
    seed("work")
    (store.profile_dir("work") / missing).unlink()
    entries = expect.listed(chatelaine)
    assert is_told(entries["work"])


# Values inside good JSON

VALUES = [7, [], {}, None, True, "x" * 100_000, "", "a\0b", "\x1b[2J\x1b]0;pwned\x07", "\u202e\u2066", "\n" * 50, -1, 1e300]


@pytest.mark.parametrize("key", ["user_id", "account_id", "email", "plan", "label", "owner", "created_at", "expires_at",
                                 "last_refresh", "error"])
def test_any_value_is_shown_harmlessly(chatelaine, store, seed, key):
    seed("work")
    good = store.profile("work")
    for value in VALUES:
        store.profile_file("work").write_text(json.dumps({**good, key: value}))
        for command in (["list"], ["show", "work"]):
            expect.succeeded(chatelaine(*command, timeout=5))
        expect.listed(chatelaine)


@pytest.mark.parametrize("key", ["access_token", "refresh_token", "id_token", "issuer", "generation", "obtained_at"])
def test_odd_credential_is_never_sent_or_printed_as_if_good(chatelaine, issuer, store, seed, key):
    seed("work", lifetime=HOUR)
    good = store.credential("work")
    for value in (7, [], {}, True, "a\0b", "a\r\nX-Injected: 1", "\x1b[2J", -1):
        if key in ("generation", "obtained_at") and value == 7:
            continue  # A good number.
        store.credential_file("work").write_text(json.dumps({**good, key: value}))
        for command in (["list"], ["show", "work"], ["token", "work"], ["export", "work", "--format", "curl"]):
            result = chatelaine(*command, timeout=5)
            assert result.status in (0, 1, 4, 6), result
            assert "X-Injected" not in result.stdout and "\x1b" not in result.stdout + result.stderr
    assert issuer.count() == 0


def test_unknown_keys_survive_a_renewal(chatelaine, store, seed):
    seed("work", lifetime=HOUR)
    store.profile_file("work").write_text(json.dumps({**store.profile("work"), "later_version": {"kept": [1]}}))
    expect.succeeded(chatelaine("refresh", "work"))
    assert store.profile("work")["later_version"] == {"kept": [1]}


# Names and places

def test_names_that_are_none_are_passed_over(chatelaine, store, seed):
    seed("work")
    for name in ("with\nnewline", "with\x1b]0;pwned\x07escape", ".hidden", "-dash", "x" * 255, "\udcff\udcfe", "a b"):
        folder = store.path / name
        folder.mkdir(mode=0o700)
        (folder / "credential.json").write_text("{}")
    assert list(expect.listed(chatelaine)) == ["work"]
    expect.succeeded(chatelaine("list"))


def test_profile_that_is_a_link_is_not_followed(chatelaine, issuer, store, seed, tmp_path):
    seed("work", lifetime=-HOUR)
    os.rename(store.profile_dir("work"), tmp_path / "outside")
    store.profile_dir("work").symlink_to(tmp_path / "outside")
    before = everything(tmp_path / "outside")
    assert is_told(expect.listed(chatelaine)["work"])
    expect.failed(chatelaine("refresh", "work"), expect.FAILED, expect.REFUSED)
    assert issuer.count() == 0
    assert everything(tmp_path / "outside") == before


def test_stray_files_are_passed_over(chatelaine, store, seed):
    seed("work")
    (store.path / "README").write_text("hello\n")
    (store.path / "empty").mkdir()
    (store.path / ".chatelaine").mkdir(exist_ok=True)
    assert list(expect.listed(chatelaine)) == ["work"]


@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["refresh", "--all"]])
def test_store_that_is_a_file(chatelaine, store, command):
    store.path.write_text("hello\n")
    message = expect.failed(chatelaine(*command), expect.FAILED)
    assert str(store) in message
    assert store.path.read_text() == "hello\n"


def test_store_in_a_loose_directory_gets_a_warning_or_private(chatelaine, store, seed):
    seed("work")
    store.profile_dir("work").chmod(0o777)
    entry = expect.listed(chatelaine)["work"]
    mode = store.profile_dir("work").stat().st_mode & 0o777
    assert entry["warnings"] or mode == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", FILES)
def test_file_that_may_not_be_read(chatelaine, store, seed, name):
    seed("work")
    (store.profile_dir("work") / name).chmod(0)
    assert is_told(expect.listed(chatelaine)["work"])


@pytest.fixture
def users_store(seed, store, env, build):
    """The store and the program of an ordinary user: root trusts every owner, as it manages others' stores."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    with tempfile.TemporaryDirectory() as place:
        # Out of root's directories, which the user may not enter.
        os.chmod(place, 0o755)
        program = shutil.copy(build / "chatelaine", place)
        seed("work")
        moved = StoreDir(shutil.copytree(store, os.path.join(place, "store")))
        for path in [moved.path, *moved.path.rglob("*")]:
            os.chown(path, USER, USER)
        runner = Runner(program, {**env, "HOME": place, "CHATELAINE_STORE": str(moved)})
        yield moved, lambda *args: runner(*args, user=USER)


@pytest.mark.parametrize("name", FILES)
def test_file_of_somebody_else(users_store, name):
    store, chatelaine = users_store
    assert expect.listed(chatelaine)["work"]["status"] == "ok"
    file = store.profile_dir("work") / name
    os.chown(file, USER + 1, USER + 1)
    file.chmod(0o644)
    assert is_told(expect.listed(chatelaine)["work"])


def test_broken_records_of_our_own_do_not_stop_anything(chatelaine, store, seed):
    seed("work")
    folder = store.path / ".chatelaine"
    for part in ("pending", "locks", "backups"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "pending" / "work").write_bytes(b"\0" * 10_000)
    (folder / "pending" / "nobody").write_bytes(b"{")
    (folder / "pending" / "..odd\n").write_bytes(b"")
    os.mkfifo(folder / "pending" / "fifo")
    (folder / "state.json").write_bytes(b"\xff")
    entry = expect.listed(chatelaine)["work"]
    assert entry["status"] in ("ok", "in-doubt")
    assert store.credential("work")["generation"] == 1
