"""The list and the details: what is shown, and moving about in it."""

import json
import re
import shutil

import pytest
from interface import back_to_the_list, open_screen, row, rows, said, selected, the_list, wait_selected, words

MINUTE, HOUR, DAY = 60, 3600, 86400


# What is shown

def test_first_screen_of_an_empty_store(tui, store):
    t = tui()
    said(t, "No logins yet.*Press a to sign in")
    assert re.search(r"chatelaine +~/store +0 profiles +\d\d:\d\d$", t.screen()[0])
    assert "a Add" in t.text and the_list(t)
    assert not store.path.exists(), "looking makes nothing"


@pytest.mark.parametrize("key", ["Enter", "e", "r", "i", "d", "z", "Up", "Down", "PageUp", "PageDown", "Home", "End"])
def test_keys_for_a_profile_do_nothing_without_one(tui, issuer, key):
    t = tui()
    t.wait_for(the_list)
    t.send(key, "?")
    t.wait_for("Keys")
    t.send("Esc")
    said(t, "No logins yet")
    assert issuer.count() == 0


def test_columns_and_order(tui, seed):
    seed("work", "work", lifetime=9 * DAY + 23 * HOUR + 30 * MINUTE)
    seed("personal", "personal", lifetime=41 * MINUTE)
    seed("acme/client-x", "client", lifetime=-2 * HOUR - MINUTE)
    seed("old", "old", lifetime=-3 * DAY, reason="reused")
    t = tui()
    t.wait_for(the_list)
    assert "4 profiles" in t.screen()[0]
    assert re.split("  +", t.screen()[1].strip()) == ["PROFILE▴", "ACCOUNT", "PLAN", "ACCESS ENDS IN", "USED BY"]
    assert list(rows(t)) == ["acme/client-x", "old", "personal", "work"]
    shown = {name: re.split("  +", line[3:]) for name, line in rows(t).items()}
    assert shown["acme/client-x"] == ["acme/client-x", "ops@client.example", "Team", "ended 2h ago ↻", "-"]
    assert shown["old"] == ["old", "who@example.org", "Plus", "sign in again", "-"]
    assert shown["personal"][:3] == ["personal", "me@example.net", "Plus"]
    assert re.fullmatch("00:4[01]:[0-5][0-9]", shown["personal"][3])
    assert shown["work"] == ["work", "dev@example.com", "Pro", "9d 23h", "-"]
    starts = [t.screen()[1].index(heading) for heading in ("PROFILE", "ACCOUNT", "PLAN", "ACCESS")]
    for name, line in rows(t).items():
        assert [line.index(part, start) for part, start in zip(shown[name], starts)] == starts


def test_clock_and_store_in_the_header(tui, seed):
    seed()
    t = tui(env={"TZ": "UTC-5:30"})
    t.wait_for(the_list)
    assert re.search(r"~/store +1 profile +\d\d:\d\d$", t.screen()[0])


def test_wide_characters_keep_the_columns(tui, seed):
    seed("a", "wide")
    seed("b", "work")
    t = tui()
    t.wait_for(the_list)
    column = t.screen()[1].index("PLAN")
    # The screen has a cell of its own, an empty one, behind each wide character.
    cells = ["".join(t.cell(x, y).char or "·" for x in range(80)) for y in (2, 3)]
    assert "zoë@例·え·.example" in cells[0]
    assert cells[0][column:].startswith("Enterprise") and cells[1][column:].startswith("Pro ")


# Statuses

def take_away_refresh_token(store, name):
    credential = store.credential(name)
    credential["refresh_token"] = ""
    store.credential_file(name).write_text(json.dumps(credential))


@pytest.fixture
def every_status(chatelaine, issuer, store, seed):
    """A profile in each status, of the same account and with the same time left where there is one."""
    for name in ("ok", "access-only", "in-doubt"):
        seed(name, lifetime=9 * DAY)
    seed("expiring", lifetime=47 * HOUR)
    seed("expired", lifetime=-HOUR)
    seed("needs-login", lifetime=9 * DAY, reason="revoked")
    seed("damaged")
    store.credential_file("damaged").write_text("{")
    take_away_refresh_token(store, "access-only")
    issuer.fault("token", "cut-body", after=True)
    chatelaine("refresh", "in-doubt")


