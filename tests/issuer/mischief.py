"""The less simple faults, and the texts and pages that faults are made of."""

import json

from . import jwt
from .accounts import find
from .answers import Answer, as_json

CLOUDFLARE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head>
<body><h1>Checking your browser</h1><noscript>Enable JavaScript and cookies to continue</noscript>
</body></html>"""

TEXTS = {
    "escape": "\x1b]0;pwned\x07\x1b[2J\x1b[31mAB-12\x1b]52;c;cHduZWQ=\x07",
    "control": "AB\r\b\x7f\x9b31m\x90\x85CD",
    "newline": "AB\nchatelaine: all is well\r\n\tCD",
    "bidi": "AB\u202eDC\u2066\u200b\u200f\ufeff\U000e0041",
    "wide": "ＡＢ東京👩‍👩‍👧é",
    "long": "LONG-" * 2000,
    "percent": "%s%n%x%99999d",
    "empty": "",
}

HUGE = 200 * 1000 * 1000
BLOCK = b"A" * 65536
BLOCKS = 3200


def stand_in():
    """An answer for a request that was not processed: much like a real one."""
    return as_json({"access_token": "not-a-token-" * 4, "token_type": "Bearer",
                    "refresh_token": "rt_stand_in", "id_token": "not-a-token"})


def huge(wire, chunked):
    """A token answer of 200 MB, never held in memory."""
    start = b'{"access_token":"'
    length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": HUGE}
    wire.head(200, {"Content-Type": "application/json", **length})

    def put(data):
        wire.raw(b"%x\r\n%s\r\n" % (len(data), data) if chunked else data)

    put(start)
    left = HUGE - len(start)
    while left > 2:
        block = BLOCK[:left - 2]
        put(block)
        left -= len(block)
    put(b'"}')
    if chunked:
        wire.raw(b"0\r\n\r\n")


def redirect(status, location=None):
    def run(wire, answer):
        target = location or wire.other_host + wire.request.path
        wire.send(Answer(status, b"", headers={"Location": target}))
    return run


def wrong_types(issuer, value):
    def other(item):
        return 7 if isinstance(item, str) else [str(item)]
    return {name: other(item) for name, item in value.items()}


def duplicate_keys(issuer, value):
    """Every key twice, so that two readers of the answer may disagree."""
    pairs = list(value.items()) + [(name, "second") for name in value]
    return Answer(200, ("{" + ",".join(
        f"{json.dumps(name)}:{json.dumps(item)}" for name, item in pairs) + "}").encode())


def other_account(key):
    def change(issuer, value):
        return issuer.chains.begin(find(key)).answer()
    return change


def access_with(identity=True, **claims):
    """The answer with an access token whose claims are changed; None drops one."""
    def change(issuer, value):
        changed = jwt.decode(value["access_token"])
        changed.update(claims)
        changed = {name: item for name, item in changed.items() if item is not None}
        if not identity:
            del changed[jwt.AUTH]
        return {**value, "access_token": jwt.encode(changed)}
    return change
