"""The issuer does what it says; everything else is tested against it."""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from issuer import ACCOUNTS, jwt, keys
from issuer.client import (REVOKE, TOKEN, USAGE, ask, exchange, poll, post, refresh, request_code,
                           usage)
from issuer.seed import seed_demo, seed_profile


# Signing in

def test_sign_in_gives_the_identity_of_who_approved(issuer):
    code = request_code(issuer)
    assert code["interval"] == "1" and len(code["user_code"]) == 10
    assert poll(issuer, code).code == "deviceauth_authorization_pending"
    issuer.approve(code["user_code"], "client")
    tokens = exchange(issuer, poll(issuer, code).value).value
    claims = jwt.decode(tokens["access_token"])
    assert claims[jwt.AUTH]["chatgpt_account_id"] == ACCOUNTS["client"].account_id
    assert claims[jwt.AUTH]["chatgpt_user_id"] == ACCOUNTS["client"].user_id
    assert claims["exp"] - claims["iat"] == tokens["expires_in"] == 864000
    assert jwt.decode(tokens["id_token"])["email"] == "ops@client.example"
    assert [request.endpoint for request in issuer.requests] \
        == ["usercode", "poll", "poll", "token"]


def test_the_published_key_verifies_a_token(issuer):
    published = ask(issuer, "GET", "/.well-known/jwks.json").value["keys"][0]
    message, _, signature = issuer.mint().access_token.rpartition(".")
    assert json.loads(keys.from_base64url(message.split(".")[0]))["kid"] == published["kid"]
    numbers = [int.from_bytes(keys.from_base64url(published[name]), "big") for name in "ne"]
    assert keys.verify(message.encode(), keys.from_base64url(signature), *numbers)
    assert not keys.verify(message.encode() + b"x", keys.from_base64url(signature), *numbers)
    found = ask(issuer, "GET", "/.well-known/openid-configuration").value
    assert found["jwks_uri"] == issuer.url + "/.well-known/jwks.json"


@pytest.mark.parametrize("changes", [
    {"code_verifier": "x" * 43}, {"redirect_uri": "http://elsewhere/"}, {"code": "ac_x"}])
def test_exchange_refuses_what_does_not_fit(issuer, changes):
    issuer.approve_next()
    polled = poll(issuer, request_code(issuer)).value
    refused = exchange(issuer, polled, **changes)
    assert (refused.status, refused.code) == (400, "invalid_grant")
    assert exchange(issuer, polled).status == 200


def test_a_code_is_good_once(issuer):
    issuer.approve_next()
    polled = poll(issuer, request_code(issuer)).value
    assert exchange(issuer, polled).status == 200
    assert exchange(issuer, polled).code == "invalid_grant"


def test_the_challenge_is_the_verifiers(issuer):
    issuer.approve_next()
    polled = poll(issuer, request_code(issuer)).value
    digest = hashlib.sha256(polled["code_verifier"].encode()).digest()
    assert polled["code_challenge"] == keys.base64url(digest)


def test_expired_declined_and_unknown_codes(issuer):
    code = request_code(issuer)
    issuer.expire(code["user_code"])
    assert (poll(issuer, code).status, "expired" in poll(issuer, code).value["error"]["message"]) \
        == (403, True)
    code = request_code(issuer)
    issuer.decline(code["user_code"])
    assert (poll(issuer, code).status, poll(issuer, code).code) == (401, "authorization_declined")
    assert poll(issuer, {**code, "user_code": "XXXX-XXXXX"}).code \
        == "deviceauth_authorization_unknown"
    issuer.code_lifetime = -1
    assert "expired" in poll(issuer, request_code(issuer)).value["error"]["message"]


def test_approval_may_wait_for_a_code_that_is_there_already(issuer):
    code = request_code(issuer)
    assert poll(issuer, code).status == 403
    issuer.approve_next("seat")
    assert poll(issuer, code).status == 200


def test_early_polls_are_noted(issuer):
    code = request_code(issuer)
    poll(issuer, code)
    assert issuer.early_polls == []
    poll(issuer, code)
    assert [user_code for user_code, _ in issuer.early_polls] == [code["user_code"]]


def test_a_person_can_approve_in_a_browser(issuer):
    code = request_code(issuer)
    assert b"<form" in ask(issuer, "GET", "/codex/device").text
    form = {"user_code": code["user_code"].lower(), "account": "wide", "decision": "approve"}
    answer = post(issuer, "/codex/device", form, form=True)
    assert answer.status == 200 and "東京".encode() in answer.text
    assert poll(issuer, code).status == 200
    wrong = post(issuer, "/codex/device", {**form, "user_code": "<script>"}, form=True)
    assert wrong.status == 400 and b"<script>" not in wrong.text


# Refreshing

@pytest.mark.parametrize("form", [False, True])
def test_refresh_rotates(issuer, form):
    first = issuer.mint("personal", lifetime=60)
    second = refresh(issuer, first.refresh_token, form).value
    assert second["refresh_token"] != first.refresh_token
    assert jwt.decode(second["access_token"])["session_id"] == first.chain.session
    assert refresh(issuer, second["refresh_token"], form).status == 200
    assert issuer.count("token", grant="refresh_token") == 2 and issuer.reused == 0