STATUSES = {
    # name: (its row, its line below the list when it is selected)
    "ok": (r"8d 23h|9d 0h", r"ok - dev@example\.com \[Pro\] - ends 20\d\d-.* \((8d|9d)"),
    "access-only": (r"8d 23h|9d 0h", "access only, for .* cannot be renewed"),
    "in-doubt": (r"(8d 23h|9d 0h) \?", "in doubt: the last renewal got no answer"),
    "expiring": (r"4[67]:\d\d:\d\d", r"ends .*\(1d 2\d:\d\d:\d\d\)"),
    "expired": (r"ended 1h ago \*", "access ended 1h ago"),
    "needs-login": (r"sign in again", "needs a login: it was signed out or revoked"),
    "damaged": (r"damaged", "damaged, and left as it is: "),
}
COLOURLESS = {"NO_COLOR": ("xterm-256color", {"NO_COLOR": "1"}), "vt100": ("vt100", {})}


@pytest.mark.parametrize("how", COLOURLESS)
def test_statuses_without_colours(tui, every_status, how):
    term, env = COLOURLESS[how]
    t = tui(term=term, env=env, lang="C", cols=100)
    t.wait_for(the_list)
    for name, (in_row, in_line) in STATUSES.items():
        assert re.search(in_row, row(t, name)), row(t, name)
    for name in rows(t):
        wait_selected(t, name)
        said(t, STATUSES[name][1])
        t.send("Down")
    coloured = {(t.cell(x, y).fg, t.cell(x, y).bg) for y in range(24) for x in range(100)}
    assert coloured == {("default", "default")}


def test_no_two_statuses_look_the_same_without_colours(tui, every_status):
    """State is never told by colour alone: a row that cannot be renewed differs from one that can."""
    t = tui(env={"NO_COLOR": "1"}, cols=100)
    t.wait_for(the_list)
    ends = {name: re.sub(r"\d+", "1", re.split("  +", line[3:])[3]) for name, line in rows(t).items()}
    assert len(set(ends.values())) == len(ends), ends


def test_statuses_in_colours_have_the_same_words(tui, every_status):
    t = tui(cols=100)
    t.wait_for(the_list)
    for name, (in_row, _) in STATUSES.items():
        assert re.search(in_row.replace(r"\*", "↻"), row(t, name)), row(t, name)


@pytest.mark.parametrize("cols", [80, 60])
def test_what_is_not_well_names_the_key_that_mends_it(tui, every_status, cols):
    t = tui(cols=cols)
    t.wait_for(the_list)
    keys = {"expired": "r", "expiring": "r", "needs-login": "i", "access-only": "i", "in-doubt": "i", "damaged": "i"}
    for name in rows(t):
        wait_selected(t, name)
        if name in keys:
            said(t, rf"\b{keys[name]} ([Rr]enews|[Ss]igns? in|Refresh)", timeout=3)
        t.send("Down")


# The selection

MOVES = [
    (["Down"], "p01"), (["j", "j"], "p02"), (["Down", "Down", "Up"], "p01"), (["j", "j", "k"], "p01"), (["Up"], "p00"),
    (["End"], "p29"), (["End", "Down"], "p29"), (["End", "Home"], "p00"), (["PageDown", "PageUp"], "p00"),
    (["PageDown"] * 4, "p29"), (["End", *["PageUp"] * 4], "p00"), (["End", "k", "k"], "p27"),
]


@pytest.fixture
def many(seed, store):
    """Profiles p00, p01…: copies of one, which is quicker."""
    def make(count, width=2):
        seed("p" + "0" * width)
        first = store.profile_dir("p" + "0" * width)
        for number in range(1, count):
            shutil.copytree(first, store.profile_dir(f"p{number:0{width}}"))
    return make


def test_moving(tui, many):
    many(30)
    t = tui()
    for keys, target in MOVES:
        t.send("Home")
        wait_selected(t, "p00")
        t.send(*keys)
        wait_selected(t, target)


@pytest.mark.parametrize("cols, lines", [(80, 24), (40, 10), (20, 5)])
def test_many_profiles_scroll(tui, many, cols, lines):
    many(200, width=3)
    t = tui(cols=cols, rows=lines)
    wait_selected(t, "p000")
    page = len(rows(t))
    t.send("PageDown")
    wait_selected(t, f"p{page:03}")
    t.send("End")
    wait_selected(t, "p199")
    assert list(rows(t)) == [f"p{number:03}" for number in range(200 - page, 200)]
    t.send("Home")
    wait_selected(t, "p000")
    assert list(rows(t)) == [f"p{number:03}" for number in range(page)]


