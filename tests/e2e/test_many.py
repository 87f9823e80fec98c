"""A store of many profiles has an index: it is a cache, and what is listed is what the files say."""

import json
import os
import shutil

import consumers
import expect
import pytest
from interface import row, rows, the_list, wait_selected
from issuer.many import seed_many

COUNT = 600
HALF_AN_HOUR = 1800


@pytest.fixture
def many(store, issuer):
    """Names of more profiles than are listed without an index."""
    return seed_many(issuer, store.path, COUNT)


@pytest.fixture
def later(chatelaine, clock):
    """The program as it runs when the files are no longer of this moment, which it does not trust."""
    clock.advance(HALF_AN_HOUR)
    return lambda *args, **options: chatelaine(*args, env=clock.environment, **options)


def index_of(store):
    return store.path / ".chatelaine" / "index"


def listed(later):
    """name -> what is said of it, but for the seconds that pass."""
    return {entry["name"]: {**entry, "expires_in": None} for entry in later("list", "--json").json["profiles"]}


def names(later):
    table = expect.succeeded(later("list")).splitlines()[1:]
    return [line.split()[0] for line in table]


def edit(path, **changes):
    """As somebody with an editor does it: in the same file."""
    value = json.loads(path.read_text())
    path.write_text(json.dumps({**value, **changes}, indent=2) + "\n")


def test_few_have_no_index(later, store, issuer):
    seed_many(issuer, store.path, 20)
    assert len(names(later)) == 20
    assert not index_of(store).exists()


def test_the_index_says_what_the_files_say(later, store, many):
    without = listed(later)
    file = index_of(store)
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(without) == many
    assert listed(later) == without
    made = file.stat().st_ino
    assert names(later) == many
    assert file.stat().st_ino == made, "nothing changed, and it was written again"


def test_so_many_that_two_read_them(later, store, issuer):
    many = seed_many(issuer, store.path, 2100)
    store.profile_file(many[1500]).write_text("no JSON")
    entries = listed(later)
    assert list(entries) == many
    assert [name for name, entry in entries.items() if entry["status"] == "damaged"] == [many[1500]]
    assert all(entries[name]["email"] == f"someone-{name[-6:]}@example.com" for name in many if name != many[1500])


def test_no_token_is_in_the_index(later, store, many):
    names(later)
    credential = store.credential(many[0])
    content = index_of(store).read_bytes()
    for key in ("access_token", "refresh_token", "id_token"):
        for part in credential[key].split("."):
            assert part[:20].encode() not in content


def test_what_others_do_is_noticed(later, store, seed, many):
    names(later)
    seed("acme/new", "client")
    shutil.rmtree(store.profile_dir(many[5]))
    shutil.rmtree(store.profile_dir("tenant-03"))
    edit(store.profile_file(many[7]), email="moved@example.com")
    edit(store.credential_file(many[8]), refresh_token="")
    store.credential_file(many[9]).chmod(0o644)
    store.profile_file(many[10]).write_text("no JSON")
    now = listed(later)
    gone = {many[5], *(name for name in many if name.startswith("tenant-03/"))}
    assert list(now) == sorted({*many, "acme/new"} - gone)
    assert now["acme/new"]["email"] == "ops@client.example"
    assert now[many[7]]["email"] == "moved@example.com"
    assert now[many[8]]["renewable"] is False
    assert now[many[9]]["warnings"] == ["credential.json is mode 0644"]
    assert now[many[10]]["status"] == "damaged"
    assert listed(later) == now
    edit(store.profile_file(many[7]), email="again@example.com")
    assert listed(later)[many[7]]["email"] == "again@example.com"


def test_a_directory_that_becomes_a_profile(later, store, many):
    folder = store.profile_dir("later")
    folder.mkdir(mode=0o700)
    assert "later" not in names(later)
    for file in "credential.json", "profile.json":
        shutil.copy(store.profile_dir(many[0]) / file, folder)
    assert "later" in names(later)
    for file in folder.iterdir():
        file.unlink()
    assert "later" not in names(later)
    assert names(later) == many


