"""What one can do while the code stands there: copy, plain text, help."""

import re

import pytest
import vt
from interface import CODE, helper_with_code, press_until, said, sign_in_until_code, spaced, the_list, type_name, words

pytestmark = pytest.mark.usefixtures("agreed")


# Copying

MULTIPLEXERS = {"none": {}, "tmux": {"TMUX": "/tmp/tmux-0/default,1,0"}, "screen": {"STY": "1.pts-0.host"}}


@pytest.mark.parametrize("around", MULTIPLEXERS)
def test_copied_is_exactly_the_code_and_the_address(tui, issuer, around):
    t = tui(env=MULTIPLEXERS[around])
    code = sign_in_until_code(t, issuer)
    t.send("c")
    said(t, "Sent to your terminal's clipboard, if it takes that")
    assert set(vt.clipboard(t.raw)) == {code.encode()}
    before = len(t.raw)
    t.send("l")
    t.wait_for(lambda t: vt.clipboard(t.raw[before:]))
    assert set(vt.clipboard(t.raw[before:])) == {(issuer.url + "/codex/device").encode()}
    vt.assert_only_terminfo(t.raw, clipboard=True)


@pytest.mark.parametrize("around, form", [
    ("none", rb"\x1b\]52;c;[^\x07\x1b]+\x07"), ("tmux", rb"\x1bPtmux;\x1b\x1b\]52;c;[^\x07\x1b]+\x07\x1b\\"),
    ("screen", rb"\x1bP\x1b\]52;c;[^\x07\x1b]+\x07\x1b\\"),
], ids=MULTIPLEXERS)
def test_copying_passes_through_multiplexers(tui, issuer, around, form):
    t = tui(env=MULTIPLEXERS[around])
    sign_in_until_code(t, issuer)
    t.send("c")
    t.wait_for(lambda t: re.search(form, t.raw))


def test_copying_before_there_is_a_code_sends_nothing(tui, issuer):
    issuer.delay["usercode"] = 60
    t = tui()
    type_name(t)
    said(t, "Asking the issuer")
    t.send("c", "l", "Q", "p", "?")
    t.wait_for("Keys")
    assert vt.clipboard(t.raw) == [] and t.full_screen


def test_copied_address_is_the_whole_of_a_long_one(tui, tmp_path):
    url = "https://" + "long." * 24 + "example.com/codex/device"
    t = tui(cols=60, rows=20, env=helper_with_code(tmp_path, url))
    type_name(t)
    t.wait_for(CODE)
    t.send("l")
    t.wait_for(lambda t: vt.clipboard(t.raw) == [url.encode()])


def test_long_address_is_broken_at_the_edge_and_never_cut(tui, tmp_path):
    url = "https://" + "long." * 24 + "example.com/codex/device"
    t = tui(cols=60, rows=20, env=helper_with_code(tmp_path, url))
    type_name(t)
    t.wait_for(CODE)
    assert url in words(t).replace(" ", "")


# Plain text

def plain(t):
    t.send("p")
    t.wait_for("Press Enter to go back")


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
def test_plain_text_has_address_and_code_on_lines_of_their_own(tui, issuer, term):
    t = tui(term=term)
    code = sign_in_until_code(t, issuer)
    plain(t)
    assert issuer.url + "/codex/device" in t.screen() and code in t.screen()
    assert not t.full_screen
    assert t.termios() == t.termios_at_start, "the line is as the shell left it"
    assert t.cursor is not None
    t.send("Enter")
    t.wait_for(spaced(code))
    assert t.full_screen == (term != "linux") and t.termios() != t.termios_at_start
    issuer.approve(code)
    said(t, "Signed in: 'work'")


def test_long_address_stays_one_line_in_plain_text(tui, tmp_path):
    """Broken by the terminal, not by us: so a mouse marks it in one go."""
    url = "https://" + "long." * 24 + "example.com/codex/device"
    t = tui(env=helper_with_code(tmp_path, url))
    type_name(t)
    t.wait_for(CODE)
    plain(t)
    assert url.encode() in t.raw.splitlines()


def test_approval_while_plain_brings_the_list_back(tui, issuer):
    t = tui()
    code = sign_in_until_code(t, issuer)
    plain(t)
    issuer.approve(code)
    said(t, "Signed in: 'work'")
    assert t.full_screen
    t.send("Enter")
    t.wait_for("user id")


def test_failure_while_plain_is_shown(tui, issuer):
    t = tui()
    code = sign_in_until_code(t, issuer)
    plain(t)
    issuer.decline(code)
    said(t, "declined in the browser")
    assert t.full_screen and "n New code" in t.text


def test_approval_under_the_help(tui, issuer):
    t = tui()
    code = sign_in_until_code(t, issuer)
    t.send("?")
    t.wait_for("Keys")
    issuer.approve(code)
    said(t, "Signed in: 'work'")
    assert the_list(t)


# Help

