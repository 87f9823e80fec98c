"""Named faults: what an issuer, or something between, can do to an answer.

There are two kinds. A *replacement* is sent instead of the answer, either
BEFORE the request is processed (nothing happened) or AFTER it (the token was
rotated, and the client cannot know). An *edit* changes the answer itself, so
it always comes after processing, and it waits for an answer that succeeded.
"""

import gzip
import json
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, replace

from .answers import HTML, Answer, as_json, error, html
from .mischief import (BLOCKS, CLOUDFLARE, TEXTS, access_with, duplicate_keys, huge,
                       other_account, redirect, stand_in, wrong_types)

ALWAYS = None
ENDPOINTS = ("usercode", "poll", "token", "revoke", "usage", "accounts", "policies",
             "models", "responses", "jwks", "configuration", "page")


@dataclass(frozen=True)
class Fault:
    meets: str              # what the client meets, in words
    run: object             # replacement: run(wire, answer); edit: run(issuer, value) -> Answer
    edits: bool = False


def says(meets, answer):
    """A replacement that is simply another answer."""
    return Fault(meets, lambda wire, _: wire.send(answer))


def refuses(status, code, message="Please try signing in again."):
    return says(f"{status}, {code}", error(status, code, message))


def busy(retry_after):
    answer = replace(error(429, "rate_limit_exceeded", "Too many requests."),
                     headers={"Retry-After": retry_after})
    return says(f"429, Retry-After: {retry_after[:20]}", answer)


def body(meets, text, content_type="application/json"):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return says("200, " + meets, Answer(200, data, content_type))


def acts(meets, run):
    """A replacement that needs the connection itself."""
    return Fault(meets, run)


def edit(meets, change):
    """An edit: CHANGE gets the issuer and the answer's value and gives the new value."""
    def run(issuer, value):
        changed = change(issuer, value)
        return changed if isinstance(changed, Answer) else as_json(changed)
    return Fault(meets, run, edits=True)


def sets(name, value):
    shown = repr(value) if len(repr(value)) < 30 else "something large"
    return edit(f"{name} is {shown}", lambda issuer, old: {**old, name: value})


def drops(*names):
    return edit("without " + ", ".join(names), lambda issuer, old: {
        name: value for name, value in old.items() if name not in names})


def padded(value, length):
    return Answer(200, as_json(value).body.rjust(length))


# How a replacement cuts, drips or swells. ANSWER is the genuine answer, or a
# stand-in for it when the fault comes before processing.

