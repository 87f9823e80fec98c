"""The use dialog: which programs show a profile, ticked and not."""

import json

import consumers
import pytest
from interface import focus, row, said, the_list, wait_selected

SIZES = [{}, {"cols": 40, "rows": 10}, {"lang": "C"}, {"lang": "C", "term": "vt100"}]


@pytest.fixture
def programs(home):
    return {kind: consumers.make(kind, home).install() for kind in ("codex", "opencode")}


@pytest.fixture
def dialog(tui, seed, programs):
    """Two profiles, two programs that were used here and have no login; the dialog for the first."""
    def start(**options):
        start.work, start.zebra = seed("work"), seed("zebra", "personal")
        t = tui(**options)
        wait_selected(t, "work")
        opened(t)
        return t
    return start


def opened(t, name="work"):
    t.send("u")
    t.wait_for(f"{name} ")
    t.wait_for("Switch")


def ticked(t, kind, yes=True):
    t.wait_for(f"[{'x' if yes else ' '}] {kind} ")


def untick(t, kind):
    focus(t, "Down", rf"\[x\] {kind}")
    t.send("Space")
    ticked(t, kind, False)


def used_by(t, name, words):
    def there(t):
        return the_list(t) and row(t, name).endswith(words)
    there.__name__ = f"{name} used by {words}"
    t.wait_for(there)


# Switching

def test_all_programs_that_are_there_at_first(dialog, programs, issuer):
    t = dialog()
    ticked(t, "codex")
    ticked(t, "opencode")
    said(t, "codex no login")
    said(t, "access token.*never the refresh token")
    t.send("Enter")
    said(t, "switched for 'work': codex, opencode")
    used_by(t, "work", "codex opencode")
    assert all(program.shows(dialog.work) for program in programs.values())
    consumers.no_chain_outside(programs["codex"].path.parent.parent, programs["codex"].path.parent.parent / "store")
    assert issuer.count() == 0


@pytest.mark.parametrize("options", SIZES)
def test_one_of_them(dialog, programs, options):
    t = dialog(**options)
    untick(t, "opencode")
    t.send("Enter")
    said(t, "switched for 'work': codex(?!,)")
    assert programs["codex"].shows(dialog.work) and programs["opencode"].read() is None


def test_from_one_profile_to_another(dialog, programs):
    t = dialog()
    untick(t, "opencode")
    t.send("Enter")
    used_by(t, "work", "codex")
    t.send("Down")
    wait_selected(t, "zebra")
    opened(t, "zebra")
    said(t, r"codex shows 'work'")
    # What one is about now, as `chatelaine use` without a program.
    ticked(t, "codex")
    ticked(t, "opencode", False)
    t.send("Enter")
    used_by(t, "zebra", "codex")
    used_by(t, "work", "-")
    assert programs["codex"].shows(dialog.zebra)


def test_taken_away(dialog, programs):
    t = dialog()
    t.send("Enter")
    used_by(t, "work", "codex opencode")
    opened(t)
    said(t, "codex shows 'work'")
    untick(t, "codex")
    t.send("Enter")
    said(t, "switched for 'work': codex")
    used_by(t, "work", "opencode")
    assert programs["codex"].read() is None and programs["opencode"].shows(dialog.work)


def test_details_switch_as_well(dialog, programs):
    t = dialog()
    t.send("Esc")
    t.wait_for(the_list)
    t.send("Enter")
    t.wait_for("user id")
    opened(t)
    untick(t, "opencode")
    t.send("Enter")
    said(t, "switched for 'work': codex")
    t.wait_for("used by")
    assert programs["codex"].shows(dialog.work)


def test_esc_switches_nothing(dialog, programs, store):
    t = dialog()
    t.send("Esc")
    t.wait_for(the_list)
    assert programs["codex"].read() is None and store.audit() == []


def test_nothing_to_switch_is_told_and_keeps_what_undo_has(dialog, programs):
    t = dialog()
    t.send("Enter")
    used_by(t, "work", "codex opencode")
    opened(t)
    t.send("Enter")
    said(t, "nothing was switched")
    t.send("z")
    used_by(t, "work", "-")
    assert programs["codex"].read() is None and programs["opencode"].read() is None


