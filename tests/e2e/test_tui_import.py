"""Taking in logins that programs made themselves: offered while the store is empty, asked for later."""

import consumers
import pytest
from interface import focus, rows, said, the_list, wait_selected

SIZES = [{}, {"cols": 40, "rows": 10}, {"lang": "C"}]


@pytest.fixture
def signed_in(home, issuer):
    """Programs that have signed in by themselves: kind -> account."""
    def start(**accounts):
        start.tokens = {kind: issuer.mint(account) for kind, account in accounts.items()}
        start.programs = {kind: consumers.make(kind, home) for kind in accounts}
        for kind, program in start.programs.items():
            program.sign_in(start.tokens[kind])
    return start


def offered(t):
    said(t, "Take in logins")


def no_logins(t):
    return "No logins yet" in t.text and "Esc " not in t.text


# The first start

@pytest.mark.parametrize("options", SIZES)
def test_taken_in_at_the_first_start(tui, signed_in, home, store, issuer, options):
    signed_in(codex="work", openhands="personal")
    t = tui(**options)
    offered(t)
    said(t, "OpenHands me@example.net")
    said(t, "Codex CLI dev@example.com")
    t.send("Enter")
    said(t, "taken in: me, dev")
    t.wait_for(lambda t: sorted(rows(t)) == ["dev", "me"])
    for kind, name in (("codex", "dev"), ("openhands", "me")):
        tokens = signed_in.tokens[kind]
        assert signed_in.programs[kind].shows(tokens)
        consumers.only_in(tokens.refresh_token, home, store.credential_file(name))
    assert issuer.count() == 0


def test_esc_declines(tui, signed_in, store):
    signed_in(codex="work")
    before = signed_in.programs["codex"].path.read_bytes()
    t = tui()
    offered(t)
    t.send("Esc")
    t.wait_for(no_logins)
    assert store.names() == [] and signed_in.programs["codex"].path.read_bytes() == before
    t.send("t")
    offered(t)
    t.send("Enter")
    said(t, "taken in: dev")
    wait_selected(t, "dev")


def test_only_the_ticked_ones(tui, signed_in, store):
    signed_in(codex="work", openhands="personal")
    t = tui()
    offered(t)
    focus(t, "Down", r"\[x\] OpenHands")
    t.send("Space")
    t.wait_for("[ ] OpenHands")
    t.send("Enter")
    said(t, "taken in: dev")
    assert store.names() == ["dev"] and signed_in.programs["openhands"].holds(signed_in.tokens["openhands"])
    t.send("t")
    offered(t)
    assert "Codex CLI" not in t.text


def test_none_ticked(tui, signed_in, store):
    signed_in(codex="work")
    t = tui()
    offered(t)
    t.send("Space")
    t.wait_for("[ ] Codex")
    t.send("Enter")
    said(t, "nothing was taken in")
    assert store.names() == []


@pytest.mark.parametrize("text", ['{"auth_mode":"apikey","OPENAI_API_KEY":"sk-made-up"}', "not JSON", ""])
def test_nothing_is_offered_where_no_login_is(tui, home, text):
    consumers.make("codex", home).install().path.write_text(text)
    t = tui()
    t.wait_for(no_logins)


def test_nothing_is_offered_while_there_are_profiles(tui, signed_in, seed):
    signed_in(codex="personal")
    seed("work", lifetime=9 * 86400)
    t = tui()
    wait_selected(t, "work")
    assert the_list(t)


# Later

def test_nothing_to_take_in_is_told(tui, seed, chatelaine, home):
    seed()
    consumers.make("codex", home).install()
    assert chatelaine("use", "work").status == 0
    t = tui()
    t.wait_for(the_list)
    t.send("t")
    said(t, "no program here has a login that the store has not")


def test_nothing_to_take_in_is_told_in_an_empty_store(tui):
    t = tui()
    t.wait_for(no_logins)
    t.send("t")
    said(t, "no program here has a login that the store has not")


def test_newer_tokens_of_a_profile_go_into_it(tui, seed, signed_in, store, issuer):
    seed("work", lifetime=86400)
    signed_in(codex="work")
    t = tui()
    t.wait_for(the_list)
    t.send("t")
    offered(t)
    t.send("Enter")
    said(t, "taken in: work")
    assert store.names() == ["work"]
    assert store.credential("work")["refresh_token"] == signed_in.tokens["codex"].refresh_token


def test_what_cannot_be_taken_in_is_told_in_the_dialog(tui, signed_in):
    signed_in(codex="work", openhands="personal")
    t = tui()
    offered(t)
    signed_in.programs["openhands"].path.write_text("not JSON")
    t.send("Enter")
    said(t, "no login can be read from .*openai_oauth.json")
    focus(t, "Up", r"\[x\] OpenHands")
    t.send("Space", "Enter")
    said(t, "taken in: dev")


def test_two_programs_with_one_login(tui, home, issuer, store):
    tokens = issuer.mint("work")
    programs = [consumers.make(kind, home) for kind in ("codex", "litellm")]
    for program in programs:
        program.sign_in(tokens)
    t = tui()
    offered(t)
    t.send("Enter")
    said(t, "taken in: dev")
    assert store.names() == ["dev"] and all(program.shows(tokens) for program in programs)


def test_hostile_account(tui, signed_in):
    signed_in(codex="hostile")
    t = tui()
    offered(t)
    t.send("Enter")
    said(t, "taken in: ")


def test_keys_work_in_one_cell(tui, signed_in, store):
    signed_in(codex="work", openhands="personal")
    t = tui(cols=1, rows=1)
    t.wait_for(lambda t: t.termios() != t.termios_at_start and len(t.raw) > 0)
    t.send("Down", "Space", "Enter")
    t.wait_for(lambda t: store.names())
    t.resize(80, 24)
    t.wait_for(the_list)
    assert store.names() == ["me"]
