"""The QR code as a camera sees it: it decodes to exactly the address, whatever the terminal."""

import re

import picture
import pytest
from interface import CODE, QR_ALONE, helper_with_code, said, type_name

REAL = "https://auth.openai.com/codex/device"
THEMES = {"dark": picture.DARK, "light": picture.LIGHT}
TERMS = ["xterm-256color", "tmux-256color", "linux"]
# What a terminal shows on a screen of that size and locale: beside the text, or after `Q`.
BESIDE, ALONE = "beside", "alone"
SCREENS = [(80, 24, "C.UTF-8", BESIDE), (80, 24, "C", ALONE), (60, 20, "C.UTF-8", ALONE), (60, 20, "C", ALONE)]

pytestmark = pytest.mark.usefixtures("agreed")


def open_sign_in(tui, lang="C.UTF-8", env=None, **options):
    # The terminal itself takes UTF-8 whatever the locale says: nearly all of them do.
    t = tui(lang="C.UTF-8", env={"LANG": lang, **(env or {})}, **options)
    type_name(t)
    t.wait_for(CODE)
    return t


def decodes_to(t, url):
    def a_camera_reads_the_address(t):
        return all(picture.qr_codes(t.model, theme) == [url] for theme in THEMES.values())
    t.wait_for(a_camera_reads_the_address)


@pytest.mark.parametrize("cols, rows, lang, where", SCREENS)
@pytest.mark.parametrize("term", TERMS)
def test_address_of_the_real_issuer(tui, tmp_path, term, cols, rows, lang, where):
    t = open_sign_in(tui, lang, helper_with_code(tmp_path, REAL), term=term, cols=cols, rows=rows)
    if where == ALONE:
        assert not re.search("[▀▄█]", t.text), "unasked, only where it fits and is sure to be seen"
        t.send("Q")
    decodes_to(t, REAL)
    if where == ALONE:
        t.send("Q")
        said(t, CODE)


def test_address_of_the_issuer_in_use(tui, issuer):
    t = open_sign_in(tui)
    decodes_to(t, issuer.url + "/codex/device")


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
def test_no_color_is_no_reason_not_to_be_read(tui, tmp_path, term):
    t = open_sign_in(tui, env={"NO_COLOR": "1", **helper_with_code(tmp_path, REAL)}, term=term)
    decodes_to(t, REAL)


@pytest.mark.parametrize("term", TERMS)
def test_black_is_not_brightened(tui, tmp_path, term):
    """A bold black is a grey on many terminals, and on the Linux console white is a grey already."""
    t = open_sign_in(tui, env=helper_with_code(tmp_path, REAL), term=term)
    cells = {t.cell(x, y)._replace(char="") for y in range(1, 20) for x in range(2, 39)}
    assert len(cells) == 1 and not cells.pop().bold


@pytest.mark.parametrize("length", [32, 33, 53, 54, 78])
def test_other_lengths(tui, tmp_path, length):
    url = "https://" + "a" * (length - 8 - len("/codex/device")) + "/codex/device"
    t = open_sign_in(tui, env=helper_with_code(tmp_path, url))
    t.send("Q")
    t.wait_for(QR_ALONE)
    decodes_to(t, url)


def test_full_cells_where_there_is_room(tui, tmp_path):
    t = open_sign_in(tui, env=helper_with_code(tmp_path, REAL), cols=140, rows=50)
    decodes_to(t, REAL)
    assert not re.search("[▀▄]", t.text)


def test_quiet_zone_is_four_modules_of_white(tui, tmp_path):
    t = open_sign_in(tui, env=helper_with_code(tmp_path, REAL))
    white = {t.cell(x, y).bg for y in range(1, 3) for x in range(2, 39)}
    white |= {t.cell(x, y).bg for y in range(1, 20) for x in (2, 3, 4, 5, 35, 36, 37, 38)}
    assert white == {"ffffff"}
    assert all(t.cell(x, y).char == " " for y in range(1, 3) for x in range(2, 39))


def test_too_small_a_window_says_what_is_needed(tui, tmp_path):
    t = open_sign_in(tui, env=helper_with_code(tmp_path, REAL), cols=36, rows=18)
    t.send("Q")
    said(t, "(needs a|larger) window.* 37 columns and 19 lines")
    t.resize(37, 19)
    decodes_to(t, REAL)
    t.resize(36, 18)
    said(t, "needs a (larger )?window")
    t.send("Q")
    said(t, CODE)


@pytest.mark.parametrize("key", ["Q", "Esc"])
def test_back_to_the_text(tui, tmp_path, key):
    t = open_sign_in(tui, env=helper_with_code(tmp_path, REAL), cols=60, rows=20)
    t.send("Q")
    t.wait_for(QR_ALONE)
    t.send(key)
    said(t, CODE)
    assert len(t.children()) == 1


def test_code_is_over_and_the_picture_goes(tui, issuer):
    t = tui(cols=60, rows=20)
    type_name(t)
    t.wait_for(CODE)
    t.send("Q")
    t.wait_for(QR_ALONE)
    issuer.expire(issuer.user_codes[-1])
    said(t, "the code has ended")
    assert picture.qr_codes(t.model) == []
