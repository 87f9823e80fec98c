"""Esc at every moment of a sign-in: the list is back at once, and nothing is left behind."""

import processes
import pytest
from interface import (CODE, code_shown, nothing_is_left, said, seconds_to_answer, sign_in_until_code,
                       the_list, type_name)

NEVER = 60  # Seconds of delay: longer than any test.


def at_name(t, issuer):
    t.wait_for(the_list)
    t.send("a")
    t.wait_for("Name:")
    t.type("work")


def connecting(t, issuer):
    issuer.delay["usercode"] = NEVER
    type_name(t)
    said(t, "Asking the issuer")
    issuer.wait_for(lambda: issuer.count("usercode") == 1)


def at_code(t, issuer):
    sign_in_until_code(t, issuer)


def at_second_code(t, issuer):
    sign_in_until_code(t, issuer)
    t.send("n")
    issuer.wait_for(lambda: len(issuer.user_codes) == 2)
    code_shown(t, issuer)


def polling(t, issuer):
    issuer.delay["poll"] = NEVER
    sign_in_until_code(t, issuer)
    issuer.wait_for(lambda: issuer.count("poll") == 1)


def after_failed_poll(t, issuer):
    issuer.fault("poll", "500")
    type_name(t)
    said(t, "answers 500")


def fetching(t, issuer):
    issuer.delay["token"] = NEVER
    issuer.approve_next()
    type_name(t)
    said(t, "Approved. Fetching the login")
    issuer.wait_for(lambda: issuer.count("token") == 1)


def declined(t, issuer):
    issuer.decline(sign_in_until_code(t, issuer))
    said(t, "declined")


def failed(t, issuer):
    issuer.fault("usercode", "500")
    type_name(t)
    said(t, "500")


STAGES = [at_name, connecting, at_code, at_second_code, polling, after_failed_poll, fetching, declined,
          failed]


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_esc_leaves_nothing(tui, issuer, store, agreed, stage):
    t = tui()
    stage(t, issuer)
    assert seconds_to_answer(t, "Esc", the_list) < 1
    nothing_is_left(t, store)
    assert all(entry["event"] != "export" for entry in store.audit())
    # And the interface is as good as new.
    issuer.delay.clear()
    issuer.approve_next()
    type_name(t, "next")
    said(t, "Signed in: 'next'")
    t.send("q")
    assert t.wait_exit() == 0
    assert store.names() == ["next"]


def test_esc_at_the_terms_leaves_nothing(tui, issuer, store):
    t = tui()
    type_name(t)
    said(t, "Terms of Use")
    t.send("Esc")
    t.wait_for(lambda t: "Terms" not in t.text and the_list(t))
    nothing_is_left(t, store)
    assert issuer.count() == 0 and not store.path.exists()


def test_cancelled_code_is_not_polled_for_any_more(tui, issuer, agreed):
    t = tui()
    sign_in_until_code(t, issuer)
    t.send("Esc")
    t.wait_for(the_list)
    t.wait_for(lambda t: not t.children())
    polls = issuer.count("poll")
    # Two intervals of the issuer: a second each.
    t.idle(2.2)
    assert issuer.count("poll") == polls


def test_cancelling_is_told(tui, issuer, agreed):
    t = tui()
    sign_in_until_code(t, issuer)
    t.send("Esc")
    said(t, "the sign-in was cancelled")


def test_cancelled_sign_in_over_a_profile_leaves_it_as_it_was(tui, issuer, store, agreed, seed):
    seed("work")
    before = store.profiles_snapshot()
    t = tui()
    t.wait_for(the_list)
    t.send("i")
    code_shown(t, issuer)
    t.send("Esc")
    t.wait_for(the_list)
    t.wait_for(lambda t: not t.children())
    assert store.profiles_snapshot() == before and store.pending() == []


def test_name_that_another_program_signs_in_with(tui, chatelaine, issuer, store, agreed):
    """Two at once: the second waits and says so, may be cancelled, and disturbs nothing."""
    other = chatelaine.start("login", "work", "--json")
    code = other.wait_for_event("code")["user_code"]
    other.wait_for_event("waiting")
    t = tui()
    type_name(t)
    t.wait_for("Sign in")
    t.send("Esc")
    t.wait_for(the_list)
    assert issuer.user_codes == [code]
    issuer.approve(code)
    assert other.finish().status == 0
    assert store.names() == ["work"]


def test_new_code_replaces_the_old_one(tui, issuer, agreed):
    t = tui()
    old = sign_in_until_code(t, issuer)
    t.send("n")
    issuer.wait_for(lambda: len(issuer.user_codes) == 2)
    new = code_shown(t, issuer)
    assert new != old and " ".join(old) not in t.text
    t.wait_for(lambda t: len(t.children()) == 1)
    # Nobody takes the old one any more.
    issuer.approve(old, "personal")
    polls = issuer.count("poll")
    issuer.wait_for(lambda: issuer.count("poll") >= polls + 2)
    assert CODE in t.text and issuer.count("token") == 0
    issuer.approve(new, "work")
    said(t, "Signed in: 'work' is dev@example.com")


def test_pressing_new_code_often_keeps_one_process(tui, issuer, store, agreed):
    t = tui()
    sign_in_until_code(t, issuer)
    t.send(*["n"] * 5)
    issuer.wait_for(lambda: len(issuer.user_codes) >= 2)
    t.wait_for(lambda t: len(t.children()) == 1)
    code_shown(t, issuer)
    t.send("Esc")
    t.wait_for(the_list)
    nothing_is_left(t, store)
    t.send("q")
    t.wait_exit()
    assert processes.sweep() == []
