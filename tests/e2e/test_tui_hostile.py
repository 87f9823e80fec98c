"""Whatever a server, a file, the environment or a keyboard holds: the terminal is sent only what it should."""

import json

import pytest
import vt
from interface import (CODE, back_to_the_list, helper_with_code, press_until, said, selected, the_list, type_name,
                       wait_selected)

HOUR = 3600
ESCAPES = "\x1b]0;pwned\x07\x1b[2J\x1b[31mA\x1b]52;c;cHduZWQ=\x07\x1bP+q\x1b\\\x9b31m\x90"
TEXTS = {
    "escapes": ESCAPES, "controls": "A\r\b\x7f\x0e\x0f\tB\n\nC", "bidi": "A\u202eB\u2066\u200b\u200f\ufeff\u2028C",
    "marks": "e" + "\u0301" * 50, "wide": "東京" * 60, "emoji": "👩‍👩‍👧" * 40, "long": "x" * 4000,
    "percent": "%s%n%x%99999d%*c",
}
TERMINALS = {"xterm": ("xterm-256color", "C.UTF-8"), "console": ("linux", "C")}


WALK = [
    (["Enter"], "Esc Back"), (["?"], "Esc Back"), (["d"], "Esc Cancel"), (["d", "Down"], "Esc Cancel"),
    (["e"], "Esc Cancel"), (["e", "Right", "Right"], "Esc Cancel"), (["a"], "Esc Cancel"),
]


def walk(t):
    """Through every screen of the selected profile that needs no network."""
    t.wait_for(the_list)
    for keys, sign in WALK:
        t.send(*keys)
        t.wait_for(sign)
        back_to_the_list(t)
    t.resize(130, 24)
    t.wait_for("PROFILE")
    t.send("q")
    assert t.wait_exit() == 0
    vt.assert_only_terminfo(t.raw, t.term, codec=t.codec)
    assert b"pwned" not in b"".join(token.raw for token in vt.tokens(t.raw, t.term) if token.kind != vt.TEXT)


# The store

@pytest.mark.parametrize("text, terminal_kind", [*((text, "xterm") for text in TEXTS), ("escapes", "console"),
                                                 ("wide", "console")])
def test_every_value_of_a_profile(tui, store, seed, text, terminal_kind):
    seed("odd", lifetime=HOUR)
    profile = store.profile("odd")
    for key in ("user_id", "account_id", "email", "plan", "label", "owner", "created_at", "last_refresh"):
        profile[key] = TEXTS[text]
    profile["error"] = {"reason": "reused", "message": TEXTS[text], "generation": 1}
    store.profile_file("odd").write_text(json.dumps(profile))
    term, lang = TERMINALS[terminal_kind]
    walk(tui(term=term, lang=lang))


@pytest.mark.parametrize("terminal_kind", TERMINALS)
def test_claims_of_an_account(tui, seed, terminal_kind):
    seed("odd", "hostile")
    term, lang = TERMINALS[terminal_kind]
    walk(tui(term=term, lang=lang))


@pytest.mark.parametrize("content", [b"\xff\xfe\x1b]0;pwned\x07", b'{"schema":"\\u001b[2J"}', b"\0" * 100], ids=["not UTF-8", "escapes", "NUL"])
def test_damage(tui, store, seed, content):
    seed("odd")
    store.profile_file("odd").write_bytes(content)
    t = tui()
    t.wait_for("damaged")
    walk(t)


def test_names_of_directories(tui, store, seed):
    seed("good")
    for name in ("a\x1b]0;pwned\x07", "b\nc", "d\u202ee", "\udcff"):
        (store.path / name).mkdir()
        (store.path / name / "credential.json").write_text("{}")
    t = tui()
    wait_selected(t, "good")
    walk(t)


def test_path_of_the_store_and_the_home(tui, tmp_path):
    odd = tmp_path / "odd\x1b]0;pwned\x07\u202e\x1b[2J"
    odd.mkdir()
    t = tui(env={"CHATELAINE_STORE": odd / "store", "HOME": odd})
    t.wait_for(the_list)
    t.send("q")
    t.wait_exit()
    vt.assert_only_terminfo(t.raw)


# The issuer

