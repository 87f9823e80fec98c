"""A clock that is set, that stood still in a suspend, or that is not the issuer's (RFC 8628 3.5, trust in times)."""

import re
import shutil
import subprocess

import expect
import pytest
from interface import code_shown, row, said, selected, type_name

DAY, MINUTE = 86400, 60


def left_on(t):
    minutes, seconds = said(t, r"Code ends in (\d\d):(\d\d)").groups()
    return int(minutes) * 60 + int(seconds)


@pytest.mark.parametrize("days", [1, -1])
def test_set_while_a_code_waits(tui, issuer, agreed, clock, days):
    """The countdown goes on, no question comes early, and the approval is seen."""
    issuer.interval = 60
    t = tui(env=clock.environment)
    type_name(t)
    code = code_shown(t, issuer)
    issuer.wait_for(lambda: issuer.count("poll", status=403))
    before = left_on(t)
    clock.jump(days * DAY)
    t.wait_for(lambda t: before - 60 < left_on(t) < before)
    assert issuer.count("poll") == 1
    issuer.approve(code, "work")
    clock.advance(60)
    said(t, "Signed in: 'work' is ")
    assert issuer.count("poll") == 2


def test_code_that_ended_in_a_suspend(tui, issuer, agreed, clock):
    issuer.interval = 60
    t = tui(env=clock.environment)
    type_name(t)
    code_shown(t, issuer)
    issuer.wait_for(lambda: issuer.count("poll", status=403))
    clock.advance(3600)
    said(t, "the code has ended")
    assert issuer.count("poll") == 1


def test_list_follows_the_clock(tui, seed, clock):
    """At once, where it would not be drawn before the next minute."""
    seed("ended", lifetime=-100)
    seed()
    t = tui(env=clock.environment)
    t.wait_for(lambda t: selected(t) == "ended")
    t.wait_for(lambda t: re.search("10d 0h|9d 23h", row(t, "work")))
    clock.jump(DAY)
    t.wait_for(lambda t: re.search("9d 0h|8d 23h", row(t, "work")), timeout=5)
    clock.jump(-2 * DAY)
    t.wait_for(lambda t: re.search("11d 0h|10d 23h", row(t, "work")), timeout=5)


def test_answer_that_came_in_a_suspend(chatelaine, issuer, seed, store, clock):
    """The one who asked gives up; the one who listens does not, since there will be no other answer."""
    seed()
    issuer.delay["token"] = 1
    run = chatelaine.start("refresh", "work", env=clock.environment)
    issuer.wait_for(lambda: issuer.count("token") == 1)
    clock.advance(3600)
    run.finish()
    issuer.delay.clear()
    expect.succeeded(chatelaine("refresh", "work"))
    assert issuer.reused == 0 and issuer.alive(store.credential("work")["refresh_token"])


def test_boot_time_of_a_namespace(build, env, issuer, seed, store):
    """A container whose machine was up for a day when it began."""
    unshare = ["unshare", "--user", "--map-root-user", "--time", "--boottime", str(DAY), "--fork"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        pytest.skip("no time namespaces here")
    tokens = seed()
    result = subprocess.run([*unshare, build / "chatelaine", "refresh", "work"], env=env, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert store.credential("work")["refresh_token"] != tokens.refresh_token and issuer.reused == 0


# Not the issuer's

def found(chatelaine):
    return [finding["message"] for finding in chatelaine("doctor", "--json").json["findings"]
            if finding["kind"] == "clock"]


@pytest.mark.parametrize("ahead, words", [(180, "behind the issuer's: logins have less left"),
                                          (-180, "ahead of the issuer's: logins have more left")])
def test_not_the_issuers(chatelaine, issuer, seed, ahead, words):
    seed()
    issuer.ahead = ahead
    result = chatelaine("refresh", "work")
    assert result.status == 0 and re.search(rf"this machine's clock is 00:0[23]:\d\d {words}", result.stderr)
    message, = found(chatelaine)
    assert words in message
    issuer.ahead = 10
    assert chatelaine("refresh", "work").stderr == ""
    assert found(chatelaine) == []


def test_told_at_a_sign_in(tui, issuer, agreed):
    issuer.ahead = 3600
    t = tui()
    type_name(t)
    code = code_shown(t, issuer)
    said(t, r"clock is (01:00|00:59):\d\d behind the issuer's")
    issuer.approve(code, "work")
    t.wait_for(lambda t: row(t, "work"))
    said(t, r"clock is (01:00|00:59):\d\d behind the issuer's")


@pytest.mark.parametrize("ahead", [10 * 365 * DAY, -50 * 365 * DAY])
def test_date_that_is_nonsense_harms_nothing(chatelaine, agreed, issuer, store, ahead):
    issuer.ahead = ahead
    issuer.approve_next()
    expect.succeeded(chatelaine("login", "work", "--json"))
    assert store.names() == ["work"] and issuer.reused == 0
