"""`add-volume` makes what a container mounts: the right owner and mode, and no profile before there is a login."""

import os
import subprocess

import consumers
import expect
import pytest

ROOT = os.geteuid() == 0
OPENHANDS, SOMEBODY = 10001, 12345
OWN = OPENHANDS if ROOT else os.geteuid()

as_root = pytest.mark.skipif(not ROOT, reason="gives directories away")
as_user = pytest.mark.skipif(ROOT, reason="root may")


def owners(store):
    return {str(path.relative_to(store.path)): path.lstat().st_uid for path in (store.path, *store.path.rglob("*"))}


def is_volume(store, name, uid=OWN):
    folder = store.profile_dir(name)
    return folder.is_dir() and (folder.stat().st_uid, folder.stat().st_mode & 0o7777) == (uid, 0o700)


def test_directory_for_the_container(chatelaine, store):
    said = expect.succeeded(chatelaine("add-volume", "acme/alice", umask=0o077))
    assert said == f"{store}/acme/alice is made, for user {OWN}; it is a profile as soon as a login is in it\n"
    assert is_volume(store, "acme/alice") and os.listdir(store.profile_dir("acme/alice")) == []
    assert store.modes()["acme"] == 0o700 and owners(store)["acme"] == os.geteuid()
    assert [entry["event"] for entry in store.audit()] == ["add-volume"]


def test_is_no_profile_before_its_login(chatelaine, issuer, store):
    expect.succeeded(chatelaine("add-volume", "acme/alice"))
    assert expect.listed(chatelaine) == {}
    expect.failed(chatelaine("show", "acme/alice"), expect.NOT_FOUND)
    assert "all is well" in expect.succeeded(chatelaine("doctor"))
    server = consumers.make("openhands", path=store.profile_dir("acme/alice") / "openai_oauth.json")
    server.sign_in(issuer.mint("work"))
    os.chown(server.path, OWN, -1)
    entry = expect.listed(chatelaine)["acme/alice"]
    assert (entry["owner"], entry["tenant"], entry["status"]) == ("openhands", "acme", "ok")
    assert "all is well" in expect.succeeded(chatelaine("doctor"))


def test_again_is_no_failure_and_changes_nothing(chatelaine, issuer, store):
    for _ in range(2):
        said = expect.succeeded(chatelaine("add-volume", "acme/alice"))
    assert said == f"{store}/acme/alice is there already, for user {OWN}\n" and is_volume(store, "acme/alice")
    server = consumers.make("openhands", path=store.profile_dir("acme/alice") / "openai_oauth.json")
    server.sign_in(issuer.mint("work"))
    before = server.path.read_bytes()
    expect.succeeded(chatelaine("add-volume", "acme/alice"))
    assert server.path.read_bytes() == before and len(store.audit()) == 1


@pytest.mark.parametrize("name, status", [
    ("alice", expect.USAGE), ("../alice", expect.USAGE), ("acme/bob/x", expect.USAGE), ("acme/work", expect.REFUSED),
    ("single/alice", expect.REFUSED)])
def test_names_that_are_none_or_taken(chatelaine, store, seed, name, status):
    seed("acme/work")
    seed("single", "personal")
    before = store.profiles_snapshot()
    expect.failed(chatelaine("add-volume", name), status)
    assert store.profiles_snapshot() == before and store.names() == ["acme/work", "single"]


@pytest.mark.parametrize("uid", ["-1", "4294967295", "x", "1x", "99999999999999999999", " 1"])
def test_users_that_are_none(chatelaine, store, uid):
    expect.failed(chatelaine("add-volume", "acme/alice", f"--uid={uid}"), expect.USAGE)
    assert not store.profile_dir("acme").exists()


@as_user
def test_only_root_makes_one_for_another_user(chatelaine, store):
    message = expect.failed(chatelaine("add-volume", "acme/alice", "--uid", str(os.geteuid() + 1)), expect.FAILED)
    assert "only root" in message and not store.profile_dir("acme").exists()
    expect.succeeded(chatelaine("add-volume", "acme/alice", "--uid", str(os.geteuid())))


@as_root
def test_user_that_is_named(chatelaine, store):
    expect.succeeded(chatelaine("add-volume", "acme/alice", "--uid", "20002"))
    assert is_volume(store, "acme/alice", 20002)
    message = expect.failed(chatelaine("add-volume", "acme/alice"), expect.REFUSED)
    assert "a directory of user 20002" in message and is_volume(store, "acme/alice", 20002)