def test_selection_stays_in_view_when_the_window_shrinks(tui, many):
    many(30)
    t = tui()
    t.wait_for(the_list)
    t.send(*["Down"] * 15)
    wait_selected(t, "p15")
    t.resize(40, 10)
    wait_selected(t, "p15")
    t.resize(80, 24)
    wait_selected(t, "p15")


def test_every_row_can_be_reached_by_down(tui, many):
    many(30)
    t = tui(rows=10)
    for number in range(30):
        wait_selected(t, f"p{number:02}")
        t.send("Down")


def test_selected_name_is_kept_when_profiles_come(tui, chatelaine, issuer, seed, agreed):
    seed("m", "work")
    t = tui()
    wait_selected(t, "m")
    issuer.approve_next("personal")
    t.send("a")
    t.wait_for("Name:")
    t.send("a", "Enter")
    said(t, "Signed in: 'a'")
    assert selected(t) == "a"
    t.send("Down")
    wait_selected(t, "m")


# Sizes

@pytest.mark.parametrize("cols, headings", [
    (80, ["PROFILE▴", "ACCOUNT", "PLAN", "ACCESS ENDS IN", "USED BY"]),
    (60, ["PROFILE▴", "ACCOUNT", "PLAN", "ACCESS ENDS IN"]),
    (40, ["PROFILE▴", "ACCESS ENDS IN"]),
])
def test_columns_drop_by_priority(tui, seed, cols, headings):
    seed("work", lifetime=9 * DAY + HOUR // 2)
    t = tui(cols=cols, rows=10)
    t.wait_for(the_list)
    assert re.split("  +", t.screen()[1].strip()) == headings
    assert "9d 0h" in row(t, "work")


def test_long_names_leave_room(tui, seed):
    name = "a" * 63 + "/" + "b" * 63
    seed(name, lifetime=9 * DAY + HOUR // 2)
    for cols in (80, 40):
        t = tui(cols=cols, rows=10)
        t.wait_for("9d 0h")
        assert "…" in t.screen()[2]


def test_columns_are_as_wide_as_what_is_in_them(tui, seed, chatelaine, home):
    seed("acme/client-x", "client", lifetime=9 * DAY + HOUR // 2)
    for place in ("one", "two", "three"):
        (home / place).mkdir()
        assert chatelaine("use", "acme/client-x", "--for", f"codex={home / place}").status == 0
    t = tui()
    t.wait_for(the_list)
    assert "ops@client.example  Team   9d 0h" in row(t, "acme/client-x")
    assert row(t, "acme/client-x").endswith("…")


@pytest.mark.parametrize("cols, beside", [(109, False), (110, True), (200, True)])
def test_details_stand_beside_a_wide_list(tui, seed, cols, beside):
    seed("a", "work")
    seed("b", "personal")
    t = tui(cols=cols)
    t.wait_for(the_list)
    assert ("user-DANA4444444444444444" in t.text) == beside
    if beside:
        t.send("Down")
        t.wait_for("user-MEL55555555555555555")


WAYS_OUT = {
    # The keys that lead into a screen, and the way out that its footer shows.
    "list": ([], "q Quit"), "details": (["Enter"], "Esc Back"), "name": (["a"], "Esc Cancel"),
    "help": (["?"], "Esc Back"), "export": (["e"], "Esc Cancel"), "delete": (["d"], "Esc Cancel"),
    "terms": (["i"], "Esc Cancel"),
}


@pytest.mark.parametrize("screen", WAYS_OUT)
def test_footer_shows_the_way_out_in_a_small_window(tui, seed, screen):
    seed()
    keys, way_out = WAYS_OUT[screen]
    t = tui(cols=40, rows=10)
    t.wait_for(the_list)
    t.send(*keys)
    t.wait_for(way_out)
    if keys:
        t.send("Esc")
        t.wait_for(the_list)


def test_sign_in_in_a_small_window(tui, issuer, seed, agreed):
    seed()
    t = tui(cols=40, rows=10)
    t.wait_for(the_list)
    t.send("i")
    t.wait_for(lambda t: issuer.user_codes and " ".join(issuer.user_codes[0]) in t.text)
    assert issuer.url + "/codex/device" in t.text and "Esc Cancel" in t.text
    t.wait_for(re.compile(r"Waiting for approval\.\.\. 1[45]:\d\d"))


# Details

def test_tab_goes_there_and_back(tui, seed):
    seed()
    t = tui()
    t.wait_for(the_list)
    t.send("Tab")
    t.wait_for("user id")
    t.send("Tab")
    t.wait_for(the_list)


def test_details_show_everything_but_secrets(tui, store, seed):
    tokens = seed("acme/client-x", "client", lifetime=9 * DAY + HOUR // 2)
    t = tui(cols=100)
    t.wait_for(the_list)
    t.send("Enter")
    t.wait_for("user id")
    for fact in ("acme/client-x", "ops@client.example", "Team", "user-OLU66666666666666666",
                 "44444444-2222-4333-8444-555555555555"):
        assert fact in t.text
    assert "~/store/acme/client-x" in words(t).replace(" ", "")
    said(t, r"ok for 9d 00:\d\d:\d\d")
    for secret in (tokens.access_token, tokens.refresh_token, tokens.id_token):
        assert secret[-20:].encode() not in t.raw
    t.send("Esc")
    t.wait_for(the_list)


def test_details_of_a_refused_login_say_what_the_issuer_said(tui, seed):
    seed(lifetime=-DAY, reason="reused", message="Made-up words of the issuer.")
    t = tui()
    t.wait_for(the_list)
    t.send("Enter")
    said(t, "Made-up words of the issuer")
    said(t, "i signs in again")


def test_details_tell_of_loose_modes(tui, store, seed):
    seed()
    store.credential_file("work").chmod(0o644)
    t = tui()
    t.wait_for(the_list)
    t.send("Enter")
    said(t, "warning credential.json is mode 0644")


def test_details_of_a_damaged_profile_give_the_reason(tui, store, seed):
    seed()
    store.credential_file("work").write_text("not JSON")
    t = tui()
    t.wait_for("damaged")
    t.send("Enter")
    said(t, r"status damaged, and left as it is: \S+")


def test_details_scroll(tui, seed):
    seed()
    t = tui(cols=40, rows=10)
    t.wait_for(the_list)
    t.send("Enter")
    t.wait_for("Esc Back")
    assert "account id" not in t.text
    t.send(*["j"] * 30)
    t.wait_for("files")
    t.send(*["Up"] * 30)
    t.wait_for("profile")


@pytest.mark.parametrize("key, sign", [("e", "Format"), ("d", "Forget here"), ("?", "Keys"), ("r", "is renewed|done"),
                                       ("i", "Waiting for approval")])
def test_keys_of_the_details(tui, seed, agreed, key, sign):
    seed(lifetime=HOUR)
    t = tui()
    t.wait_for(the_list)
    t.send("Enter")
    t.wait_for("user id")
    t.send(key)
    said(t, sign)
    if key != "r":
        t.send("Esc")
    t.wait_for("user id")
    t.send("Esc")
    t.wait_for(the_list)


# Promises

def test_looking_needs_no_network_and_changes_nothing(tui, issuer, store, seed):
    seed("a", lifetime=-DAY)
    seed("b", lifetime=DAY)
    before = store.profiles_snapshot()
    t = tui(env={"CHATELAINE_OAUTH": "/nonexistent"})
    t.wait_for(the_list)
    for name in ("details", "help", "name", "export", "delete"):
        open_screen(t, name)
        back_to_the_list(t)
    t.send("q")
    assert t.wait_exit() == 0
    assert issuer.count() == 0 and store.profiles_snapshot() == before


def test_profile_that_another_program_removed_breaks_nothing(tui, chatelaine, seed):
    seed("a")
    seed("b")
    t = tui()
    wait_selected(t, "a")
    assert chatelaine("delete", "a", "--yes").status == 0
    for key, sign in (("e", "Format"), ("Enter", "user id|PROFILE"), ("d", "Forget here")):
        t.send(key)
        said(t, sign)
        t.send("Esc")
        t.wait_for(the_list)
    t.send("r")
    said(t, "no profile 'a'")


def test_account_and_its_id_are_whole_in_a_wide_window(tui, seed):
    seed("acme/client-x", "client")
    t = tui(cols=120, rows=40)
    t.wait_for("ops@client.example  Team")
    t.wait_for("44444444-2222-4333-8444-555555555555")


def test_details_tell_how_the_files_stand(tui, seed, store):
    seed()
    store.credential_file("work").chmod(0o644)
    t = tui()
    t.wait_for(the_list)
    t.send("Enter")
    said(t, "access issued 20.*credential.json 0644, .m old profile.json 0600")


def test_empty_list_scrolls_where_it_has_no_room(tui):
    t = tui(cols=40, rows=8)
    t.wait_for("more below")
    assert "need a code" not in words(t)
    t.send("End")
    said(t, "here you only need a code.")
    t.wait_for(lambda t: "more below" not in t.text)
    t.send("Home")
    said(t, "No logins yet")