def test_reuse_ends_the_chain(issuer):
    first = issuer.mint()
    second = refresh(issuer, first.refresh_token).value
    assert usage(issuer, second["access_token"]).status == 200
    again = refresh(issuer, first.refresh_token)
    assert (again.status, again.code, issuer.reused) == (401, "refresh_token_reused", 1)
    assert refresh(issuer, second["refresh_token"]).code == "refresh_token_invalidated"
    assert usage(issuer, second["access_token"]).code == "token_invalidated"
    assert not issuer.alive(second["refresh_token"])


def test_only_one_of_many_at_once_spends_a_token(issuer):
    token, statuses = issuer.mint().refresh_token, []
    threads = [threading.Thread(target=lambda: statuses.append(refresh(issuer, token).status))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [401] * 7 and issuer.reused == 7


def test_parameters_are_checked(issuer):
    token = issuer.mint().refresh_token
    assert refresh(issuer, token, audience="x").code == "unknown_parameter"
    assert refresh(issuer, "").code == "missing_required_parameter"
    assert refresh(issuer, token, client_id="other").code == "invalid_client"
    assert refresh(issuer, "rt_unknown").status == 401
    assert post(issuer, TOKEN, {"grant_type": "password"}).code == "unsupported_grant_type"
    assert refresh(issuer, token, scope="openid profile email",
                   refresh_reason="proactive_expiry").status == 200


def test_knobs_of_the_refresh_answer(issuer):
    token = issuer.mint().refresh_token
    issuer.rotation = "omit"
    assert "refresh_token" not in refresh(issuer, token).value
    issuer.rotation = "same"
    assert refresh(issuer, token).value["refresh_token"] == token
    issuer.rotation, issuer.refresh_as, issuer.access_lifetime = "rotate", "colleague", -5
    claims = jwt.decode(refresh(issuer, token).value["access_token"])
    assert claims[jwt.AUTH]["chatgpt_user_id"] == ACCOUNTS["colleague"].user_id
    assert claims["exp"] < time.time()


def test_revoke_ends_both_tokens(issuer):
    tokens = issuer.mint()
    done = post(issuer, REVOKE, {"token": tokens.refresh_token, "client_id": jwt.CLIENT_ID,
                                 "token_type_hint": "refresh_token"})
    assert done.value == {"message": "success"}
    assert refresh(issuer, tokens.refresh_token).code == "refresh_token_invalidated"
    assert usage(issuer, tokens.access_token).status == 401
    other = issuer.mint()
    assert post(issuer, REVOKE, {"token": other.access_token,
                                 "token_type_hint": "access_token"}).status == 200
    assert not issuer.alive(other.refresh_token)


def test_expired_chain_and_expired_access_token(issuer):
    tokens = issuer.mint(lifetime=-1)
    assert usage(issuer, tokens.access_token).status == 401
    issuer.expire_chain(tokens.refresh_token)
    assert refresh(issuer, tokens.refresh_token).code == "refresh_token_expired"


def test_one_person_two_seats_and_one_workspace_two_people():
    work, seat = ACCOUNTS["work"], ACCOUNTS["seat"]
    client, colleague = ACCOUNTS["client"], ACCOUNTS["colleague"]
    assert work.email == seat.email and work.account_id != seat.account_id
    assert client.account_id == colleague.account_id and client.user_id != colleague.user_id


# The service behind

def test_backend(issuer):
    tokens = issuer.mint("personal")
    bearer = {"Authorization": "Bearer " + tokens.access_token}
    assert usage(issuer, tokens.access_token).value["plan_type"] == "plus"
    assert ask(issuer, "GET", USAGE).status == 401
    assert ask(issuer, "GET", USAGE, chatgpt_account_id="other", **bearer).status == 403
    accounts = ask(issuer, "GET", "/backend-api/wham/accounts/check", **bearer).value
    assert accounts["default_account_id"] == ACCOUNTS["personal"].account_id
    assert ask(issuer, "GET", "/backend-api/wham/config/bundle", **bearer).status == 400
    models = "/backend-api/codex/models"
    assert ask(issuer, "GET", models + "?client_version=1", **bearer).value == {"models": []}
    assert ask(issuer, "GET", models, **bearer).status == 400
    question = {"model": "gpt-5.5", "instructions": "Be kind.", "input": [], "store": False,
                "stream": True}
    said = post(issuer, "/backend-api/codex/responses", question, **bearer)
    assert b"event: response.completed" in said.text
    assert post(issuer, "/backend-api/codex/responses", {**question, "store": True},
                **bearer).status == 400


# Other processes

def test_other_processes_drive_it(issuer):
    def control(what, **args):
        return post(issuer, "/_control", {"do": what, "args": args})

    tokens = control("mint", account="client", lifetime=60).value["result"]
    control("fault", endpoint="token", name="500")
    assert refresh(issuer, tokens["refresh_token"]).status == 500
    control("set", interval=7, refresh_as="colleague")
    assert request_code(issuer)["interval"] == "7"
    refreshed = refresh(issuer, tokens["refresh_token"]).value
    assert jwt.decode(refreshed["id_token"])["email"] == ACCOUNTS["colleague"].email
    assert control("count", endpoint="token").value["result"] == 2
    assert control("destroy").status == 400 and control("set", url="x").status == 400
    log = ask(issuer, "GET", "/_control/log").value
    assert [entry["status"] for entry in log["requests"]] == [500, 200, 200]


def test_alone_it_prints_its_url_and_ends_on_sigterm(tmp_path):
    store = tmp_path / "store"
    process = subprocess.Popen([sys.executable, str(Path(__file__).parent), "--seed", str(store)],
                               stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        assert (store / "acme" / "client-x" / "profile.json").exists()
    finally:
        process.send_signal(signal.SIGTERM)
        process.stdout.close()
    assert process.wait(5) == 0


# Seeding a store

def test_seeded_profiles_are_private_and_known(issuer, tmp_path):
    store = tmp_path / "store"
    before = os.umask(0)
    try:
        seed_demo(issuer, store)
    finally:
        os.umask(before)
    for path in [store, *store.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    names = sorted(str(path.parent.relative_to(store)) for path in store.rglob("profile.json"))
    assert names == ["acme/client-x", "old", "personal", "work"]
    for name, status in (("work", 200), ("personal", 200), ("acme/client-x", 200), ("old", 401)):
        credential = json.loads((store / name / "credential.json").read_text())
        assert refresh(issuer, credential["refresh_token"]).status == status
    old = json.loads((store / "old" / "profile.json").read_text())
    assert old["error"]["reason"] == "reused"


def test_a_seeded_profile_agrees_with_its_tokens(issuer, tmp_path):
    tokens = seed_profile(issuer, tmp_path, "one", "seat", lifetime=120)
    profile = json.loads((tmp_path / "one" / "profile.json").read_text())
    credential = json.loads((tmp_path / "one" / "credential.json").read_text())
    assert credential["access_token"] == tokens.access_token
    claims = jwt.decode(tokens.access_token)
    assert claims[jwt.AUTH]["chatgpt_account_id"] == profile["account_id"]
    assert time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(claims["exp"])) == credential["expires_at"]
    assert claims["iat"] < time.time() and profile["error"] is None


# Signing in by a browser

CALLBACK = "http://127.0.0.1:1455/auth/callback"
VERIFIER = "v" * 43


def authorize_query(**more):
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    return {"response_type": "code", "client_id": jwt.CLIENT_ID, "redirect_uri": CALLBACK,
            "scope": " ".join(jwt.SCOPES), "code_challenge": keys.base64url(digest),
            "code_challenge_method": "S256", "state": "s" * 43, **more}


def browse(issuer):
    url = f"{issuer.url}/oauth/authorize?{urlencode(authorize_query())}"
    return dict(parse_qsl(urlsplit(issuer.browse(url, "personal")).query))


def exchange_browser(issuer, code, **more):
    return post(issuer, "/oauth/token", {
        "grant_type": "authorization_code", "client_id": jwt.CLIENT_ID, "code": code,
        "redirect_uri": CALLBACK, "code_verifier": VERIFIER, **more}, form=True)


def test_a_browser_comes_back_with_a_code_that_is_good_once(issuer):
    back = browse(issuer)
    assert back["state"] == "s" * 43
    assert issuer.alive(exchange_browser(issuer, back["code"]).value["refresh_token"])
    assert exchange_browser(issuer, back["code"]).code == "invalid_grant"


@pytest.mark.parametrize("wrong", [
    {"code_verifier": "w" * 43}, {"redirect_uri": CALLBACK.replace("1455", "1457")}])
def test_a_code_fits_its_verifier_and_its_way_back(issuer, wrong):
    code = browse(issuer)["code"]
    assert exchange_browser(issuer, code, **wrong).code == "invalid_grant"
    assert exchange_browser(issuer, code).code == "invalid_grant", "tried is spent"


@pytest.mark.parametrize("wrong", [
    {"redirect_uri": "http://127.0.0.1:1456/auth/callback"}, {"code_challenge_method": "plain"},
    {"code_challenge": "short"}, {"state": ""}, {"scope": "openid"}, {"prompt": "login"},
    {"client_id": "other"}])
def test_what_a_browser_must_not_ask(issuer, wrong):
    url = "/oauth/authorize?" + urlencode(authorize_query(**wrong))
    assert ask(issuer, "GET", url).status in (400, 401)


def test_a_person_can_approve_and_is_sent_back(issuer):
    page = ask(issuer, "GET", "/oauth/authorize?" + urlencode(authorize_query()))
    assert page.status == 200 and b"<form" in page.text
    form = {**authorize_query(), "account": "work", "decision": "approve"}
    answer = post(issuer, "/oauth/authorize", form, form=True)
    assert answer.status == 302
    answer = post(issuer, "/oauth/authorize", {**form, "decision": "decline"}, form=True)
    assert answer.status == 302
