"""Windows of every size, changing at any moment."""

import signal

import consumers
import pytest
from interface import CODE, SCREENS, back_to_the_list, code_shown, open_screen, said, the_list, wait_selected

ODD_SIZES = [(1, 1), (2, 2), (1, 40), (300, 1), (3, 5), (12, 3), (250, 100)]

pytestmark = pytest.mark.usefixtures("agreed")


def resized(t, cols, rows):
    """Waits until the program has drawn for the new size."""
    before = len(t.raw)
    t.resize(cols, rows)
    t.wait_for(lambda t: len(t.raw) > before)


@pytest.mark.parametrize("screen", SCREENS)
def test_screen_comes_back_from_every_size(tui, seed, screen):
    seed()
    t = tui()
    sign = open_screen(t, screen)
    for cols, rows in ODD_SIZES:
        resized(t, cols, rows)
        resized(t, 80, 24)
        t.wait_for(sign)
    back_to_the_list(t)
    t.send("q")
    assert t.wait_exit() == 0


@pytest.mark.parametrize("key, sign", [("t", "Take in logins"), ("L", "Take back ")])
def test_dialogs_about_programs_come_back_from_every_size(tui, seed, chatelaine, issuer, home, key, sign):
    seed()
    program = consumers.make("codex", home).install()
    if key == "L":
        assert chatelaine("lend", "work", "--to", "codex").status == 0
    else:
        program.sign_in(issuer.mint("newcomer"))
    t = tui()
    t.wait_for(the_list)
    t.send(key)
    t.wait_for(sign)
    for cols, rows in ODD_SIZES:
        resized(t, cols, rows)
        resized(t, 80, 24)
        t.wait_for(sign)
    back_to_the_list(t)


@pytest.mark.parametrize("cols, rows", ODD_SIZES)
@pytest.mark.parametrize("populated", [True, False], ids=["profiles", "empty"])
def test_starts_in_every_size(tui, seed, cols, rows, populated):
    if populated:
        seed()
    t = tui(cols=cols, rows=rows)
    t.wait_for(lambda t: t.termios() != t.termios_at_start and len(t.raw) > 0)
    t.send("q")
    assert t.wait_exit() == 0
    assert t.termios() == t.termios_at_start


def test_keys_work_in_one_cell(tui, seed, store):
    seed("a")
    seed("b")
    t = tui()
    wait_selected(t, "a")
    resized(t, 1, 1)
    t.send("Down", "d", "Enter")
    t.wait_for(lambda t: store.names() == ["a"])
    t.send("z")
    t.wait_for(lambda t: store.names() == ["a", "b"])
    resized(t, 80, 24)
    wait_selected(t, "b")


def test_code_survives_one_cell(tui, issuer, store, seed):
    seed()
    t = tui()
    open_screen(t, "sign-in")
    code = code_shown(t, issuer)
    resized(t, 1, 1)
    resized(t, 80, 24)
    assert code_shown(t, issuer) == code
    issuer.approve(code)
    said(t, "Signed in: 'work'")


def test_plain_text_survives_resizing(tui, issuer, seed):
    seed()
    t = tui()
    open_screen(t, "sign-in")
    code = code_shown(t, issuer)
    t.send("p")
    t.wait_for("Press Enter")
    before = len(t.raw)
    for cols, rows in ((1, 1), (50, 20), (80, 24)):
        t.resize(cols, rows)
    t.send("Enter")
    t.wait_for(lambda t: len(t.raw) > before and " ".join(code) in t.text)
    assert CODE in t.text


@pytest.mark.parametrize("screen", ["list", "sign-in", "export"])
def test_storm_of_resizes(tui, seed, screen):
    seed()
    t = tui()
    sign = open_screen(t, screen)
    for number in range(150):
        t.resize(1 + number * 7 % 130, 1 + number * 5 % 50)
    t.resize(80, 24)
    t.wait_for(sign)
    # It has all been answered, and nothing goes on turning.
    assert t.idle(0.5).cpu < 0.1
    back_to_the_list(t)
    t.send("q")
    assert t.wait_exit() == 0


def test_storm_of_signals(tui, seed):
    seed()
    t = tui()
    t.wait_for(the_list)
    for _ in range(2000):
        t.signal(signal.SIGWINCH)
    t.send("?")
    t.wait_for("Keys")
    assert t.idle(0.5).cpu < 0.1


def test_storm_of_keys(tui, seed):
    seed("a")
    seed("b")
    t = tui()
    wait_selected(t, "a")
    for _ in range(50):
        t.send(*["Down"] * 10, *["Up"] * 10)
    t.send("Down")
    wait_selected(t, "b")
