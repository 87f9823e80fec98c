"""Who did what: the log as a command shows it, and how a change to it is found."""

import json
import os
import shlex
import subprocess
import time
from datetime import datetime, timedelta

import expect
import pytest
import vt

DAY = 86400
ENTRY = {"schema", "at", "event", "profile", "result", "status", "detail", "uid", "pid", "tty", "host"}
CHAIN = {"schema", "chain", "lines", "unchained", "torn", "fault", "file", "line", "message"}


@pytest.fixture
def log(store):
    return store.path / ".chatelaine" / "audit.jsonl"


@pytest.fixture
def used(chatelaine, seed):
    """A store in which two things were done, the second of them without success."""
    seed("work", lifetime=9 * DAY)
    seed("gone", "personal", lifetime=-DAY, reason="revoked")
    expect.succeeded(chatelaine("refresh", "work", env={"SSH_CONNECTION": "192.0.2.7 50022 192.0.2.1 22"}))
    expect.succeeded(chatelaine("rename", "work", "job"))


def objects(result):
    """The entries, and what is said of the chain."""
    assert result.stderr == ""
    *entries, chain = map(json.loads, result.stdout.splitlines())
    assert all(set(entry) == ENTRY and entry["schema"] == 1 for entry in entries)
    assert set(chain) == CHAIN and chain["schema"] == 1
    assert result.status == (0 if chain["chain"] == "whole" else 1)
    return entries, chain


def test_table(chatelaine, used):
    result = chatelaine("audit", env={"TZ": "UTC-5:30"})
    expect.succeeded(result)
    header, first, second, chain = result.stdout.splitlines()
    assert header.split() == ["TIME", "EVENT", "PROFILE", "WHO", "RESULT"]
    at = datetime.fromisoformat(objects(chatelaine("audit", "--json"))[0][0]["at"].replace("Z", "+00:00"))
    assert first.startswith(f"{at + timedelta(hours=5.5):%Y-%m-%d %H:%M}  ")
    assert "  refresh  work     " in first and "192.0.2.7" in first and first.endswith("  ok")
    assert "  rename   job      " in second and second.endswith("  ok (work)")
    assert header.index("RESULT") == first.index("ok") == second.index("ok")
    assert chain == "the chain of the audit log is whole: 2 lines"
    expect.no_secret(result)


def test_json(chatelaine, used):
    entries, chain = objects(chatelaine("audit", "--json"))
    assert [(e["event"], e["profile"], e["result"], e["detail"], e["host"]) for e in entries] == [
        ("refresh", "work", "ok", None, "192.0.2.7"), ("rename", "job", "ok", "work", None)]
    assert {entry["uid"] for entry in entries} == {os.getuid()}
    assert chain["chain"] == "whole" and chain["lines"] == 2 and not chain["torn"]


def test_empty(chatelaine, store):
    assert chatelaine("audit").stdout == "the audit log is empty\n"
    assert not store.path.exists()
    assert objects(chatelaine("audit", "--json"))[0] == []


def test_since(chatelaine, log):
    log.parent.mkdir(mode=0o700, parents=True)
    times = ["2020-01-01T00:00:00Z", "2026-01-02T00:30:00Z", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())]
    log.write_text("".join(f'{{"at":"{at}","event":"refresh","profile":"work"}}\n' for at in times))

    def since(text, **env):
        entries, chain = objects(chatelaine("audit", "--json", "--since", text, env=env))
        assert chain["lines"] == chain["unchained"] == 3
        return len(entries)
    assert [since(text) for text in ("2019-12-31", "2020-01-01T00:00:01Z", "2026-01-02", "1h")] == [3, 2, 2, 1]
    assert since("2026-01-02", TZ="UTC+2") == 1, "a day begins where the person is"
    result = chatelaine("audit", "--since", "yesterday")
    expect.failed(result, 2, "no time; they look like")


