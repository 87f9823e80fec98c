"""The delete dialog: forget here, or sign out everywhere; nothing by accident."""

import expect
import pytest
from interface import focus, rows, said, the_list, wait_selected


@pytest.fixture
def dialog(tui, seed):
    def start(**options):
        start.tokens = seed("work")
        seed("zebra", "personal")
        t = tui(**options)
        wait_selected(t, "work")
        t.send("d")
        t.wait_for("Forget here")
        return t
    return start


def signing_out(t):
    focus(t, "Down", "Sign out everywhere")
    said(t, "login ends at the issuer.*cannot be undone")
    focus(t, "Tab", "Type the profile's name")
    t.wait_for(lambda t: t.cursor is not None)


def is_gone(t, name="work"):
    t.wait_for(lambda t: the_list(t) and name not in rows(t))


# Forgetting

def test_forgotten_and_brought_back(dialog, store, issuer):
    t = dialog()
    before = store.profiles_snapshot()
    said(t, "dev@example.com")
    said(t, "moves to the backups.*brings it back.*stays valid")
    t.send("Enter")
    is_gone(t)
    said(t, "'work' is forgotten; z brings it back")
    assert store.names() == ["zebra"]
    t.send("z")
    said(t, "'work' is back")
    wait_selected(t, "work")
    assert store.profiles_snapshot() == before
    assert issuer.count() == 0


@pytest.mark.parametrize("command, forgotten", [
    (["use", "work", "--for", "codex"], "Left without a login: codex[.]"), (["lend", "work", "--to", "codex"], "lent to keeps it[.]")])
def test_what_programs_lose_is_told(chatelaine, tui, seed, codex, command, forgotten):
    """A login that is lent they lose by a sign-out only."""
    seed("work")
    expect.succeeded(chatelaine(*command))
    t = tui()
    t.wait_for(the_list)
    t.send("d")
    said(t, f"stays valid at the issuer[.] .*{forgotten}")
    t.send("Down", "Down")
    said(t, "cannot be undone.*Left without a login: codex[.]")


def test_nothing_to_bring_back_is_told(tui, seed):
    seed("work")
    t = tui()
    t.wait_for(the_list)
    t.send("z")
    said(t, "nothing|no ")
    assert list(rows(t)) == ["work"]


def test_command_brings_back_what_the_dialog_forgot(dialog, chatelaine, store):
    t = dialog()
    t.send("Enter")
    is_gone(t)
    assert chatelaine("undo").status == 0
    assert store.names() == ["work", "zebra"]


@pytest.mark.parametrize("part, words", [("Forget here", "stays valid at the issuer[.]"),
                                         ("keep no backup", "cannot be undone[.]"),
                                         ("Sign out everywhere", "may work until it ends[.]")])
def test_what_will_happen_is_told_to_its_end_in_a_small_window(dialog, part, words):
    t = dialog(cols=40, rows=10)
    focus(t, "Down", f"[^\n]*{part}")
    if "backup" in part:
        t.send("Space")
    said(t, words)


def test_purged(dialog, store, issuer):
    t = dialog()
    focus(t, "Tab", r"\[ \] and keep no backup")
    t.send("Space")
    t.wait_for("[x] and keep no backup")
    said(t, "cannot be undone")
    t.send("Enter")
    is_gone(t)
    said(t, "'work' is deleted")
    assert store.holds(dialog.tokens.refresh_token) == []
    t.send("z")
    said(t, "nothing|no ")
    assert store.names() == ["zebra"] and issuer.count() == 0


@pytest.mark.parametrize("part", ["Forget here", "and keep no backup", "Sign out everywhere", "Type the name"])
def test_esc_deletes_nothing(dialog, issuer, store, part):
    t = dialog()
    before = store.profiles_snapshot()
    if part.startswith("Type"):
        signing_out(t)
        t.send("work")
    else:
        focus(t, "Down", part)
        t.send("Space")
    t.send("Esc")
    t.wait_for(the_list)
    assert store.profiles_snapshot() == before and issuer.count() == 0
    assert store.audit() == []


def test_last_profile_leaves_the_first_screen(tui, seed, store):
    seed("work")
    t = tui()
    wait_selected(t, "work")
    t.send("d")
    t.wait_for("Forget here")
    t.send("Enter")
    said(t, "No logins yet")
    t.send("z")
    wait_selected(t, "work")


def test_damaged_profile_can_be_forgotten(tui, seed, store):
    seed("work")
    store.credential_file("work").write_text("not JSON")
    t = tui()
    wait_selected(t, "work")
    t.send("d")
    t.wait_for("Forget here")
    t.send("Enter")
    said(t, "No logins yet")
    t.send("z")
    t.wait_for("damaged")
    assert store.credential_file("work").read_text() == "not JSON"


def test_deleting_from_the_details_goes_back_to_the_list(tui, seed, store):
    seed("a")
    seed("b")
    t = tui()
    wait_selected(t, "a")
    t.send("Enter")
    t.wait_for("user id")
    t.send("d")
    t.wait_for("Forget here")
    t.send("Enter")
    is_gone(t, "a")
    assert store.names() == ["b"]


# Signing out

def test_signed_out(dialog, issuer, store):
    t = dialog()
    signing_out(t)
    t.send("work", "Enter")
    is_gone(t)
    request, = issuer.select("revoke")
    assert request.body["token"] == dialog.tokens.refresh_token
    assert not issuer.alive(dialog.tokens.refresh_token)
    assert store.names() == ["zebra"] and store.holds(dialog.tokens.refresh_token) == []
    assert store.audit()[-1]["event"] == "sign-out"


@pytest.mark.parametrize("typed", ["", "wor", "workk", "Work", "y", "zebra"])
def test_signing_out_needs_the_name_typed(dialog, issuer, store, typed):
    t = dialog()
    signing_out(t)
    t.send(typed, "Enter")
    said(t, "type 'work' to confirm")
    assert issuer.count() == 0 and store.names() == ["work", "zebra"]
    # Mended, it goes on.
    t.send("Ctrl-U", "work", "Enter")
    is_gone(t)


def test_enter_on_the_choice_alone_is_not_enough(dialog, issuer, store):
    t = dialog()
    focus(t, "Down", "Sign out everywhere")
    t.send("Enter")
    said(t, "type 'work' to confirm")
    assert issuer.count() == 0 and store.names() == ["work", "zebra"]


@pytest.mark.parametrize("fault", ["500", "429", "html-403", "cut", "redirect-307"])
def test_failed_sign_out_is_told_and_the_profile_stays(dialog, issuer, store, fault):
    issuer.fault("revoke", fault)
    t = dialog()
    before = store.profiles_snapshot()
    signing_out(t)
    t.send("work", "Enter")
    t.wait_for(lambda t: issuer.count("revoke") and "Signing out" not in t.text and the_list(t))
    said(t, "(?i)not.* sign.*out|sign.*out.* not|still|kept")
    assert "work" in rows(t) and store.profiles_snapshot() == before


def test_keys_are_answered_while_the_issuer_is_silent(dialog, issuer):
    issuer.delay["revoke"] = 60
    t = dialog()
    signing_out(t)
    t.send("work", "Enter")
    said(t, "Signing out 'work'")
    issuer.wait_for(lambda: issuer.count("revoke") == 1)
    t.send("Down")
    wait_selected(t, "zebra", timeout=2)
    t.send("d")
    said(t, "'work'.* still ")
