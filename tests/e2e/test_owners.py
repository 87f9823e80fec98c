"""Files of several users in one store: what root touches stays theirs, and who may not read is told so."""

import os

import consumers
import expect
import pytest
from interface import row, the_list, wait_selected

ALICE, BOB, KEEPER, ORDINARY = 10001, 10002, 12345, 12346

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away")


@pytest.fixture
def volumes(store, issuer):
    """Two containers' volumes, each its user's, in a store of KEEPER's that everybody may pass through."""
    servers = {}
    for name, account, uid in ("acme/alice", "work", ALICE), ("acme/bob", "client", BOB):
        folder = store.profile_dir(name)
        folder.mkdir(parents=True, mode=0o700)
        servers[name] = consumers.make("openhands", path=folder / "openai_oauth.json")
        servers[name].sign_in(issuer.mint(account, lifetime=3600))
        for path in folder, servers[name].path:
            os.chown(path, uid, uid)
    for path in store.path, store.path / "acme":
        path.chmod(0o755)
        os.chown(path, KEEPER, KEEPER)
    for folder in store.path.parents:
        if folder.stat().st_mode & 0o055 != 0o055 and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    return servers


def owner_of(store):
    return {str(path.relative_to(store.path)): path.lstat().st_uid for path in store.path.rglob("*")}


def are_owned(store):
    for path, uid in owner_of(store).items():
        if path.startswith(".chatelaine/backups/"):  # moved as they are
            assert uid in (ALICE, KEEPER), path
            continue
        wanted = {"acme/alice": ALICE, "acme/bob": BOB}.get("/".join(path.split("/")[:2]), KEEPER)
        assert uid == wanted, path


def test_nothing_that_root_touches_becomes_roots(chatelaine, store, volumes):
    at = f"openhands={volumes['acme/alice'].path}"
    for command in (["list"], ["take-back", "acme/alice"], ["refresh", "acme/alice"], ["doctor", "--fix"],
                    ["lend", "acme/alice", "--to", at], ["take-back", "acme/alice"], ["use", "--none", "--for", at],
                    ["delete", "acme/alice", "--yes"]):
        expect.succeeded(chatelaine(*command))
        are_owned(store)
    expect.succeeded(chatelaine("undo"))
    are_owned(store)
    assert {"acme/alice/credential.json", ".chatelaine/audit.jsonl"} <= {*owner_of(store)}


def test_interface_of_root_leaves_owners(tui, store, volumes):
    t = tui()
    wait_selected(t, "acme/")
    t.send("Right", "L")
    t.wait_for("moves back")
    t.send("Enter")
    t.wait_for(lambda t: (store.profile_dir("acme/alice") / "credential.json").exists() and the_list(t))
    t.send("r")
    t.wait_for("is renewed")
    are_owned(store)


@pytest.fixture
def as_alice(chatelaine, tmp_path):
    home = tmp_path / "home-of-alice"
    home.mkdir()
    os.chown(home, ALICE, ALICE)
    return lambda *args: chatelaine(*args, user=ALICE, env={"HOME": home})


def test_what_may_be_read_is_shown_and_the_rest_told(as_alice, store, issuer, volumes):
    before = {path: path.lstat().st_mtime_ns for path in store.path.rglob("*")}
    table = expect.succeeded(as_alice("list")).splitlines()
    assert "dev@example.com" in table[1] and table[2].split()[:5] == ["acme/bob", "-", "-", "not", "readable"]
    theirs = f"{store}/acme/bob is of user {BOB}, and user {ALICE} may not read it"
    remedy = "run this as root, or as the user whose it is"
    assert f"{theirs}; {remedy}" in expect.succeeded(as_alice("show", "acme/bob"))
    for command in ["token", "acme/bob"], ["refresh", "acme/bob"], ["export", "acme/bob", "--format", "env"]:
        message = as_alice(*command).stderr
        assert theirs in message and remedy in message or f"may not write to {store}" in message, command
    findings = as_alice("doctor").stdout
    assert theirs in findings and f"sudo chatelaine --store {store} doctor" in findings
    assert "chatelaine login" not in findings
    entry = as_alice("list", "--json").json["profiles"][1]
    assert (entry["status"], entry["reason"], entry["warnings"]) == ("damaged", "not-readable", [theirs])
    assert {path: path.lstat().st_mtime_ns for path in store.path.rglob("*")} == before and issuer.count() == 0


@pytest.mark.parametrize("command", [
    ["token", "acme/alice"], ["take-back", "acme/alice"], ["use", "acme/alice", "--for", "codex"],
    ["delete", "acme/alice", "--yes"], ["keep"]])
def test_who_may_not_write_is_told_where_and_what_helps(as_alice, store, volumes, command):
    before = owner_of(store)
    message = expect.failed(as_alice(*command), expect.FAILED)
    assert f"user {ALICE} may not write to {store}; run this as root" in message
    assert owner_of(store) == before


def test_tenant_is_not_called_damaged(terminal, build, env, home, volumes):
    home.chmod(0o755)
    own = {name: value for name, value in env.items() if name != "LANG"}
    t = terminal("/usr/bin/setpriv", f"--reuid={ALICE}", "--clear-groups", build / "chatelaine", env=own)
    t.wait_for(the_list)
    assert "expiring" in row(t, "acme/") and "1 expiring, 1 not readable" in t.text
    assert "not readable" in row(t, "acme/bob")


def test_file_alone_may_not_be_read(as_alice, store, volumes):
    store.profile_dir("acme/bob").chmod(0o755)
    path = volumes["acme/bob"].path
    assert f"{path} is of user {BOB}" in expect.succeeded(as_alice("show", "acme/bob"))


def test_directory_of_a_tenant_may_not_be_read(as_alice, store, volumes):
    (store.path / "acme").chmod(0o700)
    line, = expect.succeeded(as_alice("list")).splitlines()[1:]
    assert line.split()[0] == "acme" and "not readable" in line
    assert f"{store}/acme is of user {KEEPER}" in expect.succeeded(as_alice("show", "acme"))


def test_chain_that_is_in_two_volumes_is_found(chatelaine, issuer, store, volumes):
    """Copied by hand: the next renewal of either would end both."""
    volumes["acme/bob"].path.write_bytes(volumes["acme/alice"].path.read_bytes())
    result = chatelaine("doctor")
    assert result.status != 0
    assert str(volumes["acme/alice"].path) in result.stdout and str(volumes["acme/bob"].path) in result.stdout
