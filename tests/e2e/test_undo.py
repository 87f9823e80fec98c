"""Bringing back what was forgotten last."""

import expect


def test_forgotten_profile_comes_back_whole(chatelaine, issuer, store, seed):
    seed("acme/client-x", "client")
    before = store.profiles_snapshot()
    expect.succeeded(chatelaine("delete", "acme/client-x", "--yes"))
    text = expect.succeeded(chatelaine("undo"))
    assert "acme/client-x" in text
    assert store.profiles_snapshot() == before
    assert expect.status_of(chatelaine, "acme/client-x") == "ok"
    assert issuer.count() == 0


def test_refresh_token_is_in_one_file_again(chatelaine, store, seed):
    tokens = seed("work")
    chatelaine("delete", "work", "--yes")
    expect.succeeded(chatelaine("undo"))
    expect.one_place(store, tokens.refresh_token)


def test_last_one_first(chatelaine, store, seed):
    seed("a")
    seed("b")
    chatelaine("delete", "a", "--yes")
    chatelaine("delete", "b", "--yes")
    expect.succeeded(chatelaine("undo"))
    assert store.names() == ["b"]


def test_same_name_forgotten_twice_gives_the_later_one(chatelaine, store, seed):
    seed("work", "work")
    chatelaine("delete", "work", "--yes")
    later = seed("work", "personal")
    chatelaine("delete", "work", "--yes")
    expect.succeeded(chatelaine("undo"))
    assert store.credential("work")["refresh_token"] == later.refresh_token


def test_nothing_to_bring_back(chatelaine, store):
    expect.failed(chatelaine("undo"), expect.NOT_FOUND)
    assert not store.path.exists()


def test_undone_is_done_once(chatelaine, store, seed):
    seed("work")
    chatelaine("delete", "work", "--yes")
    expect.succeeded(chatelaine("undo"))
    expect.failed(chatelaine("undo"), expect.NOT_FOUND)
    assert store.names() == ["work"]


def test_purged_profile_does_not_come_back(chatelaine, seed):
    seed("work")
    chatelaine("delete", "work", "--yes", "--purge")
    expect.failed(chatelaine("undo"), expect.NOT_FOUND)


def test_name_that_is_taken_again_is_not_overwritten(chatelaine, store, seed):
    old = seed("work", "work")
    chatelaine("delete", "work", "--yes")
    new = seed("work", "personal")
    assert "work-2" in expect.succeeded(chatelaine("undo"))
    assert store.credential("work")["refresh_token"] == new.refresh_token
    assert store.credential("work-2")["refresh_token"] == old.refresh_token
    expect.one_place(store, old.refresh_token)


def test_audit(chatelaine, store, seed):
    seed("work")
    chatelaine("delete", "work", "--yes")
    chatelaine("undo")
    assert (store.audit()[-1]["event"], store.audit()[-1]["profile"]) == ("undo", "work")
