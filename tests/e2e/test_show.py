"""One profile in detail."""

import os
import re
import time

import expect
import pytest


def test_json_is_the_object_of_the_list(chatelaine, seed):
    seed("work", "work")
    seed("personal", "personal", lifetime=-60)
    for name, entry in expect.listed(chatelaine).items():
        shown = expect.shown(chatelaine("show", name, "--json"))
        # Seconds may pass between the two.
        assert abs(shown.pop("expires_in") - entry.pop("expires_in")) <= 5
        assert shown == entry


def test_text_has_everything_that_is_known(chatelaine, store, seed):
    seed("acme/client-x", "client", label="the client's own")
    text = expect.succeeded(chatelaine("show", "acme/client-x"))
    profile = store.profile("acme/client-x")
    for value in ("acme/client-x", "the client's own", profile["email"], profile["account_id"], profile["user_id"], str(store)):
        assert value in text
    assert "team" in text.lower()


def test_when_access_was_issued_and_how_the_files_stand(chatelaine, store, seed):
    seed()
    text = expect.succeeded(chatelaine("show", "work"))
    assert re.search(r"^access issued +20\d\d-", text, re.M)
    assert re.search(r"^ +credential.json 0600, \dm old$", text, re.M)
    os.utime(store.credential_file("work"), (1, time.time() - 3 * 86400 - 60))
    os.utime(store.profile_file("work"), (1, time.time() - 7300))
    store.credential_file("work").chmod(0o644)
    os.link(store.profile_file("work"), store.path / "more")
    if os.geteuid() == 0:
        os.chown(store.credential_file("work").with_name("profile.json"), 1234, -1)
    text = expect.succeeded(chatelaine("show", "work"))
    assert re.search(r"^ +credential.json 0644, 3d old$", text, re.M)
    assert re.search(r"^ +profile.json 0600, of user 1234, 2 links, 2h old$", text, re.M) or os.geteuid() != 0


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_unknown_name(chatelaine, seed, options):
    seed("work")
    message = expect.failed(chatelaine("show", "wurk", *options), expect.NOT_FOUND)
    assert "wurk" in message


def test_refusal_of_the_issuer_is_told(chatelaine, seed):
    seed(lifetime=-60, reason="reused", message="Your refresh token has already been used.")
    assert "already been used" in expect.succeeded(chatelaine("show", "work"))


def test_hostile_refusal_of_the_issuer_is_told_harmlessly(chatelaine, seed):
    seed(lifetime=-60, reason="reused", message="gone\x1b]0;pwned\x07\x1b[2J\u202e\n\r\x9b31m end")
    text = expect.succeeded(chatelaine("show", "work"))
    assert "gone" in text and "end" in text
