"""`chatelaine keep` while it runs: what it said, and what it sent."""

import re
import signal

import expect


def lines(running):
    """What was said, without the times."""
    found = []
    for line in running.stdout.splitlines():
        match = re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?  (\S.*)", line)
        assert match, line
        found.append(match[1])
    return found


def stop(running, number=signal.SIGTERM):
    running.signal(number)
    result = running.finish(timeout=5)
    expect.succeeded(result)
    assert result.stdout.endswith("  stopped\n")
    return result


def renewed(name):
    return lambda running: f"'{name}' is renewed" in running.stdout


def asked(issuer, tokens):
    """How often this refresh token was sent."""
    return sum(request.get("refresh_token") == tokens.refresh_token for request in issuer.select("token"))