def test_a_lent_login_is_as_its_program_says(later, store, seed, many, home):
    names(later)
    tokens = seed("lent", "client")
    (home / ".codex").mkdir(mode=0o700)
    expect.succeeded(later("lend", "lent", "--to", "codex"))
    assert listed(later)["lent"]["targets"] == ["codex"]
    program = consumers.make("codex", home)
    assert program.path.read_text().count(tokens.refresh_token) == 1
    program.path.unlink()
    now = listed(later)["lent"]
    assert now["status"] == "needs-login" and now["warnings"]


def test_a_renewal_in_doubt_is_told_as_long_as_it_is(chatelaine, later, issuer, store, seed, many):
    names(later)
    seed("work")
    assert listed(later)["work"]["status"] == "ok"
    record = store.path / ".chatelaine" / "pending" / "work"
    record.parent.mkdir(mode=0o700, exist_ok=True)
    intent = {"schema": 1, "operation": "refresh", "generation": 1, "attempts": 1, "replace": False,
              "at": "2026-11-01T00:00:00Z", "issuer": issuer.url}
    record.write_bytes(json.dumps(intent).encode() + b"\n" + bytes(4096))
    record.write_bytes(record.read_bytes()[:4096] + bytes(96 * 1024))
    assert listed(later)["work"]["status"] == "in-doubt"
    record.unlink()
    assert listed(later)["work"]["status"] == "ok"


@pytest.mark.parametrize("damage", ["empty", "cut", "turned", "link", "directory"])
def test_a_damaged_index_is_made_anew(later, store, many, damage):
    before = listed(later)
    file = index_of(store)
    content = file.read_bytes()
    file.unlink()
    if damage == "link":
        file.symlink_to("/dev/zero")
    elif damage == "directory":
        file.mkdir()
    else:
        middle = len(content) // 2
        file.write_bytes({"empty": b"", "cut": content[:middle],
                          "turned": content[:middle] + b"X" + content[middle + 1:]}[damage])
    assert listed(later) == before
    if damage != "directory":
        assert file.stat().st_size == len(content)
        assert not file.is_symlink()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_store_that_may_not_be_written(later, store, many):
    store.path.chmod(0o500)
    try:
        assert names(later) == many
        assert not index_of(store).exists()
    finally:
        store.path.chmod(0o700)


def test_one_tenant(later, many):
    wanted = [name for name in many if name.startswith("tenant-04/")]
    for _ in range(2):
        table = expect.succeeded(later("list", "--tenant", "tenant-04")).splitlines()[1:]
        assert [line.split()[0] for line in table] == wanted
    assert "tenant-99" in expect.succeeded(later("list", "--tenant", "tenant-99"))


# The interface

@pytest.fixture
def shown(tui, later, many, clock):
    """The interface on a store that has its index; what was done since, is done by `first`."""
    def start(first=lambda: None):
        names(later)
        first()
        t = tui(env=clock.environment)
        t.wait_for(the_list)
        return t
    return start


def filtered(t, typed, *wanted):
    t.send("/")
    t.wait_for("Esc Clear")
    t.type(typed)
    t.wait_for(lambda t: list(rows(t)) == list(wanted))
    t.send("Esc")
    t.wait_for("q Quit")


def test_rows_are_as_the_files_say(shown, store, many):
    t = shown(lambda: edit(store.profile_file(many[1]), email="moved@example.com"))
    assert "moved@" in row(t, many[1])
    assert f"{COUNT} profiles" in t.screen()[0]


def test_what_is_not_seen_is_compared_as_well(shown, store, seed, many):
    def change():
        edit(store.profile_file(many[400]), email="moved@example.com")
        shutil.rmtree(store.profile_dir(many[401]))
        for file in store.profile_dir(many[402]).iterdir():
            file.unlink()
        seed("zebra", "client")
    t = shown(change)
    t.wait_for(f"{COUNT - 1} profiles")
    filtered(t, "moved@", many[400])
    filtered(t, many[401])
    filtered(t, many[402])
    filtered(t, "ops@client", "zebra")


def test_what_is_done_shows_at_once(shown, store, many):
    t = shown()
    wait_selected(t, many[0])
    t.send("d")
    t.wait_for("Forget here")
    t.send("Enter")
    t.wait_for(f"{COUNT - 1} profiles")
    assert many[0] not in rows(t)
    t.send("z")
    wait_selected(t, many[0])
    t.send("+", "End")
    wait_selected(t, many[-1])
    t.send("s")
    t.wait_for("sorted by what ends soonest")
    wait_selected(t, many[-1])
