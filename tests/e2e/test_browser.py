"""Signing in by a browser: it comes back to a port of this machine, or its last address is pasted."""

import re
import socket

import expect
import pytest
from interface import nothing_is_left, said, selected, type_name

pytestmark = pytest.mark.usefixtures("ports", "agreed")

SIZES = [(80, 24), (40, 10)]


def begin(chatelaine, *options):
    run = chatelaine.start("login", "work", "--browser", "--json", *options)
    return run, run.wait_for_event("browser")


def exchanged(issuer):
    """The exchange that the issuer got, the only one."""
    request, = issuer.journal.select("token")
    return request


def nothing_was_sent(store, issuer):
    assert store.names() == [] and store.pending() == []
    assert issuer.count("token") == 0


def address_on(t):
    """The address that a terminal shows unbroken."""
    found = t.wait_for(lambda t: re.search(rb"http://[^\s\x1b]+/oauth/authorize\?[^\s\x1b]+=chatelaine\b", t.raw))
    return found[0].decode()


# The browser comes back

def test_the_browser_brings_the_login(chatelaine, issuer, store, ports):
    run, event = begin(chatelaine)
    assert set(event) == {"schema", "event", "authorize_url", "port", "expires_at"}
    assert event["authorize_url"].startswith(issuer.url + "/oauth/authorize?")
    assert event["port"] == 1455 and expect.RFC3339.match(event["expires_at"])
    back = issuer.browse(event["authorize_url"], "work")
    status, page, headers = ports.open(back)
    assert status == 200 and "Approved" in page
    result = run.finish()
    expect.succeeded(result)
    assert result.events[-1]["profile"]["email"] == "dev@example.com"
    assert exchanged(issuer).get("redirect_uri") == "http://127.0.0.1:1455/auth/callback"
    assert issuer.alive(store.credential("work")["refresh_token"]) and store.pending() == []

    # What the browser gets has nothing of it, and runs nothing.
    code = re.search("code=([^&]+)", back)[1]
    for text in (page, str(headers), result.stdout, result.stderr, str(store.audit())):
        assert code not in text
    assert "<script" not in page and headers["Content-Security-Policy"] == "default-src 'none'"
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"


def test_strangers_are_refused_and_stop_nothing(chatelaine, issuer, ports):
    run, event = begin(chatelaine)
    url = event["authorize_url"]
    back = issuer.browse(url)
    path = "http://127.0.0.1:1455/auth/callback"
    assert ports.open(path)[0] == 400
    assert ports.open(path + "?code=ac_x&state=guessed")[0] == 400
    assert ports.open(path + "?error=access_denied&state=guessed")[0] == 400
    assert ports.open(issuer.browse_away(url).replace("state=", "other="))[0] == 400
    assert ports.open(re.sub("code=[^&]+", "code=", back))[0] == 400
    assert ports.open(back + "&state=twice")[0] == 400
    assert ports.open("http://127.0.0.1:1455/cancel")[0] == 404
    assert ports.open("http://127.0.0.1:1455/")[0] == 404
    for method in ("POST", "PUT", "HEAD", "OPTIONS"):
        assert ports.open(back, method)[0] == 405
    assert ports.open(back + "&more=" + "x" * 20000)[0] in (413, 414, 431)
    assert ports.open(back, headers={"More": "x" * 20000})[0] in (413, 414, 431)
    with socket.create_connection(("127.0.0.1", ports.real(1455))) as noise:
        noise.sendall(b"\x16\x03\x01\x00\r\n\r\n")
    # Who connects and says nothing, or not all of it, keeps nobody waiting.
    slow = [socket.create_connection(("127.0.0.1", ports.real(1455))) for _ in range(3)]
    slow[0].sendall(b"GET /auth/callback?code=")
    run.wait_for(lambda run: [e for e in run.events() if "another sign-in" in e.get("trouble", "")])
    assert issuer.count("token") == 0
    assert ports.open(back)[0] == 200
    expect.succeeded(run.finish())
    for one in slow:
        one.close()


@pytest.mark.parametrize("why, words", [
    ({}, "declined in the browser"),
    ({"description": "missing_codex_entitlement"}, "not enabled for Codex"),
    ({"error": "server_error", "description": "It rains.\x1b[2J\n rt_" + "a" * 40}, "ended the sign-in (It rains."),
])
def test_a_refusal_is_told_in_words(chatelaine, issuer, store, ports, why, words):
    run, event = begin(chatelaine)
    status, page, _ = ports.open(issuer.browse_away(event["authorize_url"], **why))
    assert status == 200 and "ended without a login" in page
    result = run.finish()
    assert words in expect.failed(result, expect.NEEDS_LOGIN)
    assert "aaaa" not in result.stdout + result.stderr + str(store.audit())
    nothing_was_sent(store, issuer)


def test_an_exchange_that_fails_is_told(chatelaine, issuer, store, ports):
    run, event = begin(chatelaine)
    issuer.fault("token", "500")
    ports.open(issuer.browse(event["authorize_url"]))
    expect.failed(run.finish(), expect.UNAVAILABLE)
    assert store.names() == [] and issuer.count("token") == 1


