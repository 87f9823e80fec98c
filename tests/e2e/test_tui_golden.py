"""Every screen as somebody looked at it last: at three sizes, in UTF-8 and in ASCII; text and attributes.

The clock stands still, so that the pictures are the same every time.
"""

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

import consumers
import expect
import golden
import pytest
from interface import CODE, QR_ALONE, back_to_the_list, selected
from issuer import jwt
from issuer.accounts import find
from issuer.seed import DAY, HOUR, MINUTE, REUSED, stamp, write_private, write_profile
from storedir import StoreDir

NOW = 1795442400  # 2026-11-23 14:00:00 UTC
SIZES = [(80, 24), (40, 10), (120, 40)]
LOCALES = {"UTF-8": "C.UTF-8", "ASCII": "C"}

# The profiles: name -> account, seconds left, reason.
PROFILES = {
    "work": ("work", 9 * DAY + 23 * HOUR, None),
    "personal": ("personal", 41 * MINUTE + 7, None),
    "acme/client-x": ("client", -2 * HOUR, None),
    "old": ("old", -3 * DAY, "reused"),
}


def at(name):
    """The list, with the mark at a profile."""
    return lambda t: "q Quit" in t.text and selected(t) == name


def usage_fetched(t):
    return "weekly" in t.text and "Asking" not in t.text


WORK = ["End"]  # the keys that select the profile `work`
# What is pressed in the list, and what then is on the screen; a screen may be waited for in between. The doctor is
# not among them: it tells of the kernel.
SCREENS = {
    "list": (WORK, at("work")),
    "list-ended": ([], at("acme/client-x")),
    "list-marked": (["*", "Down"], at("old")),
    "list-filtered": (["/", "o", "l", "d", "Enter"], at("old")),
    "filter-nothing": (["/", "q", "q", "q"], "Nothing matches"),
    "find": (["f", "w"], "Find: w"),
    "details": ([*WORK, "Enter"], "Esc Back"),
    "details-sign-in": (["Down", "Enter"], "Esc Back"),
    "help": (["?"], "Keys"),
    "name": (["a"], "Name:"),
    "rename": ([*WORK, "n"], "New name:"),
    "use": ([*WORK, "u"], "Switch"),
    "lend": ([*WORK, "L"], "whole login"),
    "export": ([*WORK, "e"], "Format"),
    "export-many": (["*", "e"], "Export 4 profiles"),
    "delete": ([*WORK, "d"], "Forget here"),
    "forget": (["*", "d"], "Forget 4 profiles"),
    "usage": ([*WORK, "U"], usage_fetched),
    "settings": ([","], "Settings"),
    "messages": (["s", "m"], "Messages"),
    "sign-in": ([*WORK, "i"], CODE),
    "sign-in-qr": ([*WORK, "i", CODE, "Q"], QR_ALONE),
    "help-sign-in": ([*WORK, "i", CODE, "?"], "Keys"),
}
# As above, after a command.
AFTER = {
    "take-back": (["lend", "work", "--to", "codex"], [*WORK, "L"], "moves back"),
    "list-lent": (["lend", "work", "--to", "codex"], WORK, at("work")),
}
# With these, too, of which two belong to one tenant.
TENANTS = {
    "acme/ops": ("work", 9 * DAY, None),
    "globex/web": ("personal", 41 * MINUTE, None),
}
WITH_TENANTS = {
    "list-tenants": ([], at("acme/")),
    "list-folded": (["-", "*"], "marked"),
    "list-tenant-filtered": (["/", "o", "p", "s", "Enter"], re.compile("2 of 6(.|\n)*Esc Clear +q Quit")),
    "help-tenants": (["?"], "Keys"),
}
EMPTY = {
    "empty": ([], "q Quit"),
    "terms": (["a", "Name:", "x", "Enter"], "Terms of Use"),
}
# What the program with the network would say.
CODE_TOLD = ('{"event":"code","verification_url":"https://auth.openai.com/codex/device","user_code":"ABCD-12345",'
             f'"expires_at":{NOW + 872},"device_auth_id":"made-up","interval":5}}')
USAGE_TOLD = ('{"event":"usage","plan":"pro","windows":['
              f'{{"limit":"","percent":12,"seconds":18000,"resets_at":{NOW + 9120}}},'
              f'{{"limit":"","percent":86,"seconds":604800,"resets_at":{NOW + 412345}}}],'
              '"limit_reached":false,"credits":{"has_credits":true,"unlimited":false,"balance":"12.50"}}')