def truncated(wire, answer):
    wire.send(replace(answer, body=answer.body[:len(answer.body) // 2]))


def truncated_short(wire, answer):
    wire.head(200, {"Content-Type": answer.content_type, "Content-Length": len(answer.body)})
    wire.raw(answer.body[:len(answer.body) // 2])
    wire.cut()


def empty(wire, answer):
    wire.send(replace(answer, body=b""))


def slow_body(wire, answer):
    wire.head(200, {"Content-Type": answer.content_type, "Content-Length": len(answer.body)})
    wire.drip(answer.body)


def slow_headers(wire, answer):
    wire.drip(wire.head_bytes(200, {"Content-Type": answer.content_type, "Content-Length": 2}))
    wire.raw(b"{}")


def stall_body(wire, answer):
    wire.head(200, {"Content-Type": answer.content_type, "Content-Length": len(answer.body)})
    wire.raw(answer.body[:10])
    wire.stall()


def cut_headers(wire, answer):
    wire.raw(b"HTTP/1.1 200 OK\r\nContent-Ty")
    wire.cut()


def cut_after_headers(wire, answer):
    wire.head(200, {"Content-Type": answer.content_type, "Content-Length": len(answer.body)})
    wire.cut()


def endless_headers(wire, answer):
    wire.raw(b"HTTP/1.1 200 OK\r\n")
    for number in range(BLOCKS):
        wire.raw(f"X-Filler-{number}: {'x' * 8000}\r\n".encode())
    wire.raw(b"Content-Length: 2\r\n\r\n{}")


FAULTS = {
    # Outages
    "500": says("500 with JSON", error(500, "server_error", "The server had an error.")),
    "500-html": says("500 with a page", html("<h1>Internal error</h1>", 500)),
    "502": says("502 with a page", html("<h1>Bad gateway</h1>", 502)),
    "503": says("503 with JSON", error(503, "overloaded", "Try again later.")),
    "429": busy("2"),
    "429-now": busy("0"),
    "429-day": busy("86400"),
    "429-huge": busy("9" * 40),
    "429-negative": busy("-5"),
    "429-garbage": busy("soon"),
    "429-date": busy("Wed, 21 Oct 2093 07:28:00 GMT"),
    "429-html": says("429 with a page", html(CLOUDFLARE, 429)),
    "html-403": says("403 with a page (Just a moment…)", html(CLOUDFLARE, 403)),
    "html-200": says("200 with a page", html(CLOUDFLARE, 200)),
    "403": refuses(403, "unsupported_country_region_territory",
                   "Country, region, or territory not supported."),
    "404": refuses(404, "not_found", "Not found."),
    "400": refuses(400, "unknown_parameter", "Unknown parameter: 'x'."),
    "204": says("204 and nothing", Answer(204)),

    # Refusals of a refresh token
    "reused": refuses(401, "refresh_token_reused"),
    "reused-400": refuses(400, "refresh_token_reused"),
    "reused-capitals": refuses(401, "REFRESH_TOKEN_REUSED"),
    "expired": refuses(401, "refresh_token_expired"),
    "invalidated": refuses(401, "refresh_token_invalidated"),
    "401": refuses(401, "something_new"),
    "401-html": says("401 with a page", html("<h1>Unauthorized</h1>", 401)),
    "invalid-grant": says("400, error is a string", as_json({"error": "invalid_grant"}, 400)),
    "top-level-code": says("401, code at the top", as_json({"code": "refresh_token_expired"}, 401)),

    # Other answers to a poll
    "declined": refuses(401, "authorization_declined", "The authorization was declined."),
    "access-denied": says("400, access_denied", as_json({"error": "access_denied"}, 400)),
    "slow-down": says("400, slow_down", as_json({"error": "slow_down"}, 400)),
    "unknown-403": refuses(403, "deviceauth_authorization_unknown",
                           "Device authorization is unknown. Please try again."),
    "expired-403": refuses(403, None, "Device authorization code has expired. "
                                      "Please request a new code."),

    # Bodies that are not what they should be
    "not-json": body("plain text as JSON", "this is not JSON"),
    "empty-body": acts("the right status, an empty body", empty),
    "missing-keys": body("none of the keys", '{"unrelated":true}'),
    "json-array": body("an array", "[]"),
    "json-null": body("null", "null"),
    "json-string": body("a string", '"access_token"'),
    "deep": body("100 000 times [", "[" * 100_000),
    "deep-inside": body("100 000 times [ in a key", '{"access_token":' + "[" * 100_000),
    "not-utf8": body("bytes that are not UTF-8", b'{"access_token":"\xff\xfe\xc0\x80"}'),
    "raw-nul": body("a raw NUL", b'{"access_token":"a\0b"}'),
    "truncated": acts("half the body, Content-Length right", truncated),
    "truncated-short": acts("half the body, Content-Length of the whole", truncated_short),
    "wrong-types": edit("every value of another type", wrong_types),
    "duplicate-keys": edit("every key twice, the second time another value", duplicate_keys),
    "trailing-garbage": edit("JSON and then something", lambda issuer, old: Answer(
        200, as_json(old).body + b"}{")),
    "byte-order-mark": edit("JSON after a BOM", lambda issuer, old: Answer(
        200, b"\xef\xbb\xbf" + as_json(old).body)),
    "html-type": edit("good JSON called text/html", lambda issuer, old: replace(
        as_json(old), content_type=HTML)),
    "nul": edit("\\u0000 at the end of every string", lambda issuer, old: {
        name: value + "\0" if isinstance(value, str) else value for name, value in old.items()}),
    "surrogate": edit("a lone \\ud800 in every string", lambda issuer, old: Answer(
        200, json.dumps({name: value + "\ud800" if isinstance(value, str) else value
                         for name, value in old.items()}).encode("ascii"))),

    # Too large, too slow, too short
    "huge-length": acts("200 MB with Content-Length", lambda wire, _: huge(wire, chunked=False)),
    "huge-chunked": acts("200 MB in chunks", lambda wire, _: huge(wire, chunked=True)),
    "huge-headers": acts("25 MB of headers", endless_headers),
    "slow-body": acts("one byte of the body a second", slow_body),
    "slow-headers": acts("one byte of the headers a second", slow_headers),
    "stall": acts("no answer, ever", lambda wire, _: wire.stall()),
    "stall-body": acts("ten bytes of the body, then nothing", stall_body),
    "cut": acts("the connection closed before any byte", lambda wire, _: wire.cut()),
    "cut-reset": acts("the connection reset", lambda wire, _: wire.cut(reset=True)),
    "cut-headers": acts("the connection closed in the headers", cut_headers),
    "cut-after-headers": acts("the connection closed after the headers", cut_after_headers),
    "cut-body": acts("the connection closed in the body", truncated_short),
    "not-http": acts("not HTTP", lambda wire, _: wire.raw(b"SSH-2.0-OpenSSH_9.2\r\n")),

    # Elsewhere
    "redirect-302": acts("302 to another host", redirect(302)),
    "redirect-307": acts("307 to another host", redirect(307)),
    "redirect-308": acts("308 to another host", redirect(308)),
    "redirect-here": acts("307 to the same address", redirect(307, "/oauth/token")),
    "redirect-file": acts("302 to a file", redirect(302, "file:///etc/passwd")),

    # Codes to show
    "interval-number": sets("interval", 1),
    "interval-zero": sets("interval", "0"),
    "interval-huge": sets("interval", "9" * 30),
    "interval-garbage": sets("interval", "often"),
    "interval-negative": sets("interval", "-3"),
    "no-interval": drops("interval"),
    "no-user-code": drops("user_code"),
    "usercode-alias": edit("usercode, not user_code", lambda issuer, old: {
        ("usercode" if name == "user_code" else name): value for name, value in old.items()}),
    "expires-at-garbage": sets("expires_at", "tomorrow"),
    "expires-at-past": sets("expires_at", "2001-01-01T00:00:00.000000Z"),

    # Tokens
    "same-refresh-token": edit("the spent refresh token once more", lambda issuer, old: {
        **old, "refresh_token": issuer.predecessor(old["refresh_token"])}),
    "no-refresh-token": drops("refresh_token"),
    "no-access-token": drops("access_token"),
    "no-id-token": drops("id_token"),
    "empty-refresh-token": sets("refresh_token", ""),
    "huge-refresh-token": sets("refresh_token", "rt_" + "x" * (1 << 20)),
    "hostile-refresh-token": sets("refresh_token", "rt_\r\nX-Injected: 1\x1b[2J"),
    "expires-in-garbage": sets("expires_in", "a while"),
    "expires-in-negative": sets("expires_in", -1),
    "expires-in-huge": edit("expires_in is 1e999", lambda issuer, old: Answer(
        200, as_json({**old, "expires_in": "@"}).body.replace(b'"@"', b"1e999"))),
    "no-expires-in": drops("expires_in"),
    "64-kib": edit("an answer as long as one may be", lambda issuer, old: padded(old, 64 * 1024)),
    "64-kib-and-1": edit("one byte more than that", lambda issuer, old: padded(old, 64 * 1024 + 1)),
    "33-kib-headers": edit("more of headers than there may be", lambda issuer, old: Answer(
        200, as_json(old).body, headers={f"X-Filler-{number}": "x" * 3072 for number in range(11)})),
    "gzip": edit("compressed, though nobody asked for it", lambda issuer, old: Answer(
        200, gzip.compress(as_json(old).body), headers={"Content-Encoding": "gzip"})),
    "other-account": edit("tokens of another person", other_account("hostile")),
    "other-member": edit("tokens of another member", other_account("colleague")),
    "access-not-jwt": sets("access_token", "not-a-token"),
    "access-no-identity": edit("an access token without ids", access_with(identity=False)),
    "access-exp-garbage": edit("an access token whose exp is text", access_with(exp="later")),
    "access-exp-huge": edit("an access token of the far future", access_with(exp=10 ** 30)),
    "access-no-exp": edit("an access token without exp", access_with(exp=None)),
}

# Text that must never reach a terminal as it is: in the code to enter, and in
# the messages of a refusal (400: the request is wrong; 401: the login is dead).
for _kind, _text in TEXTS.items():
    FAULTS[f"{_kind}-user-code"] = sets("user_code", _text)
    FAULTS[f"{_kind}-400"] = refuses(400, "hostile_" + _kind, _text)
    FAULTS[f"{_kind}-401"] = refuses(401, "refresh_token_reused", _text)
    FAULTS[f"{_kind}-description"] = says(f"400, error_description is {_kind} text", as_json(
        {"error": "invalid_request", "error_description": _text}, 400))


@dataclass
class Planned:
    name: str
    times: int
    after: bool

    @property
    def fault(self):
        return FAULTS[self.name]


class Faults:
    """The faults that are still to come, in order, by endpoint."""

    def __init__(self):
        self.lock = threading.Lock()
        self.planned = defaultdict(deque)

    def plan(self, endpoint, name, times=1, after=None):
        if endpoint not in ENDPOINTS:
            raise ValueError(f"no endpoint {endpoint!r}; there are: {', '.join(ENDPOINTS)}")
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r}; there are: {', '.join(FAULTS)}")
        edits = FAULTS[name].edits
        if edits and after is False:
            raise ValueError(f"{name!r} edits the answer, so it cannot come before it")
        with self.lock:
            self.planned[endpoint].append(Planned(name, times, edits or bool(after)))

    def clear(self, endpoint=None):
        with self.lock:
            for name in [endpoint] if endpoint else list(self.planned):
                self.planned.pop(name, None)

    def take(self, endpoint, after, success=True):
        """The fault of this moment, which is then used up once, or None."""
        with self.lock:
            waiting = self.planned[endpoint]
            if not waiting or waiting[0].after != after:
                return None
            plan = waiting[0]
            if plan.fault.edits and not success:
                return None
            if plan.times is not ALWAYS:
                plan.times -= 1
                if plan.times <= 0:
                    waiting.popleft()
            return plan


def strike(plan, wire, issuer, answer):
    """Spoils an answer; ANSWER is None when the request was not processed."""
    # After a spoilt answer no byte of the connection can be trusted.
    wire.keep_alive = False
    if plan.fault.edits:
        wire.send(plan.fault.run(issuer, json.loads(answer.body)))
    else:
        plan.fault.run(wire, answer or stand_in())