@pytest.mark.parametrize("terminal_kind", TERMINALS)
@pytest.mark.parametrize("fault", ["escape", "control", "newline", "bidi", "wide", "long", "percent"])
def test_code(tui, issuer, agreed, fault, terminal_kind):
    issuer.fault("usercode", fault + "-user-code")
    term, lang = TERMINALS[terminal_kind]
    t = tui(term=term, lang=lang)
    type_name(t)
    said(t, f"again|{CODE}")
    if CODE in t.text:
        t.send("c", "p")
        t.wait_for("Press Enter")
        t.send("Enter")
        t.wait_for(CODE)
    t.send("Esc")
    t.wait_for(the_list)
    t.send("q")
    t.wait_exit()
    # What is copied is the code as it is shown, or nothing.
    assert all(text.isascii() and text.decode().isprintable() for text in vt.clipboard(t.raw, term))
    vt.assert_only_terminfo(t.raw, term, codec=t.codec, clipboard=True)


@pytest.mark.parametrize("kind", ["400", "401", "description"])
@pytest.mark.parametrize("fault", ["escape", "control", "newline", "bidi", "wide", "long", "percent", "empty"])
def test_message_of_a_refusal(tui, issuer, seed, fault, kind):
    issuer.fault("token", f"{fault}-{kind}")
    seed("work", lifetime=HOUR)
    t = tui()
    wait_selected(t, "work")
    t.send("r")
    said(t, "'work'.*(not renewed|cannot be renewed|refused|in doubt|sign in again)")
    if kind == "401":
        walk(t)  # It is kept with the profile.
    vt.assert_only_terminfo(t.raw)


@pytest.mark.parametrize("fault", ["escape-400", "bidi-400", "long-400", "newline-400"])
def test_message_at_the_sign_in(tui, issuer, agreed, fault):
    issuer.fault("usercode", fault)
    t = tui()
    type_name(t)
    said(t, "again")
    back_to_the_list(t)
    t.send("q")
    t.wait_exit()
    vt.assert_only_terminfo(t.raw)


def test_account_that_signs_in(tui, issuer, agreed):
    issuer.approve_next("hostile")
    t = tui()
    type_name(t, "odd")
    said(t, "Signed in: 'odd'")
    walk(t)


# The program with the network, should it be taken over

LIES = {
    "escape in the address": ("https://x/\\u001b]0;pwned\\u0007", "ABCD"), "not ASCII": ("https://x/é", "ABCD"),
    "escape in the code": ("https://x/", "A\\u001b[2JB"), "long code": ("https://x/", "A" * 100),
    "long address": ("https://" + "x" * 1200, "ABCD"), "nothing": ("", ""),
}


@pytest.mark.parametrize("lie", LIES)
def test_words_of_the_helper(tui, tmp_path, agreed, lie):
    t = tui(env=helper_with_code(tmp_path, *LIES[lie]))
    type_name(t)
    said(t, "do not understand each other.*install")
    back_to_the_list(t)
    t.send("q")
    t.wait_exit()
    vt.assert_only_terminfo(t.raw)


# The keyboard

GARBAGE = [b"\xff", b"\xc3", b"\xe2\x82", b"\x80", b"\x00", b"\x1b[999~", b"\x1b[<0;1;1M", b"\x1b[200~x\x1b[201~",
           b"\x1bO", b"\x1b[", b"\x1b]0;x\x07", b"\x9b", b"\xf0\x9f\x92\xa9", b"\x1b\x1b\x1b"]


@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda garbage: garbage.hex())
def test_bytes_that_are_no_key_end_nothing(tui, seed, garbage, lang):
    seed("a")
    seed("b")
    t = tui(lang=lang)
    wait_selected(t, "a")
    t.type(garbage)
    # The next key may be taken for its end; a later one works.
    press_until(t, "End", lambda t: selected(t) == "b")
    back_to_the_list(t)
    vt.assert_only_terminfo(t.raw, codec=t.codec)


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda garbage: garbage.hex())
def test_bytes_that_are_no_text_in_a_field(tui, garbage):
    t = tui()
    t.wait_for(the_list)
    t.send("a")
    t.wait_for("Name:")
    t.type(garbage)
    back_to_the_list(t)
    t.send("q")
    t.wait_exit()
    vt.assert_only_terminfo(t.raw)


def test_character_in_two_pieces(tui):
    """A slow line may cut a character of several bytes anywhere."""
    t = tui()
    t.wait_for(the_list)
    t.send("a")
    t.wait_for("Name:")
    t.type(b"a\xc3")
    t.wait_for("Name: a")
    t.type(b"\xb6b")
    t.wait_for("Name: aöb")


def test_key_in_two_pieces(tui, seed):
    """Escape sequences arrive in pieces, too; within the moment that Esc is waited for."""
    seed("a")
    seed("b")
    t = tui()
    wait_selected(t, "a")
    for byte in b"\x1bOB":
        t.type(bytes([byte]))
    wait_selected(t, "b")