# The ports

def test_the_second_port_where_the_first_is_taken(chatelaine, issuer, ports):
    ports.take(1455)
    run, event = begin(chatelaine)
    assert event["port"] == 1457
    assert ports.open(issuer.browse(event["authorize_url"]))[0] == 200
    expect.succeeded(run.finish())
    assert exchanged(issuer).get("redirect_uri") == "http://127.0.0.1:1457/auth/callback"


def test_pasting_works_where_both_are_taken(tui, issuer, store, ports):
    ports.take(1455, 1457)
    t = tui("login", "work", "--browser")
    url = address_on(t)
    said(t, "1455 and 1457 of this machine are taken.* paste it here")
    t.send("http://127.0.0.1:1455/auth/callback?code=ac_x&state=y", "Enter")
    said(t, "chatelaine: that address is of another sign-in")
    t.send("something else", "Enter")
    said(t, "chatelaine: that is not the address")
    t.send("Enter")
    said(t, r"This ends in 00:(09|10):\d\d")
    t.send(" " + issuer.browse(url) + " ", "Enter")
    assert t.wait_exit() == 0
    assert store.names() == ["work"]


def test_how_to_do_it_over_ssh_is_told(tui, issuer):
    t = tui("login", "work", "--browser")
    said(t, "ssh -L 1455:127.0.0.1:1455 HOST")
    assert "\x1b[7m" not in t.raw.decode(), "no QR code: a phone could not come back"
    t.send(issuer.browse(address_on(t)), "Enter")
    assert t.wait_exit() == 0


def test_the_interface_in_lines_takes_it_too(tui, issuer, store):
    t = tui("--plain", term="dumb", cols=200)
    t.wait_for("chatelaine>")
    t.send("add work --browser", "Enter")
    back = issuer.browse(address_on(t))
    t.send("Enter")
    said(t, r"This ends in 00:(09|10):\d\d")
    t.send(back, "Enter")
    said(t, "Signed in: 'work' is ")
    assert store.names() == ["work"]


# Ends without a login

def test_ctrl_c_leaves_nothing_behind(tui, issuer, store, ports):
    t = tui("login", "work", "--browser")
    address_on(t)
    said(t, "Waiting for the browser")
    t.send("Ctrl-C")
    assert t.wait_exit() == 130
    nothing_was_sent(store, issuer)
    with pytest.raises(ConnectionRefusedError):
        ports.open("http://127.0.0.1:1455/")


def test_ten_minutes_are_enough(chatelaine, issuer, store, clock, ports):
    both = f"{ports.environment['LD_PRELOAD']}:{clock.environment['LD_PRELOAD']}"
    run = chatelaine.start("login", "work", "--browser", "--json", env={**clock.environment, "LD_PRELOAD": both})
    run.wait_for_event("browser")
    clock.advance(601)
    assert "ten minutes" in expect.failed(run.finish(), expect.NEEDS_LOGIN)
    nothing_was_sent(store, issuer)


# The interface

def by_browser(t, issuer):
    """To the sign-in by a browser, by way of its code; the address, from plain text."""
    type_name(t)
    said(t, "Waiting for approval")
    t.send("b")
    said(t, "Waiting for the browser")
    t.send("p")
    url = address_on(t)
    t.send("Enter")
    said(t, "Waiting for the browser")
    return url


@pytest.mark.parametrize("cols, rows", SIZES)
def test_the_interface_takes_what_is_pasted(tui, issuer, store, cols, rows):
    t = tui(cols=cols, rows=rows)
    back = issuer.browse(by_browser(t, issuer))
    t.send("Enter")
    said(t, "Paste address")
    t.send(back.replace("state=", "state=not"), "Enter")
    said(t, "of another sign-in, or cut")
    t.send("Enter")
    said(t, "Paste address")
    t.send(back, "Enter")
    said(t, "Signed in: 'work' is ")
    assert selected(t) == "work" and store.names() == ["work"]
    assert re.search("code=([^&]+)", back)[1].encode() not in t.raw, "a code is nothing to show"


def test_the_interface_hears_the_browser(tui, issuer, ports):
    t = tui()
    back = issuer.browse(by_browser(t, issuer))
    t.send("l")
    said(t, "Sent to your terminal's clipboard")
    t.send("Enter")     # and the dialog goes when the browser is back
    said(t, "Paste address")
    assert ports.open(back)[0] == 200
    said(t, "Signed in: 'work' is ")


def test_from_a_refusal_to_the_next_attempt(tui, issuer, store, ports):
    t = tui()
    url = by_browser(t, issuer)
    ports.open(issuer.browse_away(url))
    said(t, "declined in the browser.*b signs in by a browser")
    t.send("b")
    said(t, "Waiting for the browser")
    t.send("Esc")
    said(t, "was cancelled")
    nothing_is_left(t, store)
