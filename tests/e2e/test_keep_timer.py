"""A timer in place of keeping; and what is advised where there is neither."""

import os
import re
import subprocess

import expect
import pytest
from keeping import stop

HOUR, DAY = 3600, 86400


# A timer in place of it

def test_refresh_within_renews_what_is_due(chatelaine, issuer, store, seed):
    seed("a", "work", lifetime=47 * HOUR)
    seed("b", "personal", lifetime=49 * HOUR)
    text = expect.succeeded(chatelaine("refresh", "--all", "--within", "48h"))
    assert "'a' is renewed" in text and "'b'" not in text
    assert [store.credential(name)["generation"] for name in "ab"] == [2, 1]
    # Again: there is nothing to do, which is no failure and no line.
    assert expect.succeeded(chatelaine("refresh", "--all", "--within", "48h")) == ""
    assert issuer.count("token") == 1


def test_refresh_within_leaves_what_is_not_ours(chatelaine, issuer, seed, codex):
    seed("lent", "work", lifetime=HOUR)
    seed("dead", "personal", lifetime=HOUR, reason="revoked")
    expect.succeeded(chatelaine("lend", "lent", "--to", "codex"))
    result = chatelaine("refresh", "--all", "--within", "48h")
    expect.succeeded(result)
    assert "'dead' is left out" in result.stderr and "lent" not in result.stderr
    assert issuer.count("token") == 0


def test_refresh_within_says_that_the_issuer_is_away(chatelaine, issuer, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503")
    expect.failed(chatelaine("refresh", "--all", "--within", "48h"), expect.UNAVAILABLE)


def test_refresh_within_of_an_empty_store(chatelaine):
    assert expect.succeeded(chatelaine("refresh", "--all", "--within", "48h")) == ""


@pytest.mark.parametrize("arguments", [["work", "--within", "48h"], ["--within", "48h"],
                                       ["--all", "--within", "soon"], ["--all", "work"]])
def test_refresh_within_used_wrongly(chatelaine, issuer, seed, arguments):
    seed(lifetime=HOUR)
    expect.failed(chatelaine("refresh", *arguments), expect.USAGE)
    assert issuer.count() == 0


# Advice

ADVICE = re.compile(r"nothing renews these logins in time; to have it done:\s+(systemctl --user|\(crontab)")


@pytest.fixture
def listed(tui):
    """What `list` shows on a terminal."""
    def show():
        t = tui("list", cols=200)
        assert t.wait_exit() == 0
        return t.text
    return show


def test_list_advises_when_nothing_renews(listed, seed):
    seed("a", lifetime=9 * DAY)
    seed("b", "personal", lifetime=47 * HOUR)
    assert ADVICE.search(listed())


def test_list_needs_no_advice(listed, chatelaine, seed, codex):
    seed("fine", "work", lifetime=9 * DAY)
    seed("dead", "personal", lifetime=HOUR, reason="revoked")
    seed("lent", "client", lifetime=HOUR)
    expect.succeeded(chatelaine("lend", "lent", "--to", "codex"))
    assert "nothing renews" not in listed()


def test_list_does_not_advise_while_it_is_kept(listed, keep, issuer, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503", times=None)
    running = keep()
    assert "nothing renews" not in listed()
    stop(running)
    assert ADVICE.search(listed())


def test_list_does_not_advise_when_a_timer_calls(listed, chatelaine, issuer, store, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503", times=None)
    expect.failed(chatelaine("refresh", "--all", "--within", "48h"), expect.UNAVAILABLE)
    assert "nothing renews" not in listed()
    # One that called two days ago does not call any more.
    mark = store.path / ".chatelaine" / "kept"
    os.utime(mark, (mark.stat().st_mtime - 2 * DAY,) * 2)
    assert ADVICE.search(listed())


def test_refresh_of_all_by_hand_is_no_timer(listed, chatelaine, issuer, seed):
    seed(lifetime=HOUR)
    issuer.fault("token", "503", times=None)
    expect.failed(chatelaine("refresh", "--all"), expect.UNAVAILABLE)
    assert ADVICE.search(listed())


@pytest.mark.skipif(os.path.exists("/run/systemd/system"), reason="systemd does it here")
def test_what_is_advised_renews_this_store(chatelaine, env, issuer, store, seed, tmp_path):
    """By cron, which has our home and nothing else of ours."""
    seed(lifetime=HOUR)
    moved = tmp_path / "it's 5% of it"
    store.path.rename(moved)
    (tmp_path / "crontab").write_text(f"#!/bin/sh\n[ \"$1\" = - ] && cat > '{tmp_path}/table'\nexit 0\n")
    (tmp_path / "crontab").chmod(0o700)
    finding, = chatelaine("doctor", "--json", env={"CHATELAINE_STORE": str(moved)}).json["findings"]
    subprocess.run(["sh", "-c", finding["remedy"]], check=True, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    line = (tmp_path / "table").read_text().removesuffix("\n").split(maxsplit=5)[5]
    assert "%" not in line.replace("\\%", "")
    subprocess.run(["sh", "-c", line.replace("\\%", "%")], check=True,
                   env={"PATH": "/usr/bin:/bin", "HOME": env["HOME"], "CHATELAINE_OAUTH": env["CHATELAINE_OAUTH"]})
    assert issuer.count("token") == 1


def test_scripts_get_no_advice(chatelaine, seed):
    seed(lifetime=HOUR)
    assert chatelaine("list").stderr == "" and chatelaine("list", "--json").stderr == ""
