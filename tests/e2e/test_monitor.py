"""For programs that monitor: metrics, and one line with the status that Nagios reads."""

import re

import expect
import pytest

HOUR, DAY = 3600, 86400
OK, WARNING, CRITICAL, UNKNOWN = 0, 1, 2, 3
VALUE = re.compile(r'[a-z_]+(?:\{[a-z]+="[^"\\\n]*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? -?\d+')


def check(chatelaine, *options):
    """Exit status, the words before the figures, and the figures."""
    result = chatelaine("list", "--check", *options)
    assert result.stderr == "" and result.stdout.count("\n") == 1
    words, figures = result.stdout.rstrip("\n").split(" | ")
    return result.status, words, dict(figure.split("=") for figure in figures.split())


def metrics(chatelaine):
    """What Prometheus reads: name{label="..."} -> value."""
    text = expect.succeeded(chatelaine("metrics"))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(VALUE.fullmatch(line) for line in lines), lines
    assert "eyJ" not in text and "@" not in text
    return dict(line.rsplit(" ", 1) for line in lines)


def test_all_is_well(chatelaine, seed):
    seed("a")
    seed("b", "personal")
    status, words, figures = check(chatelaine)
    assert (status, words) == (OK, "CHATELAINE OK - 2 profiles")
    assert figures["ok"] == "2" and figures["expired"] == "0"


@pytest.mark.parametrize("options, expected, word", [
    (dict(lifetime=HOUR), WARNING, "expiring"),
    (dict(lifetime=-HOUR), CRITICAL, "expired"),
    (dict(lifetime=DAY, reason="reused"), CRITICAL, "needs-login"),
])
def test_worst_one_decides(chatelaine, seed, options, expected, word):
    seed("fine")
    seed("other", "personal", **options)
    status, words, figures = check(chatelaine)
    assert status == expected and f": other ({word})" in words and "fine" not in words
    assert figures[word] == "1" and figures["ok"] == "1"


def test_warning_of_a_file(chatelaine, store, seed):
    seed()
    store.credential_file("work").chmod(0o644)
    status, words, _ = check(chatelaine)
    assert status == WARNING and "work (credential.json is mode 0644)" in words


def test_tenant_alone(chatelaine, seed):
    seed("acme/x")
    seed("other", "personal", lifetime=-HOUR)
    status, words, _ = check(chatelaine, "--tenant", "acme")
    assert (status, words) == (OK, "CHATELAINE OK - 1 profile")


def test_store_that_cannot_be_read(chatelaine, store):
    store.path.write_text("no folder")
    result = chatelaine("list", "--check")
    assert result.status == UNKNOWN and result.stdout.startswith("CHATELAINE UNKNOWN - ") and result.stderr == ""


def test_metrics(chatelaine, seed):
    tokens = seed("acme/x")
    seed("old", "personal", lifetime=-HOUR)
    found = metrics(chatelaine)
    for status, count in {"ok": "1", "expired": "1", "damaged": "0"}.items():
        assert found[f'chatelaine_profiles{{status="{status}"}}'] == count
    label = '{profile="acme/x",owner="chatelaine"}'
    assert found[f"chatelaine_access_end_time_seconds{label}"] == str(tokens.expires_at)
    assert found[f"chatelaine_last_refresh_time_seconds{label}"] == str(tokens.issued_at)


def test_empty_store(chatelaine, store):
    assert set(metrics(chatelaine).values()) == {"0"} and not store.path.exists()


def test_profile_that_is_damaged(chatelaine, store, seed):
    seed()
    store.credential_file("work").write_text("{")
    status, words, _ = check(chatelaine)
    assert status == CRITICAL and "work (damaged)" in words
    assert metrics(chatelaine)['chatelaine_profiles{status="damaged"}'] == "1"
