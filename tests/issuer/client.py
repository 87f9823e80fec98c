"""A plain client of the issuer, as its own tests use it."""

import http.client
import json
from urllib.parse import urlencode, urlsplit

from . import jwt

USERCODE = "/api/accounts/deviceauth/usercode"
POLL = "/api/accounts/deviceauth/token"
TOKEN = "/oauth/token"
REVOKE = "/oauth/revoke"
USAGE = "/backend-api/wham/usage"
LARGEST = 4 << 20


class Reply:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.text = response.read(LARGEST)

    @property
    def value(self):
        return json.loads(self.text)

    @property
    def code(self):
        return self.value["error"]["code"]


def ask(issuer, method, path, body=None, form=False, timeout=5, **headers):
    address = urlsplit(issuer.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=timeout)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        headers["Content-Type"] = ("application/x-www-form-urlencoded" if form
                                   else "application/json")
        body = urlencode(body) if form else json.dumps(body)
    try:
        connection.request(method, path, body, headers)
        return Reply(connection.getresponse())
    finally:
        connection.close()


def post(issuer, path, body, **options):
    return ask(issuer, "POST", path, body, **options)


def request_code(issuer):
    return post(issuer, USERCODE, {"client_id": jwt.CLIENT_ID}).value


def poll(issuer, code):
    return post(issuer, POLL, {name: code[name] for name in ("device_auth_id", "user_code")})


def exchange(issuer, polled, **changes):
    return post(issuer, TOKEN, {
        "grant_type": "authorization_code", "client_id": jwt.CLIENT_ID,
        "code": polled["authorization_code"], "code_verifier": polled["code_verifier"],
        "redirect_uri": issuer.url + "/deviceauth/callback", **changes}, form=True)


def refresh(issuer, token, form=False, timeout=5, **more):
    return post(issuer, TOKEN, {"client_id": jwt.CLIENT_ID, "grant_type": "refresh_token",
                                "refresh_token": token, **more}, form=form, timeout=timeout)


def usage(issuer, access_token):
    return ask(issuer, "GET", USAGE, Authorization="Bearer " + access_token)