def test_a_change_is_found_and_the_doctor_helps(chatelaine, used, log):
    log.write_text(log.read_text().replace('"work"', '"else"', 1))
    result = chatelaine("audit")
    assert result.status == 1 and "TIME" in result.stdout
    assert result.stderr == ("chatelaine: the chain of the audit log breaks at line 2 of audit.jsonl: the line before "
                             "it is not what it was; what helps: chatelaine doctor\n")
    entries, chain = objects(chatelaine("audit", "--json"))
    assert (chain["chain"], chain["fault"], chain["file"], chain["line"]) == ("broken", "changed", "audit.jsonl", 2)
    assert len(entries) == 2
    finding, = [finding for finding in chatelaine("doctor", "--json").json["findings"] if finding["kind"] == "audit"]
    assert "line 2 of audit.jsonl" in finding["message"] and "does not prove" in finding["message"]
    assert shlex.split(finding["remedy"])[0] == "mkdir"
    subprocess.run(finding["remedy"], shell=True, check=True)
    assert all(finding["kind"] != "audit" for finding in chatelaine("doctor", "--json").json["findings"])
    assert chatelaine("audit").stdout == "the audit log is empty\n"
    expect.succeeded(chatelaine("rename", "job", "work"))
    expect.succeeded(chatelaine("audit"))


def test_a_tail_that_is_missing_is_found(chatelaine, used, log):
    log.write_text(log.read_text().splitlines(keepends=True)[0])
    result = chatelaine("audit")
    assert result.status == 1 and "breaks at its end: lines are missing (1)" in result.stderr


def test_a_torn_line_is_told(chatelaine, used, log):
    with log.open("a") as file:
        file.write('{"number":3,"at":"20')
    result = chatelaine("audit")
    expect.succeeded(result)
    assert "is whole: 2 lines; the last line was not finished" in result.stdout
    expect.succeeded(chatelaine("rename", "job", "work"))
    result = chatelaine("audit")
    assert result.stdout.endswith("is whole: 3 lines\n")


def test_reading_writes_nothing(chatelaine, used, store):
    private = store.path / ".chatelaine"
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in store.path.rglob("*")}
    folders = [store.path, *(path for path in before if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        expect.succeeded(chatelaine("audit"))
        expect.succeeded(chatelaine("show", "job"))
        expect.succeeded(chatelaine("list"))
    finally:
        for folder in folders:
            folder.chmod(0o700)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in store.path.rglob("*")} == before
    assert not list(private.glob(".audit*"))


@pytest.fixture
def unwritable(store):
    """A log that nobody can write. It gives what ends that."""
    log = store.path / ".chatelaine" / "audit.jsonl"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    log.mkdir()
    return log.rmdir


def test_what_cannot_be_noted_is_not_handed_out(chatelaine, seed, store, codex, unwritable):
    tokens = seed("work", lifetime=9 * DAY)
    outside = codex.parent.parent / "token"
    for args in (["token", "work"], ["export", "work", "--format", "env"],
                 ["export", "work", "--format", "env", "--output", outside], ["use", "work", "--for", "codex"],
                 ["lend", "work", "--to", "codex"], ["run", "work", "--for", "codex", "--", "cat", codex]):
        result = chatelaine(*args)
        assert "audit.jsonl" in expect.failed(result, expect.FAILED), args
        expect.no_secret(result, tokens)
        assert not codex.exists() and not outside.exists(), args
    assert store.credential("work")["refresh_token"] == tokens.refresh_token
    unwritable()
    assert expect.succeeded(chatelaine("token", "work")) == tokens.access_token + "\n"
    assert [(entry["event"], entry["status"]) for entry in store.audit()] == [("token", 0)]


def test_what_is_done_and_cannot_be_noted_is_told(chatelaine, seed, store, issuer, unwritable):
    tokens = seed("work", lifetime=DAY)
    result = chatelaine("refresh", "work", "--quiet")
    expect.succeeded(result)
    assert "is not in the audit log: audit.jsonl is" in result.stderr
    assert store.credential("work")["refresh_token"] != tokens.refresh_token, "a renewal is never lost"
    for args in (["rename", "work", "job"], ["delete", "job", "--yes"], ["undo"]):
        result = chatelaine(*args)
        expect.succeeded(result)
        assert "is not in the audit log" in result.stderr, args
    assert "audit" in [finding["kind"] for finding in chatelaine("doctor", "--json").json["findings"]]
    assert store.names() == ["job"]


def test_foreign_text_is_safe(chatelaine, log):
    log.parent.mkdir(mode=0o700, parents=True)
    log.write_text(json.dumps({"at": "2026-01-02T00:30:00Z", "event": "\x1b[31m", "profile": "\x9b", "result": "\u202e",
                               "tty": "\x07", "host": "\n"}) + "\nnot JSON\n")
    result = chatelaine("audit")
    assert result.status == 1 and "line 2 of audit.jsonl: it cannot be read" in result.stderr
    vt.assert_clean_text(result.stdout_bytes)
    objects(chatelaine("audit", "--json"))
