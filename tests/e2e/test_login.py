"""Signing in by device code, without a screen."""

import re
import shutil
import time
from datetime import datetime, timezone

import expect
import picture
import pytest
from screen import Painter, Screen

THEMES = {"dark": picture.DARK, "light": picture.LIGHT}

pytestmark = pytest.mark.usefixtures("agreed")


def sign_in(chatelaine, issuer, name="work", account="work", *options):
    issuer.approve_next(account)
    return chatelaine("login", name, "--json", *options)


def refresh_token(store, name="work"):
    return store.credential(name)["refresh_token"]


# Events

def test_events_tell_the_whole_sign_in(chatelaine, issuer, store):
    run = chatelaine.start("login", "work", "--json")
    code = run.wait_for_event("code")
    assert set(code) == {"schema", "event", "verification_url", "user_code", "expires_at", "resumed"}
    assert code["verification_url"] == issuer.url + "/codex/device"
    assert code["user_code"] == issuer.user_codes[-1]
    assert expect.RFC3339.match(code["expires_at"])
    ends = datetime.strptime(code["expires_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    assert 890 <= ends.timestamp() - time.time() <= 901

    waiting = run.wait_for_event("waiting")
    assert waiting["polls"] >= 1
    issuer.approve(code["user_code"], "work")
    result = run.finish()
    expect.succeeded(result)
    assert [event["event"] for event in result.events][-1] == "done"
    profile = expect.profile_object(result.events[-1]["profile"])
    assert (profile["name"], profile["email"], profile["plan"], profile["status"]) == (
        "work", "dev@example.com", "pro", "ok")


def test_polls_count_up_and_keep_the_interval(chatelaine, issuer):
    run = chatelaine.start("login", "work", "--json")
    code = run.wait_for_event("code")
    run.wait_for(lambda run: [e["polls"] for e in run.events() if e["event"] == "waiting"][-1:] == [3])
    issuer.approve(code["user_code"])
    result = run.finish()
    polls = [event["polls"] for event in result.events if event["event"] == "waiting"]
    assert polls == sorted(set(polls))
    assert issuer.early_polls == []


def test_first_poll_does_not_wait(chatelaine, issuer):
    issuer.interval = 60
    expect.succeeded(sign_in(chatelaine, issuer))
    assert issuer.count("poll") == 1


def test_a_failure_is_an_event_too(chatelaine, issuer):
    run = chatelaine.start("login", "work", "--json")
    issuer.decline(run.wait_for_event("code")["user_code"])
    result = run.finish()
    last = result.events[-1]
    assert last["event"] == "failed" and last["code"] == result.status == expect.NEEDS_LOGIN
    assert isinstance(last["message"], str) and last["message"]


# What is written

def test_profile_and_credential_hold_what_was_given(chatelaine, issuer, store):
    expect.succeeded(sign_in(chatelaine, issuer))
    credential, profile = store.credential("work"), store.profile("work")
    assert credential["schema"] == profile["schema"] == 1
    assert credential["issuer"] == issuer.url
    assert credential["generation"] == 1
    assert issuer.alive(credential["refresh_token"])
    assert credential["access_token"].count(".") == credential["id_token"].count(".") == 2
    assert profile["user_id"] == "user-DANA4444444444444444"
    assert profile["account_id"] == "11111111-2222-4333-8444-555555555555"
    assert (profile["email"], profile["plan"], profile["owner"], profile["error"]) == (
        "dev@example.com", "pro", "chatelaine", None)
    for moment in (profile["created_at"], profile["last_refresh"], credential["obtained_at"], credential["expires_at"]):
        assert expect.RFC3339.match(moment)
    assert not {"access_token", "refresh_token", "id_token"} & set(profile)


def test_refresh_token_is_in_one_file_only(chatelaine, issuer, store):
    expect.succeeded(sign_in(chatelaine, issuer))
    expect.one_place(store, refresh_token(store))
    assert store.pending() == []


def test_tenant_has_a_directory_of_its_own(chatelaine, issuer, store):
    expect.succeeded(sign_in(chatelaine, issuer, "acme/client-x", "client"))
    assert store.names() == ["acme/client-x"]
    assert expect.listed(chatelaine)["acme/client-x"]["tenant"] == "acme"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_modes_are_private_under_any_umask(chatelaine, issuer, store, umask):
    # The store is not there yet: the program makes all of it.
    shutil.rmtree(store)
    issuer.approve_next()
    expect.succeeded(chatelaine("login", "acme/work", "--json", "--agree-terms", umask=umask))
    for path, mode in store.modes().items():
        assert mode == (0o700 if (store.path / path).is_dir() else 0o600), f"{path} is {mode:o}"


def test_audit_says_who_and_what_and_no_secret(chatelaine, issuer, store):
    run = chatelaine.start("login", "work", "--json")
    issuer.approve(run.wait_for_event("code")["user_code"])
    expect.succeeded(run.finish())
    entry = store.audit()[-1]
    assert (entry["event"], entry["profile"], entry["pid"]) == ("sign-in", "work", run.pid)
    assert isinstance(entry["uid"], int) and expect.RFC3339.match(entry["at"])
    assert "rt_" not in str(store.audit()) and "eyJ" not in str(store.audit())


def test_names_and_plans_of_all_alphabets(chatelaine, issuer):
    expect.succeeded(sign_in(chatelaine, issuer, "wide", "wide"))
    assert expect.listed(chatelaine)["wide"]["email"] == "zoë@例え.example"


def test_hostile_claims_reach_no_terminal(chatelaine, issuer):
    issuer.approve_next("hostile")
    expect.succeeded(chatelaine("login", "odd"))
    for command in (["list"], ["show", "odd"], ["list", "--json"]):
        expect.succeeded(chatelaine(*command))


# Plain text

def painted(text, rows=60):
    screen = Screen(80, rows)
    Painter(screen, "xterm-256color", "utf-8").feed(text.replace("\n", "\r\n").encode())
    return screen


def plain_until_code(chatelaine, issuer, *options, **more):
    run = chatelaine.start("login", "work", *options, **more)
    issuer.wait_for(lambda: issuer.user_codes and issuer.count("poll"))
    run.wait_for(lambda run: issuer.user_codes[-1] in run.stdout)
    issuer.approve(issuer.user_codes[-1])
    return expect.succeeded(run.finish())


def test_plain_text_has_the_bare_url_and_the_code_on_lines_of_their_own(chatelaine, issuer):
    text = plain_until_code(chatelaine, issuer)
    words = text.split()
    assert issuer.url + "/codex/device" in words
    assert issuer.user_codes[-1] in words
    assert "user_code=" not in text


def test_plain_text_warns_of_phishing_and_hints_at_the_setting(chatelaine, issuer):
    text = " ".join(plain_until_code(chatelaine, issuer).split())
    assert "if you started this" in text
    assert "security settings" in text


def test_qr_code_of_the_bare_url(chatelaine, issuer):
    screen = painted(plain_until_code(chatelaine, issuer))
    # A pipe has no colours: where it ends up is not known, so one theme must do.
    read = picture.qr_codes(screen, picture.DARK) or picture.qr_codes(screen, picture.LIGHT)
    assert read == [issuer.url + "/codex/device"]


def test_no_qr_when_told(chatelaine, issuer):
    text = plain_until_code(chatelaine, issuer, "--no-qr")
    assert not re.search("[▀▄█]|##", text)


def test_c_locale_gets_ascii(chatelaine, issuer):
    assert plain_until_code(chatelaine, issuer, env={"LANG": "C"}).isascii()


# On a terminal

@pytest.mark.parametrize("term", ["xterm-256color", "linux", "tmux-256color"])
@pytest.mark.parametrize("theme", THEMES)
def test_qr_on_a_terminal_reads_on_any_background(tui, issuer, term, theme):
    t = tui("login", "work", cols=80, rows=50, term=term)
    t.wait_for(lambda t: issuer.user_codes and issuer.user_codes[-1] in t.text)
    t.wait_for(lambda t: picture.qr_codes(t.model, THEMES[theme]) == [issuer.url + "/codex/device"])
    issuer.approve(issuer.user_codes[-1])
    assert t.wait_exit() == 0


@pytest.mark.parametrize("lang, term, themes, ascii", [
    ("C", "xterm-256color", THEMES, True), ("C", "linux", THEMES, True), ("C", "vt100", ["dark"], True),
    ("C", "dumb", ["dark"], True), ("C.UTF-8", "vt100", ["dark"], False), ("C.UTF-8", "xterm-mono", ["dark"], False),
    ("C.UTF-8", "dumb", ["dark"], False),
])
def test_qr_by_what_locale_and_terminal_have(tui, issuer, lang, term, themes, ascii):
    t = tui("login", "work", cols=80, rows=60, term="xterm-256color" if term == "dumb" else term, lang="C.UTF-8",
            env={"LANG": lang, "TERM": term})
    t.wait_for(lambda t: issuer.user_codes and issuer.user_codes[-1] in t.text)
    for theme in themes:
        def seen(t):
            shot = picture.paint(t.model, THEMES[theme])
            return picture.decode(picture.from_afar(shot) if (lang, term) == ("C", "dumb") else shot)
        t.wait_for(lambda t: seen(t) == [issuer.url + "/codex/device"])
    assert t.raw.isascii() == ascii
    assert term != "dumb" or b"\x1b" not in t.raw


def test_qr_is_larger_where_there_is_room(tui, issuer):
    t = tui("login", "work", cols=80, rows=60)
    t.wait_for(lambda t: issuer.user_codes and issuer.user_codes[-1] in t.text)
    assert sum(t.cell(x, 1).bg == "ffffff" for x in range(80)) == 74


def test_qr_that_does_not_fit_is_left_out(tui, issuer):
    t = tui("login", "work", cols=30, rows=30)
    t.wait_for(lambda t: issuer.user_codes and issuer.user_codes[-1] in t.text)
    assert not re.search("[▀▄█]", t.raw.decode())
    issuer.approve(issuer.user_codes[-1])
    assert t.wait_exit() == 0


# Terms

def test_terms_must_be_agreed_to_first(chatelaine, issuer, store):
    shutil.rmtree(store)
    message = expect.failed(chatelaine("login", "work"), expect.REFUSED)
    assert "--agree-terms" in message
    assert issuer.count() == 0


def test_terms_are_agreed_to_once(chatelaine, issuer, store):
    shutil.rmtree(store)
    expect.succeeded(sign_in(chatelaine, issuer, "work", "work", "--agree-terms"))
    expect.succeeded(sign_in(chatelaine, issuer, "personal", "personal"))


@pytest.mark.parametrize("answer, agrees", [("y", True), ("yes", True), ("n", False), ("", False), ("x", False)])
def test_terminal_asks_about_the_terms(tui, issuer, store, answer, agrees):
    shutil.rmtree(store)
    t = tui("login", "work", "--no-qr")
    t.wait_for("Agree? [y/N]")
    assert "Terms" in t.text or "terms" in t.text
    issuer.approve_next()
    t.send(answer, "Enter")
    status = t.wait_exit()
    assert (status == 0) == agrees
    assert store.names() == (["work"] if agrees else [])
    assert (issuer.count() > 0) == agrees


# A name that is taken

def test_signing_in_again_renews_the_same_login(chatelaine, issuer, store):
    expect.succeeded(sign_in(chatelaine, issuer))
    before, old = store.profile("work"), refresh_token(store)
    expect.succeeded(sign_in(chatelaine, issuer))
    after = store.profile("work")
    assert store.names() == ["work"]
    assert after["created_at"] == before["created_at"]
    assert refresh_token(store) != old
    assert store.holds(old) == []
    assert store.credential("work")["generation"] > 1


def test_signing_in_again_heals_a_profile_that_needs_it(chatelaine, issuer, seed):
    seed("work", "work", lifetime=-60, reason="reused")
    assert expect.status_of(chatelaine) == "needs-login"
    expect.succeeded(sign_in(chatelaine, issuer))
    assert expect.status_of(chatelaine) == "ok"


@pytest.mark.parametrize("there, comes", [
    ("work", "personal"),       # another person
    ("work", "seat"),           # the same person and e-mail in another workspace
    ("client", "colleague"),    # another member of the same workspace
])
def test_another_login_is_kept_beside(chatelaine, issuer, store, seed, there, comes):
    seed("work", there)
    before = store.profiles_snapshot()
    message = expect.failed(sign_in(chatelaine, issuer, "work", comes), expect.REFUSED)
    assert "work-2" in message and "--replace" in message
    assert store.names() == ["work", "work-2"]
    assert {path: data for path, data in store.profiles_snapshot().items() if path in before} == before
    assert issuer.alive(refresh_token(store, "work-2"))


def test_third_login_gets_the_next_number(chatelaine, issuer, store, seed):
    seed("work", "work")
    expect.failed(sign_in(chatelaine, issuer, "work", "personal"), expect.REFUSED)
    expect.failed(sign_in(chatelaine, issuer, "work", "seat"), expect.REFUSED)
    assert store.names() == ["work", "work-2", "work-3"]


def test_replace_moves_the_old_login_to_the_backups(chatelaine, issuer, store, seed):
    old = seed("work", "work")
    expect.succeeded(sign_in(chatelaine, issuer, "work", "personal", "--replace"))
    assert store.names() == ["work"]
    assert store.profile("work")["email"] == "me@example.net"
    assert [place.split("/")[1] for place in store.holds(old.refresh_token)] == ["backups"]


def test_replaced_login_comes_back_beside_the_new_one(chatelaine, issuer, store, seed):
    old = seed("work", "work")
    expect.succeeded(sign_in(chatelaine, issuer, "work", "personal", "--replace"))
    expect.succeeded(chatelaine("undo"))
    assert store.names() == ["work", "work-2"]
    assert store.credential("work-2")["refresh_token"] == old.refresh_token


def test_replaced_login_comes_back_by_undo(chatelaine, issuer, store, seed):
    old = seed("work", "work")
    expect.succeeded(sign_in(chatelaine, issuer, "work", "personal", "--replace"))
    shutil.rmtree(store.profile_dir("work"))
    expect.succeeded(chatelaine("undo"))
    assert refresh_token(store) == old.refresh_token


# Ends without a login

def ended_without_trace(store, issuer):
    assert store.names() == [] and store.pending() == []
    assert issuer.count("token") == 0


def test_declined(chatelaine, issuer, store):
    run = chatelaine.start("login", "work", "--json")
    issuer.decline(run.wait_for_event("code")["user_code"])
    expect.failed(run.finish(), expect.NEEDS_LOGIN)
    ended_without_trace(store, issuer)


def test_code_that_ran_out(chatelaine, issuer, store):
    run = chatelaine.start("login", "work", "--json")
    issuer.expire(run.wait_for_event("code")["user_code"])
    message = expect.failed(run.finish(), expect.NEEDS_LOGIN)
    assert "expired" in message or "ended" in message or "ran out" in message
    ended_without_trace(store, issuer)


def test_issuer_without_device_login(chatelaine, issuer, store):
    issuer.device_login_enabled = False
    expect.failed(chatelaine("login", "work"), expect.FAILED, expect.UNAVAILABLE)
    ended_without_trace(store, issuer)


def test_nobody_listens(chatelaine, store, issuer):
    issuer.close()
    expect.failed(chatelaine("login", "work"), expect.UNAVAILABLE)
    ended_without_trace(store, issuer)


def test_store_that_cannot_be_written_spends_nothing(chatelaine, issuer, tmp_path):
    (tmp_path / "file").write_text("not a directory\n")
    issuer.approve_next()
    result = chatelaine("login", "work", "--agree-terms", env={"CHATELAINE_STORE": str(tmp_path / "file" / "store")})
    expect.failed(result, expect.FAILED)
    assert issuer.count("token") == 0
