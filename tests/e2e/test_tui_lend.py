"""The lend dialog: a whole login for one program, and back."""

import consumers
import pytest
from interface import focus, row, said, the_list, wait_selected

TITLES = {"openhands": "OpenHands", "codex": "Codex CLI"}
SIZES = [{}, {"cols": 40, "rows": 10}, {"lang": "C"}]


@pytest.fixture
def dialog(tui, seed):
    def start(**options):
        start.tokens = seed("work")
        t = tui(**options)
        wait_selected(t, "work")
        t.send("L")
        t.wait_for("Lend ")
        said(t, "whole login")
        return t
    return start


@pytest.fixture
def lent(tui, seed, chatelaine, home):
    """A profile that is lent, and its program; at the list."""
    def start(kind="codex", **options):
        start.tokens = seed("work")
        start.program = consumers.make(kind, home).install()
        assert chatelaine("lend", "work", "--to", kind).status == 0
        t = tui(**options)
        wait_selected(t, "work")
        return t
    return start


def take_back(t):
    t.send("L")
    t.wait_for("Take back ")


@pytest.mark.parametrize("options", SIZES)
@pytest.mark.parametrize("kind", consumers.LENDABLE)
def test_lent(dialog, home, store, issuer, kind, options):
    t = dialog(**options)
    focus(t, "Down", rf"\S+ {TITLES[kind]}")
    t.send("Enter")
    said(t, f"'work' is lent to {TITLES[kind]}")
    program = consumers.make(kind, home)
    assert program.holds(dialog.tokens)
    consumers.only_in(dialog.tokens.refresh_token, home, program.path)
    assert store.profile("work")["owner"] == kind and issuer.count() == 0


def test_only_what_can_hold_one_is_offered(dialog):
    t = dialog()
    assert all(title in t.text for title in TITLES.values())
    assert "OpenCode" not in t.text and "LiteLLM" not in t.text
    assert "[ ]" not in t.text


def test_lent_one_is_told_in_the_list_and_in_the_details(lent):
    t = lent()
    assert row(t, "work").endswith("codex")
    said(t, "renewed by codex")
    t.send("Enter")
    said(t, "renewed by codex.*lent to ~/.*used by codex")
    said(t, "next step L takes it back")


@pytest.mark.parametrize("options", SIZES)
def test_taken_back(lent, home, store, issuer, options):
    t = lent(**options)
    take_back(t)
    said(t, "moves back into the store")
    t.send("Enter")
    said(t, "'work' is back")
    assert lent.program.shows(lent.tokens)
    consumers.only_in(lent.tokens.refresh_token, home, store.credential_file("work"))
    assert store.profile("work")["owner"] == "chatelaine" and issuer.count() == 0


def test_taken_back_from_the_details_with_the_newest_tokens(lent, issuer, store):
    t = lent()
    newer = issuer.mint("work", 5 * 86400)
    lent.program.sign_in(newer)
    t.send("Enter")
    t.wait_for("user id")
    take_back(t)
    t.send("Enter")
    said(t, "'work' is back")
    assert store.credential("work")["refresh_token"] == newer.refresh_token


def test_lost_by_its_program(lent, store):
    t = lent()
    lent.program.log_out()
    take_back(t)
    t.send("Enter")
    t.wait_for(the_list)
    said(t, "does not hold the login of 'work' any more; i signs in again")
    assert store.profile("work")["owner"] == "chatelaine"


def test_unreadable_file_is_told_in_the_dialog(lent, store):
    t = lent()
    lent.program.path.write_text("not JSON")
    take_back(t)
    t.send("Enter")
    said(t, "cannot be read: ")
    t.send("Esc")
    t.wait_for(the_list)
    assert store.profile("work")["owner"] == "codex"


def test_login_of_somebody_else_is_not_overwritten(dialog, home, issuer, store):
    program = consumers.make("codex", home)
    program.sign_in(issuer.mint("newcomer"))
    before = program.path.read_bytes()
    t = dialog()
    focus(t, "Down", r"\S+ Codex CLI")
    t.send("Enter")
    said(t, "not in the store.*chatelaine import codex")
    t.send("Esc")
    t.wait_for(the_list)
    assert program.path.read_bytes() == before and store.profile("work")["owner"] == "chatelaine"


def test_dead_login_is_not_lent(tui, seed, store):
    seed("work", lifetime=-3600, reason="reused")
    t = tui()
    wait_selected(t, "work")
    t.send("L")
    said(t, "whole login")
    t.send("Enter")
    said(t, "no chain to lend.*sign in again")
    assert store.profile("work")["owner"] == "chatelaine"


@pytest.mark.parametrize("key, words", [("r", "lent|renew"), ("u", "Use "), ("e", "Format"), ("d", "Forget here")])
def test_other_keys_on_a_lent_profile(lent, key, words):
    t = lent()
    t.send(key)
    said(t, words)


@pytest.mark.parametrize("name", ["work", "zebra"])
def test_use_leaves_a_program_alone_that_something_is_lent_to(lent, seed, home, store, name):
    """It is no view to be switched: not ticked, not to be ticked, and told as what it is."""
    seed("zebra", "personal")
    other = consumers.make("opencode", home).install()
    t = lent()
    if name != "work":
        t.send("Down")
    wait_selected(t, name)
    t.send("u")
    said(t, r"- codex has 'work', lent")
    focus(t, "Down", "- +codex")
    t.send("Space")
    said(t, "codex has 'work', lent; Esc, then L on that profile takes it back")
    focus(t, "Down", r"\[.\] opencode")
    if "[ ] opencode" in t.text:
        t.send("Space")
        t.wait_for("[x] opencode")
    t.send("Enter")
    said(t, f"switched for '{name}': opencode")
    assert lent.program.holds(lent.tokens) and other.read().is_view
    assert store.profile("work")["owner"] == "codex"


def test_esc_lends_nothing(dialog, home, store):
    t = dialog()
    t.send("Esc")
    t.wait_for(the_list)
    assert store.profile("work")["owner"] == "chatelaine" and store.audit() == []


def test_keys_work_in_one_cell(dialog, home, store):
    t = dialog()
    t.resize(1, 1)
    t.send("Down", "Enter")
    t.wait_for(lambda t: store.profile("work")["owner"] == "codex")
    t.send("L", "Enter")
    t.wait_for(lambda t: store.profile("work")["owner"] == "chatelaine")
    t.resize(80, 24)
    said(t, "'work' is back")