SCROLLING = "Up,k Down,j PgUp PgDn Home,g End,G Wheel-up Wheel-down"
LIST = "a Enter e r d / s i z Space * m ? q Click Double-click Ctrl-L " + SCROLLING
LIST += " u n t L U ! f , A Tab"
KEYS = {
    "list": ([], the_list, LIST),
    "filtered": (["/", "w", "Enter"], "Esc Clear  q Quit", LIST + " Esc"),
    "marked": (["Space"], "1 marked", LIST + " Esc"),
    "details": (["Enter"], "user id", "Tab u n L U e r d i m ? Click Esc Ctrl-L " + SCROLLING),
    "messages": (["m"], "Messages", "? Click Esc Ctrl-L " + SCROLLING),
    "forget": (["Space", "d"], "Forget 1", "Enter ? Click Esc Ctrl-L " + SCROLLING),
    "delete": (["d"], "Forget here", "Enter Tab Shift-Tab Up Down Space ? Click Esc Ctrl-L"),
    "export": (["e"], "Format",
               "Enter Tab Shift-Tab Up Down Left Right PgUp PgDn Wheel-up Wheel-down ? Click Esc Ctrl-L"),
    "use": (["u"], "Switch", "Enter Tab Shift-Tab Up,k Down,j Space Wheel-up Wheel-down ? Click Esc Ctrl-L"),
    "sign-in": (["i"], CODE, "c l Q p n b ? Click Esc Ctrl-L " + SCROLLING),
}


def footer_of(t):
    """The last keys on the screen: those of what lies on top."""
    return [line for line in t.screen() if re.search(r"\? Help|Esc [A-Z]", line)][0].strip("│| ")


@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
@pytest.mark.parametrize("screen", KEYS)
def test_help_lists_every_key_of_the_screen(tui, seed, screen, lang):
    seed()
    way, sign, keys = KEYS[screen]
    t = tui(lang=lang, rows=50)
    t.wait_for(the_list)
    t.send(*way)
    t.wait_for(sign)
    footer = footer_of(t)
    t.send("?")
    t.wait_for("Keys")
    entries = [re.match(r"[│|] (.{13}) (.*?) *[│|]$", line) for line in t.screen()[1:-2]]
    listed = {entry[1].replace("⏎", "Enter").replace(", ", ",").strip(): entry[2] for entry in entries if entry[1].strip()}
    assert set(listed) == set(keys.split())
    assert all(text[0].isupper() and " " in text for text in listed.values())
    # What the footer promises is explained.
    for key in re.findall(r"(\S+) [A-Z]\w+", footer):
        assert key.replace("⏎", "Enter") in listed
    t.send("Esc")
    t.wait_for(lambda t: "Keys" not in t.screen()[0])


def test_help_of_many_keys_scrolls(tui, seed):
    seed()
    t = tui(cols=40, rows=10)
    t.wait_for(the_list)
    t.send("?")
    t.wait_for("Keys")
    assert "Undo the last" not in words(t)
    press_until(t, "PageDown", "Undo the last", times=20)
    t.send("End")
    said(t, "Leave chatelaine")
    t.send("Home")
    said(t, "Sign in with another")
    t.send("PageDown", "PageUp")
    said(t, "Sign in with another")


# Keys while the issuer is silent

def test_keys_are_answered_before_the_code_comes(tui, issuer):
    issuer.delay["usercode"] = 60
    t = tui()
    type_name(t)
    said(t, "Asking the issuer")
    t.send("?")
    t.wait_for("Keys", timeout=2)
    t.send("Esc")
    t.wait_for(lambda t: "Keys" not in t.text, timeout=2)
    t.send("Esc")
    t.wait_for(the_list, timeout=2)


def test_odd_keys_disturb_nothing(tui, issuer):
    t = tui()
    code = sign_in_until_code(t, issuer)
    t.send("x", "Enter", "Tab", "Up", "F1", "Delete", "Space", "Ctrl-A", "0", "Ctrl-L")
    issuer.approve(code)
    said(t, "Signed in: 'work'")
    assert issuer.user_codes == [code]


# A small window

def test_all_that_matters_is_there_at_40x10(tui, tmp_path):
    t = tui(cols=40, rows=10, env=helper_with_code(tmp_path, "https://auth.openai.com/codex/device"))
    type_name(t)
    t.wait_for(spaced("ABCD-12345"))
    assert any("https://auth.openai.com/codex/device" in line for line in t.screen())
    said(t, "Continue only if you started this. If a website or a person gave you the code, cancel.")
    said(t, r"Waiting for approval\.\.\. 1[45]:\d\d")
    # What helps is below.
    t.send("PageDown")
    said(t, "No page for the code.*workspace: admin")


def test_code_is_not_cut_in_a_narrower_one(tui, tmp_path):
    t = tui(cols=26, rows=12, env=helper_with_code(tmp_path, "https://auth.openai.com/codex/device"))
    type_name(t)
    t.wait_for("ABCD-12345")
