"""Another name for a profile: everything goes with it, and nobody's login is touched."""

import os

import consumers
import expect
import pytest

HOUR, DAY = 3600, 86400


@pytest.mark.parametrize("old, new", [("work", "job"), ("work", "acme/work"), ("acme/work", "work"),
                                      ("acme/work", "acme/job"), ("acme/work", "other/work"), ("a", "b"), ("b", "a"),
                                      ("work", "Work"), ("work", "work.2")])
def test_everything_goes_with_it(chatelaine, issuer, home, store, seed, old, new):
    tokens = seed(old)
    files = {file.name: file.read_bytes() for file in store.profile_dir(old).iterdir()}
    text = expect.succeeded(chatelaine("rename", old, new))
    assert old in text and new in text
    assert store.names() == [new]
    assert {file.name: file.read_bytes() for file in store.profile_dir(new).iterdir()} == files
    assert list(expect.listed(chatelaine)) == [new] and expect.status_of(chatelaine, new) == "ok"
    consumers.only_in(tokens.refresh_token, home, store.credential_file(new))
    expect.succeeded(chatelaine("refresh", new))
    expect.failed(chatelaine("token", old), expect.NOT_FOUND)
    assert issuer.reused == 0


def test_modes(chatelaine, store, seed):
    seed()
    expect.succeeded(chatelaine("rename", "work", "acme/work", umask=0))
    for path, mode in store.modes().items():
        assert mode == (0o700 if (store.path / path).is_dir() else 0o600), f"{path} is {mode:o}"


def test_emptied_tenant_is_free_again(chatelaine, store, seed):
    seed("acme/work")
    expect.succeeded(chatelaine("rename", "acme/work", "job"))
    expect.succeeded(chatelaine("rename", "job", "acme"))
    assert list(expect.listed(chatelaine)) == ["acme"]


def test_views_follow(chatelaine, home, store, seed):
    tokens, other = seed(lifetime=HOUR), seed("personal", "personal")
    for kind in consumers.KINDS:
        expect.succeeded(chatelaine("use", "work", "--for", kind))
    expect.succeeded(chatelaine("use", "personal", "--for", "pi"))
    before = {kind: consumers.make(kind, home).path.read_bytes() for kind in consumers.KINDS}
    expect.succeeded(chatelaine("rename", "work", "acme/job"))
    assert {kind: consumers.make(kind, home).path.read_bytes() for kind in consumers.KINDS} == before
    entry = expect.listed(chatelaine)["acme/job"]
    assert sorted(entry["targets"]) == ["codex", "litellm", "opencode", "openhands"] and entry["warnings"] == []
    # The one before has the new name, too; and a renewal still finds its views.
    expect.succeeded(chatelaine("use", "-", "--for", "pi"))
    assert consumers.make("pi", home).shows(tokens) and not consumers.make("pi", home).shows(other)
    expect.succeeded(chatelaine("refresh", "acme/job"))
    for kind in consumers.KINDS:
        assert consumers.make(kind, home).read().access == store.credential("acme/job")["access_token"]


def test_undo_of_the_switch_before(chatelaine, home, seed):
    tokens = seed()
    seed("personal", "personal")
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    expect.succeeded(chatelaine("use", "personal", "--for", "codex"))
    expect.succeeded(chatelaine("rename", "work", "job"))
    expect.succeeded(chatelaine("undo"))
    assert consumers.make("codex", home).shows(tokens)
    assert expect.listed(chatelaine)["job"]["targets"] == ["codex"]


def test_name_that_is_taken(chatelaine, home, store, seed):
    tokens = {name: seed(name, account) for name, account in [("work", "work"), ("personal", "personal")]}
    before = store.profiles_snapshot()
    message = expect.failed(chatelaine("rename", "work", "personal"), expect.REFUSED)
    assert "personal" in message and store.profiles_snapshot() == before
    for name in tokens:
        consumers.only_in(tokens[name].refresh_token, home, store.credential_file(name))