@as_root
def test_nothing_in_the_store_of_others_becomes_roots(chatelaine, store):
    store.path.mkdir(mode=0o700)
    os.chown(store.path, SOMEBODY, SOMEBODY)
    expect.succeeded(chatelaine("add-volume", "acme/alice"))
    assert owners(store).pop("acme/alice") == OPENHANDS
    assert {uid for path, uid in owners(store).items() if path != "acme/alice"} == {SOMEBODY}


@as_root
def test_link_is_not_followed(chatelaine, store, tmp_path):
    """Who owns the tenant's directory could give away anything of root's."""
    (tmp_path / "elsewhere").mkdir()
    store.path.mkdir(mode=0o700)
    (store.path / "acme").mkdir()
    (store.path / "acme" / "alice").symlink_to(tmp_path / "elsewhere")
    assert chatelaine("add-volume", "acme/alice").status != 0
    assert (tmp_path / "elsewhere").stat().st_uid == 0


@as_root
@pytest.mark.usefixtures("agreed")
def test_sign_in_does_not_take_its_place(chatelaine, store):
    """The container would be left with a directory that is nowhere any more."""
    expect.succeeded(chatelaine("add-volume", "acme/alice"))
    message = expect.failed(chatelaine("login", "acme/alice", "--no-qr"), expect.REFUSED)
    assert f"user {OPENHANDS}" in message and is_volume(store, "acme/alice")


def test_many_from_a_list(chatelaine, store, tmp_path):
    users = tmp_path / "users"
    users.write_text(f"# the east\nacme/alice\n\n  acme/bob\t{OWN} \r\nother/carol {OWN}")
    for words, text in ((["--from", users], None), (["--from", "-"], users.read_text())):
        said = expect.succeeded(chatelaine("add-volume", *words, input=text)).splitlines()
        # The second time nothing is done.
        assert len(said) == 3 and all(("is made" if text is None else "is there already") in line for line in said)
    assert all(is_volume(store, name) for name in ("acme/alice", "acme/bob", "other/carol"))
    assert [entry["event"] for entry in store.audit()] == ["add-volume"] * 3


def test_list_with_a_line_that_is_wrong_changes_nothing(chatelaine, store, seed, tmp_path):
    seed("acme/work")
    users = tmp_path / "users"
    users.write_text(f"acme/alice\nalice\nacme/work\nacme/bob x\nacme/bob \x1b[2J\nacme/alice {OWN + 1}\nacme/alice\n")
    before = store.profiles_snapshot()
    message = expect.failed(chatelaine("add-volume", "--from", users), expect.USAGE)
    # The sixth is for another user: who is not root makes none, and as root it is at odds with the first.
    for line in (2, 3, 4, 5, 6):
        assert f"chatelaine: {users}:{line}: " in message
    assert message.endswith("wrong, and nothing was done; put them right first, and see 'chatelaine help add-volume'\n")
    assert f"{users}:1: " not in message and store.profiles_snapshot() == before
    assert not store.profile_dir("acme/alice").exists()


def test_list_that_is_none(chatelaine, store, tmp_path):
    expect.failed(chatelaine("add-volume"), expect.USAGE)
    expect.failed(chatelaine("add-volume", "acme/alice", "--from", "-"), expect.USAGE)
    expect.failed(chatelaine("add-volume", "--from", tmp_path / "none"), expect.NOT_FOUND)
    expect.failed(chatelaine("add-volume", "--from", "-", input="x" * 2000000), expect.FAILED)
    assert expect.succeeded(chatelaine("add-volume", "--from", "-", input="")) == "" and not store.path.exists()


@as_root
def test_line_that_fails_does_not_keep_the_others(chatelaine, store, tmp_path):
    users = tmp_path / "users"
    users.write_text("acme/alice\nother/bob\nother/carol\n")
    store.path.mkdir(mode=0o700)
    (store.path / "other").mkdir(mode=0o700)
    other = store.path / "other"
    if subprocess.run(["chattr", "+i", other], capture_output=True).returncode != 0:
        pytest.skip("nothing here can be made immutable")
    try:
        message = expect.failed(chatelaine("add-volume", "--from", users), expect.FAILED)
    finally:
        subprocess.run(["chattr", "-i", other], check=True)
    assert f"{users}:2: " in message and f"{users}:3: " in message and "2 lines failed" in message
    assert is_volume(store, "acme/alice")
    expect.succeeded(chatelaine("add-volume", "--from", users))
