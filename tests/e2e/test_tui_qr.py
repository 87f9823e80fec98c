"""The QR code as a camera sees it: it decodes to exactly the address, whatever the terminal."""

import re
import subprocess

import picture
import pytest
from interface import CODE, QR_ALONE, helper_with_code, said, type_name

REAL = "https://auth.openai.com/codex/device"
THEMES = {"dark": picture.DARK, "light": picture.LIGHT}
TERMS = ["xterm-256color", "tmux-256color", "linux"]
# What a terminal shows on a screen of that size and locale: beside the text, or after `Q`.
BESIDE, ALONE = "beside", "alone"
SCREENS = [(80, 24, "C.UTF-8", BESIDE), (80, 24, "C", ALONE), (60, 20, "C.UTF-8", ALONE), (60, 20, "C", ALONE),
           (120, 42, "C", BESIDE)]

pytestmark = pytest.mark.usefixtures("agreed")


def open_sign_in(tui, lang="C.UTF-8", env=None, **options):
    # The terminal itself takes UTF-8 whatever the locale says: nearly all of them do.
    t = tui(lang="C.UTF-8", env={"LANG": lang, **(env or {})}, **options)
    type_name(t)
    t.wait_for(CODE)
    return t


def decodes_to(t, url, themes=THEMES.values()):
    def a_camera_reads_the_address(t):
        return all(picture.qr_codes(t.model, theme) == [url] for theme in themes)
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


def test_whole_cells_are_ascii_where_the_locale_is(tui, tmp_path):
    t = open_sign_in(tui, "C", helper_with_code(tmp_path, REAL), cols=120, rows=42)
    decodes_to(t, REAL)
    assert t.raw.isascii()


@pytest.mark.parametrize("cols, rows, columns", [(75, 38, 74), (111, 56, 111), (150, 76, 148), (300, 100, 148)])
def test_alone_it_is_as_large_as_the_screen_lets_it(tui, tmp_path, cols, rows, columns):
    t = open_sign_in(tui, env=helper_with_code(tmp_path, REAL), cols=cols, rows=rows)
    t.send("Q")
    decodes_to(t, REAL)
    assert sum(t.cell(x, rows // 2).bg == "ffffff" for x in range(cols)) == columns


# Terminals without colours

@pytest.mark.parametrize("term", ["vt100", "xterm-mono"])
@pytest.mark.parametrize("cols, rows, lang", [(80, 24, "C.UTF-8"), (80, 40, "C")])
def test_monochrome_gets_reverse_video(tui, tmp_path, term, cols, rows, lang):
    t = open_sign_in(tui, lang, helper_with_code(tmp_path, REAL), term=term, cols=cols, rows=rows)
    if lang == "C":
        t.send("Q")
    decodes_to(t, REAL, [picture.DARK])
    assert lang != "C" or t.raw.isascii()


def test_monochrome_without_utf8_gets_no_blocks(tui, tmp_path):
    """What has no colours may be a terminal of the time before UTF-8."""
    t = open_sign_in(tui, "C", helper_with_code(tmp_path, REAL), term="vt100")
    t.send("Q")
    said(t, "needs a window of 74 columns and 37 lines")


@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
def test_terminal_without_reverse_video_gets_characters(tui, tmp_path, lang):
    source = ("plain|no attributes at all, am, cols#80, lines#24, bel=^G, clear=\\E[H\\E[2J, cr=\\r, cud1=\\n, ind=\\n,"
              " cup=\\E[%i%p1%d;%p2%dH, ed=\\E[J, el=\\E[K, home=\\E[H,\n")
    subprocess.run(["tic", "-o", tmp_path, "-"], input=source, text=True, check=True, capture_output=True)
    env = {"TERM": "plain", "TERMINFO": tmp_path, **helper_with_code(tmp_path, REAL)}
    t = open_sign_in(tui, lang, env, term="xterm-mono", cols=80, rows=40)
    t.send("Q")
    t.wait_for(lambda t: picture.decode(picture.from_afar(picture.paint(t.model))) == [REAL])
    assert not any(t.cell(x, y).reverse for x in range(80) for y in range(40))
    assert ("#" in t.text) == (lang == "C")


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
