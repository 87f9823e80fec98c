"""Signing in by a browser: /oauth/authorize, with PKCE, and the way back to a loopback port."""

import hashlib
import re
import secrets
import threading
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from . import keys
from .accounts import PEOPLE, find
from .answers import Answer, Refusal, html
from .auth import FORM, check_client, parameters
from .jwt import SCOPES

# As they are registered: these two and no other.
REDIRECTS = ("http://127.0.0.1:1455/auth/callback", "http://127.0.0.1:1457/auth/callback")
ASKED = {"response_type", "client_id", "redirect_uri", "scope", "code_challenge",
         "code_challenge_method", "state"}
OPTIONAL = {"id_token_add_organizations", "codex_cli_simplified_flow", "originator"}

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sign in (made-up issuer)</title></head>
<body><h1>Sign in</h1>
<p>This is a made-up issuer on this machine. Nothing here is a real account.</p>
<form method="post" action="/oauth/authorize">{hidden}
<p><label>Account<br><select name="account">{people}</select></label></p>
<p><button name="decision" value="approve">Approve</button>
<button name="decision" value="decline">Decline</button></p></form></body></html>
"""


@dataclass
class Approval:
    """A code that waits for its exchange, which is good once."""
    account: object
    redirect_uri: str
    challenge: str


class Browsers:
    def __init__(self):
        self.lock = threading.Lock()
        self.by_code = {}

    def approve(self, query, account):
        """Where the browser is sent after an approval."""
        check(query)
        code = "ac_" + secrets.token_urlsafe(64)
        with self.lock:
            self.by_code[code] = Approval(account, query["redirect_uri"], query["code_challenge"])
        return back(query, code=code, scope=query["scope"])

    def decline(self, query, error="access_denied", description="The user denied the request."):
        check(query)
        return back(query, error=error, error_description=description)

    def owns(self, code):
        with self.lock:
            return code in self.by_code

    def exchange(self, code, verifier, redirect_uri):
        with self.lock:
            approval = self.by_code.pop(code)   # whatever comes of it
        challenge = keys.base64url(hashlib.sha256(verifier.encode("ascii")).digest())
        if approval.redirect_uri != redirect_uri:
            raise Refusal(400, "invalid_grant", "The redirect_uri does not match.", "redirect_uri")
        if approval.challenge != challenge:
            raise Refusal(400, "invalid_grant", "The code_verifier does not match.", "code_verifier")
        return approval.account


def back(query, **answer):
    return query["redirect_uri"] + "?" + urlencode({**answer, "state": query["state"]})


def query_of(url):
    return dict(parse_qsl(urlsplit(url).query))


def check(query):
    """Refuses what the real one would, or what we must not ask for."""
    for name in sorted(ASKED):
        if not query.get(name):
            raise Refusal(400, "missing_required_parameter", f"Missing parameter: '{name}'.", name)
    for name in query:
        if name not in ASKED | OPTIONAL:
            raise Refusal(400, "unknown_parameter", f"Unknown parameter: '{name}'.", name)
    check_client(query)
    if (query["response_type"] != "code" or query["redirect_uri"] not in REDIRECTS
            or query["code_challenge_method"] != "S256" or set(query["scope"].split()) != set(SCOPES)
            or not re.fullmatch(r"[A-Za-z0-9_-]{43}", query["code_challenge"])):
        raise Refusal(400, "invalid_request", "The request is not understood.")


def show(issuer, request):
    check(request.query)
    hidden = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
                     for name, value in request.query.items())
    people = "".join(f'<option value="{escape(person.key)}">{escape(person.email)}, {person.plan}</option>'
                     for person in PEOPLE if person.key != "hostile")
    return html(PAGE.format(hidden=hidden, people=people))


def decide(issuer, request):
    body = parameters(request, [FORM], required=ASKED | {"decision", "account"}, optional=OPTIONAL)
    query = {name: value for name, value in body.items() if name in ASKED | OPTIONAL}
    url = (issuer.browsers.approve(query, find(body["account"])) if body["decision"] == "approve"
           else issuer.browsers.decline(query))
    return Answer(302, headers={"Location": url})