def test_z_goes_back_to_the_profile_before(dialog, programs):
    t = dialog()
    t.send("Enter")
    used_by(t, "work", "codex opencode")
    t.send("Down")
    wait_selected(t, "zebra")
    opened(t, "zebra")
    t.send("Enter")
    used_by(t, "zebra", "codex opencode")
    t.send("z")
    used_by(t, "work", "codex opencode")
    assert all(program.shows(dialog.work) for program in programs.values())


def test_no_program_is_told(tui, seed):
    seed()
    t = tui()
    wait_selected(t, "work")
    opened(t)
    said(t, "No program that uses a login was found here.*--for codex=DIR")
    t.send("Space", "Down", "Up", "Enter")
    said(t, "nothing was switched")


# What stands in the way

@pytest.mark.parametrize("options", SIZES)
def test_login_of_somebody_else_is_refused_in_the_dialog(dialog, programs, issuer, options):
    programs["codex"].sign_in(issuer.mint("newcomer"))
    before = programs["codex"].path.read_bytes()
    t = dialog(**options)
    t.send("Enter")
    said(t, "holds a login that is not in the store.*")
    # What can be done is in sight: there, or once the rest is out of the way.
    t.wait_for("[x] codex")
    assert programs["codex"].path.read_bytes() == before


def test_refusal_names_the_step_and_what_was_done(dialog, programs, issuer):
    """What came first stays done, is told, and can be undone."""
    programs["opencode"].sign_in(issuer.mint("newcomer"))
    t = dialog()
    said(t, "opencode has a login of its own: sam@example.com")
    t.send("Enter")
    said(t, "not in the store.*take it in first: chatelaine import opencode")
    said(t, "codex shows 'work'")
    untick(t, "opencode")
    t.send("Enter")
    used_by(t, "work", "codex")
    assert programs["codex"].shows(dialog.work)
    t.send("z")
    used_by(t, "work", "-")
    assert programs["codex"].read() is None


@pytest.mark.parametrize("text, words", [
    ('{"auth_mode":"apikey","OPENAI_API_KEY":"sk-made-up","tokens":null,"last_refresh":null}', "API key"),
    ("not JSON", "left as it is"), ("[]", "left as it is")])
def test_foreign_file_is_left_alone(dialog, programs, text, words):
    programs["codex"].path.write_text(text)
    t = dialog()
    said(t, "codex something else, left as it is")
    t.send("Enter")
    said(t, f"is left as it is: .*{words}|{words}")
    assert programs["codex"].path.read_text() == text and "sk-made-up" not in t.text


def test_own_login_of_the_profile_becomes_a_view(dialog, programs, issuer, home, store):
    """The program's chain is the newer one: it moves into the store."""
    tokens = issuer.mint("work")
    programs["codex"].sign_in(tokens)
    t = dialog()
    said(t, "has a login of its own, of 'work'")
    t.send("Enter")
    used_by(t, "work", "codex opencode")
    assert programs["codex"].read().is_view
    consumers.no_chain_outside(home, store)


def test_long_label_leaves_room_for_what_is_there(tui, seed, chatelaine, home):
    seed()
    place = home / ("a" * 60)
    place.mkdir()
    assert chatelaine("use", "work", "--for", f"codex={place}").status == 0
    for cols in (80, 60):
        t = tui(cols=cols)
        wait_selected(t, "work")
        opened(t)
        said(t, r"\[x\] codex=\S+… shows 'work'")


def test_more_programs_than_lines(tui, seed, home):
    seed()
    for kind in consumers.KINDS:
        consumers.make(kind, home).install()
    t = tui(cols=40, rows=8)
    wait_selected(t, "work")
    opened(t)
    t.send("Down", "Down", "Down", "Down", "Space", "Enter")
    said(t, "switched for 'work': openhands, codex")
    assert consumers.make("pi", home).read() is None


def test_keys_work_in_one_cell(dialog, programs):
    t = dialog()
    t.resize(1, 1)
    t.send("Down", "Space", "Enter")
    t.wait_for(lambda t: programs["codex"].path.exists() and json.loads(programs["codex"].path.read_text()))
    assert programs["opencode"].read() is None
    t.resize(80, 24)
    used_by(t, "work", "codex")
