"""The screen of who did what."""

import re

import pytest
from interface import said, the_list, wait_selected

DAY = 86400
SIZES = [{}, {"cols": 40, "rows": 10}, {"lang": "C"}]


@pytest.fixture
def log(store):
    return store.path / ".chatelaine" / "audit.jsonl"


def opened(t):
    t.send("A")
    t.wait_for(re.compile("[─-] Audit"))


def test_nothing_yet(tui):
    t = tui()
    t.wait_for("No logins yet")
    opened(t)
    said(t, "Audit .*Nothing was done yet")
    t.send("Esc")
    t.wait_for(the_list)


@pytest.mark.parametrize("options", SIZES)
def test_newest_first_and_looks_again(tui, chatelaine, seed, log, options):
    seed("work", lifetime=9 * DAY)
    for old, new in (("work", "first"), ("first", "second")):
        assert chatelaine("rename", old, new, env={"SSH_CONNECTION": "192.0.2.7 1 192.0.2.1 22"}).status == 0
    t = tui(env={"TZ": "UTC-5:30"}, **options)
    wait_selected(t, "second")
    opened(t)
    year = "" if options.get("cols") else r"\d\d\d\d-"
    said(t, rf"Audit: the chain is whole .*? {year}\d\d-\d\d \d\d:\d\d rename second \S+ 192.0.2.7 ok \(first\) "
            rf"{year}\d\d-\d\d \d\d:\d\d rename first ")
    assert chatelaine("rename", "second", "third").status == 0
    t.send("r")
    said(t, rf"is whole .*? {year}\d\d-\d\d \d\d:\d\d rename third ")
    log.write_text(log.read_text().replace('"first"', '"FIRST"', 1))
    t.send("r")
    said(t, "Audit: the chain is broken .*? the chain of the audit log breaks at line 2 of audit.jsonl")
    t.send("Esc")
    t.wait_for(the_list)


@pytest.mark.parametrize("cols, lines", [(40, 10), (200, 60)])
def test_a_long_log_scrolls(tui, seed, log, cols, lines):
    seed("work", lifetime=9 * DAY)
    log.parent.mkdir(mode=0o700, exist_ok=True)
    log.write_text("".join(f'{{"at":"2026-01-02T00:30:00Z","event":"\\u001b[31m","profile":"p{i}","result":"\\u009b"}}\n'
                           for i in range(700)))
    t = tui(cols=cols, rows=lines)
    wait_selected(t, "work")
    opened(t)
    said(t, r"Audit: the chain is whole .*p699 .*p698 ")
    assert "more below" in t.text
    t.send("G")
    said(t, "p200 .* 200 older ones: chatelaine audit")
    assert "more below" not in t.text
    t.send("g")
    said(t, "p699 .*p698 ")
    t.resize(1, 1)
    t.send("r", "Down", "End")
    t.resize(80, 24)
    t.wait_for("Audit")
