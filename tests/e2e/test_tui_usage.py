"""The usage screen: what was fetched last at once, and what the backend says now."""

import json
import time

import pytest
from interface import said, the_list, wait_selected

DAY = 86400
SIZES = [{}, {"cols": 40, "rows": 10}, {"lang": "C"}, {"lang": "C", "term": "vt100"}]


@pytest.fixture
def screen(tui, seed):
    def start(lifetime=9 * DAY, key="U", **options):
        start.tokens = seed("work", lifetime=lifetime)
        t = tui(**options)
        wait_selected(t, "work")
        t.send(key)
        t.wait_for("Usage ")
        return t
    return start


def kept_file(store, name="work"):
    return store.path / ".chatelaine" / "usage" / (name + ".json")


def back(t):
    t.send("Esc")
    t.wait_for(the_list)


def window(percent, left, length=18000):
    return {"used_percent": percent, "limit_window_seconds": length, "reset_after_seconds": left,
            "reset_at": int(time.time()) + left}


@pytest.mark.parametrize("options", SIZES)
def test_asked_and_shown(screen, issuer, store, options):
    before = time.time()
    t = screen(**options)
    said(t, "Pro .? ?. fetched just now|Pro . fetched just now")
    said(t, "5 h +[▰#][▱.]{9} +12%")
    said(t, "resets in 2h 3[12]m")
    t.send("End")
    said(t, "weekly +[▰#]{3}[▱.]{7} +34% +resets in 4d 18h")
    said(t, "credits +none")
    request, = issuer.requests
    assert request.headers["authorization"] == "Bearer " + screen.tokens.access_token
    assert kept_file(store).stat().st_mtime >= int(before)
    back(t)


def test_details_ask_as_well(tui, seed):
    seed()
    t = tui()
    wait_selected(t, "work")
    t.send("Enter")
    t.wait_for("user id")
    t.send("U")
    t.wait_for("12%")
    t.send("Esc")
    t.wait_for("user id")


def test_kept_values_are_there_at_once(screen, issuer, store, chatelaine, seed):
    seed("work", lifetime=9 * DAY)
    assert chatelaine("usage", "work").status == 0
    kept = json.loads(kept_file(store).read_text())
    kept["fetched_at"] = "2026-01-01T00:00:00Z"
    kept_file(store).write_text(json.dumps(kept))
    issuer.delay["usage"] = 60
    t = screen()
    said(t, r"fetched \d+d ago Asking the backend\.\.\.")
    t.wait_for("12%")
    t.send("Esc")
    # The first ends the asking, the next goes back.
    t.wait_for(lambda t: "Asking" not in t.text and "12%" in t.text)
    t.wait_for(lambda t: not t.children())
    said(t, "Esc Back")
    back(t)
    issuer.close()


def test_asked_again(screen, issuer):
    t = screen()
    t.wait_for("12%")
    issuer.usage["rate_limit"] = {"allowed": False, "limit_reached": True, "primary_window": window(104, 30),
                                  "secondary_window": window(85, 3 * DAY, 7 * DAY)}
    issuer.usage["credits"] = {"has_credits": True, "unlimited": False, "balance": "12.50"}
    t.send("r")
    said(t, "▰▰▰▰▰▰▰▰▰▰ +104% resets in 1m.*85%.*limit reached credits 12.50")
    assert issuer.count("usage") == 2


def test_many_limits_scroll(screen, issuer):
    issuer.usage["additional_rate_limits"] = [
        {"limit_name": f"Model {n}", "metered_feature": "x",
         "rate_limit": {"allowed": True, "limit_reached": False, "primary_window": window(10 * n, DAY, 7 * DAY),
                        "secondary_window": None}} for n in range(8)]
    t = screen(cols=40, rows=10)
    t.wait_for("more below")
    assert "Model 7" not in t.text
    t.send("G")
    said(t, "Model 7 weekly")
    t.send("g")
    t.wait_for("5 h")


def test_hostile_texts(screen, issuer):
    bad = "\x1b[2J\x07" + "W" * 300
    issuer.usage.update({
        "plan_type": bad, "credits": {"has_credits": True, "unlimited": False, "balance": bad},
        "additional_rate_limits": [{"limit_name": bad, "rate_limit": {"primary_window": window(50, DAY)}}]})
    t = screen(cols=60, rows=20)
    t.wait_for("50%")
    assert "Usage" in t.screen()[0]


@pytest.mark.parametrize("fault, words", [
    ("500", "unavailable"), ("429", "try again in"), ("html-403", "web page"), ("cut", "unavailable"),
    ("401", "refused the access token; renew it: chatelaine refresh work")])
@pytest.mark.parametrize("options", SIZES[:2])
def test_errors_are_told_in_words(screen, issuer, fault, words, options):
    issuer.fault("usage", fault)
    t = screen(**options)
    said(t, words)
    assert "Pro" in t.text
    t.send("r")
    said(t, "fetched just now")
    back(t)


def test_errors_leave_what_was_kept(screen, issuer):
    t = screen()
    t.wait_for("12%")
    issuer.fault("usage", "500")
    t.send("r")
    said(t, "unavailable")
    assert "12%" in t.text and "34%" in t.text


def test_token_that_is_over_is_not_sent(screen, issuer):
    t = screen(lifetime=-60)
    said(t, "not fetched yet")
    said(t, "is over; after Esc, r renews it")
    assert issuer.count() == 0


def test_one_job_at_a_time(tui, seed, issuer):
    seed("work", lifetime=9 * DAY)
    issuer.delay["token"] = 1
    t = tui()
    wait_selected(t, "work")
    t.send("r")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    t.send("U")
    said(t, "'work' is still being renewed; one at a time")
    # The renewal's end is not taken for ours.
    t.wait_for(lambda t: not t.children())
    back(t)
    said(t, "'work' is renewed")
    assert issuer.count("usage") == 0


def test_help_over_it_and_the_answer_comes_meanwhile(screen, issuer):
    issuer.delay["usage"] = 1
    t = screen()
    said(t, "Asking the backend")
    t.send("?")
    t.wait_for("Keys")
    t.wait_for(lambda t: not t.children())
    t.send("Esc")
    t.wait_for("12%")


def test_terminal_that_goes_while_it_is_asked(screen, issuer):
    issuer.delay["usage"] = 60
    t = screen()
    said(t, "Asking the backend")
    t.hangup()
    t.wait_exit(timeout=5)
    issuer.close()


def test_one_cell(screen, issuer):
    t = screen()
    t.wait_for("12%")
    t.resize(1, 1)
    t.send("r", "Down", "End")
    issuer.wait_for(lambda: issuer.count("usage") == 2)
    t.resize(80, 24)
    t.wait_for("12%")
