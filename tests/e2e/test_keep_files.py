"""Keeping: what programs do with their files is noticed."""

import expect
import logins
from keeping import lines, renewed, stop

HOUR, DAY = 3600, 86400
# How long somebody may wait to be noticed: a second, and what a busy machine adds.
NOTICED = 2.5


# Files of programs

def test_newer_login_of_a_known_account_is_taken_in(keep, chatelaine, issuer, store, seed, codex):
    old = seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    new = issuer.mint("work")
    logins.put(codex, logins.codex(new))
    assert logins.until(lambda: logins.is_view(codex, new.access_token)) < NOTICED
    assert store.credential("work")["refresh_token"] == new.refresh_token
    expect.one_place(store, new.refresh_token)
    running.wait_for(lambda program: "'work'" in program.stdout)
    result = stop(running)
    assert len(lines(running)) == 3
    expect.no_secret(result, old, new)
    assert issuer.count() == 0


def test_login_written_in_place_is_taken_in(keep, chatelaine, issuer, store, seed, home):
    seed(lifetime=9 * DAY)
    file = home / ".openhands" / "auth" / "openai_oauth.json"
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    running = keep()
    new = issuer.mint("work")
    logins.put_in_place(file, logins.openhands(new))
    assert logins.until(lambda: logins.is_view(file, new.access_token)) < NOTICED
    stop(running)
    expect.one_place(store, new.refresh_token)


def test_login_in_a_file_of_many_is_taken_in(keep, chatelaine, issuer, store, seed, home):
    seed(lifetime=9 * DAY)
    file = logins.put(home / ".local/share/opencode/auth.json", {"other": {"type": "api", "key": "k"}})
    expect.succeeded(chatelaine("use", "work", "--for", "opencode"))
    running = keep()
    new = issuer.mint("work")
    logins.put(file, {"other": {"type": "api", "key": "k"}, **logins.opencode(new)})
    assert logins.until(lambda: logins.is_view(file, new.access_token)) < NOTICED
    stop(running)
    assert logins.load(file)["other"] == {"type": "api", "key": "k"}
    expect.one_place(store, new.refresh_token)


def test_login_takes_the_place_of_a_dead_one(keep, chatelaine, issuer, store, seed, codex):
    seed(lifetime=9 * DAY, reason="revoked")
    running = keep()
    new = issuer.mint("work")
    logins.put(codex, logins.codex(new))
    logins.until(lambda: logins.is_view(codex, new.access_token))
    stop(running)
    assert expect.status_of(chatelaine) == "ok"


def test_older_login_of_a_known_account_is_told_and_left(keep, issuer, store, seed, codex):
    seed(lifetime=9 * DAY)
    running = keep()
    old = issuer.mint("work", 8 * DAY)
    logins.put(codex, logins.codex(old))
    running.wait_for(lambda program: "chatelaine use work --for codex" in program.stdout, timeout=NOTICED)
    stop(running)
    assert logins.tokens_of(codex) == (old.access_token, old.refresh_token)


def test_unknown_login_is_told_and_left(keep, chatelaine, issuer, store, seed, codex):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    new = issuer.mint("personal")
    logins.put(codex, logins.codex(new))
    running.wait_for(lambda program: "chatelaine import codex" in program.stdout, timeout=NOTICED)
    result = stop(running)
    assert "me@example.net" in result.stdout
    assert logins.tokens_of(codex) == (new.access_token, new.refresh_token)
    assert store.names() == ["work"] and store.holds(new.refresh_token) == []
    expect.no_secret(result, new)


def test_hostile_account_is_told_safely(keep, issuer, seed, codex):
    running = keep()
    logins.put(codex, logins.codex(issuer.mint("hostile")))
    running.wait_for(lambda program: "chatelaine import codex" in program.stdout, timeout=NOTICED)
    stop(running)   # which looks at every character


def test_removed_view_is_told_and_not_put_back(keep, chatelaine, issuer, seed, codex):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    issuer.fault("token", "503")
    running = keep()
    codex.unlink()
    running.wait_for(lambda program: "removed its view of 'work'" in program.stdout, timeout=NOTICED)
    stop(running)
    assert not codex.exists()


def test_removed_view_does_not_come_back_with_a_renewal(keep, chatelaine, seed, codex):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    codex.unlink()
    running = keep()
    running.wait_for(renewed("work"))
    stop(running)
    assert not codex.exists()


def test_other_kind_of_login_is_left(keep, chatelaine, seed, codex):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    logins.put(codex, {"auth_mode": "apikey", "OPENAI_API_KEY": "sk-mine"})
    running.wait_for(renewed("work"))
    stop(running)
    assert logins.load(codex) == {"auth_mode": "apikey", "OPENAI_API_KEY": "sk-mine"}
    assert "sk-mine" not in running.stdout


def test_lent_login_that_its_program_renews_is_shown_elsewhere(keep, chatelaine, issuer, store, seed, codex, home):
    lent = seed(lifetime=HOUR)
    view = home / ".openhands" / "auth" / "openai_oauth.json"
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    expect.succeeded(chatelaine("use", "work", "--for", "openhands"))
    assert logins.is_view(view, lent.access_token)
    running = keep()
    new = issuer.chains.spend(lent.refresh_token)
    logins.put(codex, logins.codex(new))
    assert logins.until(lambda: logins.is_view(view, new.access_token)) < NOTICED
    running.wait_for(lambda program: "'work' was renewed by codex" in program.stdout)
    stop(running)
    assert logins.tokens_of(codex) == (new.access_token, new.refresh_token)
    assert store.holds(new.refresh_token) == [] and issuer.count("token") == 0


def test_lent_login_that_is_gone_is_told(keep, chatelaine, seed, codex):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    running = keep()
    codex.unlink()
    running.wait_for(lambda program: "does not hold the login of 'work'" in program.stdout, timeout=NOTICED)
    stop(running)


def test_what_other_commands_do_is_no_news(keep, chatelaine, seed, codex):
    """Switching, lending and taking back change the same files, and are not taken for a program's doing."""
    seed("work", "work")
    seed("other", "personal")
    running = keep()
    for command in (["use", "work", "--for", "codex"], ["use", "other", "--for", "codex"],
                    ["use", "--none", "--for", "codex"], ["lend", "work", "--to", "codex"], ["take-back", "work"],
                    ["use", "other", "--for", "codex"], ["refresh", "other"], ["delete", "other", "--yes"], ["undo"]):
        expect.succeeded(chatelaine(*command))
    stop(running)
    assert len(lines(running)) == 2, running.stdout


def test_target_that_comes_later_is_watched(keep, chatelaine, issuer, store, seed, home):
    seed(lifetime=9 * DAY)
    running = keep()
    file = home / "elsewhere" / "auth.json"
    expect.succeeded(chatelaine("use", "work", "--for", f"codex={file}"))
    new = issuer.mint("work")
    logins.put(file, logins.codex(new))
    assert logins.until(lambda: logins.is_view(file, new.access_token)) < NOTICED
    stop(running)


def test_many_changes_at_once(keep, chatelaine, issuer, store, seed, codex):
    seed(lifetime=9 * DAY)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    running = keep()
    for lifetime in range(30):
        new = issuer.mint("work", 10 * DAY + lifetime)
        logins.put(codex, logins.codex(new))
    logins.until(lambda: logins.is_view(codex, new.access_token))
    stop(running)
    expect.one_place(store, new.refresh_token)