@pytest.mark.parametrize("old, new", [("work", "work/inside"), ("acme/work", "acme")])
def test_profile_within_a_profile(chatelaine, store, seed, old, new):
    seed(old)
    before = store.profiles_snapshot()
    expect.failed(chatelaine("rename", old, new), expect.REFUSED, expect.USAGE)
    assert store.profiles_snapshot() == before


def test_damaged_profile_keeps_its_bytes(chatelaine, store, seed):
    seed()
    store.credential_file("work").write_text("not JSON")
    expect.succeeded(chatelaine("rename", "work", "broken"))
    assert store.credential_file("broken").read_text() == "not JSON"


@pytest.mark.parametrize("new", ["", ".", "..", "a/b/c", "-x", "a b", "../up", "/abs", "x" * 70, "a/", ".chatelaine"])
def test_name_that_is_none(chatelaine, store, seed, new):
    seed()
    before = store.profiles_snapshot()
    expect.failed(chatelaine("rename", "work", new), expect.USAGE)
    assert store.profiles_snapshot() == before


def test_same_name(chatelaine, seed):
    seed()
    expect.failed(chatelaine("rename", "work", "work"), expect.USAGE)


@pytest.mark.parametrize("arguments", [[], ["work"], ["work", "a", "b"]])
def test_two_names(chatelaine, seed, arguments):
    seed()
    expect.failed(chatelaine("rename", *arguments), expect.USAGE)


def test_unknown_profile(chatelaine, seed):
    seed()
    expect.failed(chatelaine("rename", "wurk", "job"), expect.NOT_FOUND)


def test_doubt_goes_with_it(chatelaine, issuer, seed):
    seed(lifetime=9 * DAY)
    issuer.fault("token", "cut", after=True)
    chatelaine("refresh", "work")
    expect.succeeded(chatelaine("rename", "work", "job"))
    assert expect.status_of(chatelaine, "job") == "in-doubt"
    expect.failed(chatelaine("refresh", "job"), expect.REFUSED, expect.UNAVAILABLE)
    assert issuer.count("token") == 1 and issuer.reused == 0


def test_answer_under_way_is_waited_for(chatelaine, issuer, store, seed):
    seed(lifetime=HOUR)
    issuer.delay["token"] = 0.4
    refresh = chatelaine.start("refresh", "work")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    expect.succeeded(chatelaine("rename", "work", "job"))
    expect.succeeded(refresh.finish())
    assert store.names() == ["job"] and store.credential("job")["generation"] == 2
    assert issuer.alive(store.credential("job")["refresh_token"]) and store.pending() == []


def test_two_at_once(chatelaine, home, store, seed):
    tokens = seed()
    runs = [chatelaine.start("rename", "work", name) for name in ("a", "b", "c", "d")]
    statuses = [run.finish(timeout=30).status for run in runs]
    assert statuses.count(expect.DONE) == 1, statuses
    name, = store.names()
    consumers.only_in(tokens.refresh_token, home, store.credential_file(name))


def test_two_to_one_name(chatelaine, home, store, seed):
    tokens = [seed("a", "work"), seed("b", "personal")]
    runs = [chatelaine.start("rename", name, "c") for name in "ab"]
    statuses = [run.finish(timeout=30).status for run in runs]
    assert sorted(statuses) == [expect.DONE, expect.REFUSED]
    assert "c" in store.names() and len(store.names()) == 2
    for one in tokens:
        assert len(consumers.files_with(one.refresh_token, home)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_store_that_cannot_be_written(chatelaine, store, seed):
    seed()
    expect.succeeded(chatelaine("list"))
    store.path.chmod(0o500)
    try:
        expect.failed(chatelaine("rename", "work", "job"), expect.FAILED)
    finally:
        store.path.chmod(0o700)
    assert store.names() == ["work"] and expect.status_of(chatelaine) == "ok"


def test_audit(chatelaine, store, seed):
    seed()
    expect.succeeded(chatelaine("rename", "work", "job"))
    entry = next(entry for entry in reversed(store.audit()) if entry["event"] == "rename")
    assert entry["profile"] == "job" and entry["result"] == "ok"