@pytest.fixture
def fixed_home():
    """A home whose path is always as long; the pictures have another name for its end."""
    folder = Path(tempfile.mkdtemp(prefix="home-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def env(env, clock, fixed_home, tmp_path):
    """Where nothing but the screen's size and the locale changes."""
    clock.stop(NOW)
    helper = tmp_path / "helper"
    helper.write_text(f"#!/bin/sh\nread -r request\ncase $request in *usage*) echo '{USAGE_TOLD}' ;;\n"
                      f"*) echo '{CODE_TOLD}'; while read -r more; do :; done ;;\nesac\n")
    helper.chmod(0o700)
    del env["CHATELAINE_BACKEND"]
    return {**env, "HOME": fixed_home, "CHATELAINE_STORE": fixed_home / "logins", "CHATELAINE_OAUTH": helper,
            "CHATELAINE_ISSUER": "https://auth.openai.com", **clock.environment}


@pytest.fixture
def draw(tui, fixed_home):
    """Opens a screen in each size and locale, each time after `before`, and compares it with its file."""
    def draw_all(name, keys, sign, before=lambda: None):
        pictures = {}
        for locale, lang in LOCALES.items():
            for cols, rows in SIZES:
                before()
                write_before(fixed_home)
                t = tui(cols=cols, rows=rows, lang=lang)
                open_screen(t, keys, sign)
                pictures[f"{cols}x{rows} {locale}"] = golden.picture(t.model, [(fixed_home.name[-8:], "dana-doe")])
                # A sign-in that is left would be offered to the next one.
                if name not in EMPTY:
                    back_to_the_list(t)
                t.close()
        golden.check(name, pictures)

    return draw_all


def write_before(home):
    """As if the files of logins had been written a while before."""
    for name in "credential.json", "profile.json", "auth.json":
        for file in home.rglob(name):
            os.utime(file, (NOW, NOW - 5 * DAY))


def open_screen(t, keys, sign):
    if keys:
        t.wait_for("Quit")
    for key in keys:
        if key in (CODE, "Name:"):
            t.wait_for(key)
        else:
            t.send(key)
    t.wait_for(sign)


@pytest.fixture
def profiles(chatelaine, fixed_home):
    """A store with those of PROFILES, two of which programs show."""
    store = StoreDir(fixed_home / "logins")
    store.agree_to_terms()
    put_profiles(store, PROFILES)
    for kind in ".codex", ".openhands/auth":
        (fixed_home / kind).mkdir(mode=0o700, parents=True)
    for command in (["use", "work"], ["use", "personal", "--for", "openhands"]):
        expect.succeeded(chatelaine(*command))
    # The timer has been here, so that nothing tells how to have one.
    timer = store.path / ".chatelaine" / "kept"
    timer.touch(mode=0o600)
    os.utime(timer, (NOW, NOW))
    return store


def put_profiles(store, profiles):
    for name, (account, left, reason) in profiles.items():
        put_profile(store, name, find(account), NOW + left, reason)


def put_profile(store, name, account, ends, reason):
    began = ends - 10 * DAY
    access = jwt.access_token("https://auth.openai.com", account, began, ends, "made-up")
    write_profile(store.path, name, {
        "schema": 1, "issuer": "https://auth.openai.com", "generation": 1, "obtained_at": stamp(began),
        "expires_at": stamp(ends), "access_token": access, "refresh_token": f"rt_{account.key}",
        "id_token": jwt.id_token("https://auth.openai.com", account, began, "made-up", access),
    }, {
        "schema": 1, "user_id": account.user_id, "account_id": account.account_id, "email": account.email,
        "plan": account.plan, "label": None, "owner": "chatelaine", "created_at": stamp(began),
        "last_refresh": stamp(began), "error": reason and {"reason": reason, "message": REUSED, "generation": 1},
    })


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("name", SCREENS)
def test_screen(draw, name):
    draw(name, *SCREENS[name])


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("name", AFTER)
def test_screen_after_a_command(chatelaine, draw, name):
    command, keys, sign = AFTER[name]
    expect.succeeded(chatelaine(*command))
    draw(name, keys, sign)


@pytest.mark.parametrize("name", WITH_TENANTS)
def test_screen_with_tenants(profiles, draw, name):
    put_profiles(profiles, TENANTS)
    draw(name, *WITH_TENANTS[name])


@pytest.mark.parametrize("name", EMPTY)
def test_screen_of_an_empty_store(draw, name):
    draw(name, *EMPTY[name])


def test_sign_in_that_waits(tui, profiles, draw):
    def line_drops():
        t = tui()
        open_screen(t, [*WORK, "i"], CODE)
        t.close()
    draw("sign-in-waiting", [], "Go on", line_drops)


def test_audit(profiles, draw):
    folder = profiles.path / ".chatelaine"
    for file in folder.glob("audit.*"):
        file.unlink()
    lines = [dict(at=stamp(NOW - 3 * HOUR), event="sign-in", profile="work", result="ok", uid=4242, pid=77),
             dict(at=stamp(NOW - HOUR), event="use", profile="work", result="ok", uid=4242, pid=78, detail="codex"),
             dict(at=stamp(NOW - MINUTE), event="refresh", profile="old", uid=4242, pid=79,
                  result="the refresh token was already used; sign in again")]
    write_private(folder / "audit.jsonl", lines)
    (folder / "audit.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    draw("audit", ["A"], "Esc Back")


def test_logins_to_take_in(fixed_home, issuer, draw):
    consumers.make("codex", fixed_home).sign_in(issuer.mint("work"))
    consumers.make("openhands", fixed_home).sign_in(issuer.mint("personal"))
    draw("import", [], "Take in")


def test_every_picture_is_of_a_screen():
    others = {"sign-in-waiting", "audit", "import"}
    if golden.WRITES:
        pytest.skip("they are being written")
    assert {file.stem for file in golden.FOLDER.glob("*.txt")} == {*SCREENS, *AFTER, *WITH_TENANTS, *EMPTY, *others}
