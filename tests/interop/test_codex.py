"""The real Codex CLI against the issuer: where they disagree, the issuer is wrong."""

import codex_program
import pytest

from issuer import ACCOUNTS, jwt
from issuer.backend import REPLY


def log_in(codex, issuer, **options):
    return codex("login", "--device-auth", "--experimental_issuer", issuer.url, **options)


def say_hi(codex):
    return codex("exec", "--skip-git-repo-check", "say hi")


def test_the_version_is_the_one_described(codex):
    assert codex("--version").stdout.split()[-1] == codex_program.VERSION


def test_sign_in_by_device_code(codex, codex_home, issuer):
    process = codex.start("login", "--device-auth", "--experimental_issuer", issuer.url)
    issuer.wait_for(lambda: issuer.count("poll", status=403) == 1)
    issuer.approve(issuer.user_codes[-1], "client")
    done = codex.finish(process)
    assert done.returncode == 0
    assert issuer.url + "/codex/device" in done.stdout and issuer.user_codes[-1] in done.stdout
    assert issuer.early_polls == []
    assert [request.endpoint for request in issuer.requests] \
        == ["usercode", "poll", "poll", "token"]
    tokens = codex_home.tokens
    assert tokens["account_id"] == ACCOUNTS["client"].account_id
    assert tokens["oauth_provenance"]["issuer"] == issuer.url
    assert jwt.decode(tokens["id_token"])["email"] == ACCOUNTS["client"].email
    assert issuer.alive(tokens["refresh_token"])
    status = codex("login", "status")
    assert (status.returncode, status.stderr.strip()) == (0, "Logged in using ChatGPT")


def test_every_request_of_a_sign_in_is_answered_well(codex, issuer):
    issuer.approve_next()
    assert log_in(codex, issuer).returncode == 0
    assert [request.status for request in issuer.requests] == [200] * 3


def test_a_declined_sign_in_fails(codex, codex_home, issuer):
    issuer.fault("poll", "declined")
    done = log_in(codex, issuer)
    assert done.returncode != 0 and "401" in done.stderr
    assert not codex_home.auth.exists()


def test_device_login_not_enabled(codex, issuer):
    issuer.device_login_enabled = False
    assert "device code login is not enabled" in log_in(codex, issuer).stderr


def test_a_model_replies(codex, codex_home, issuer):
    tokens = issuer.mint("personal")
    codex_home.hold(tokens)
    done = say_hi(codex)
    assert done.returncode == 0 and REPLY in done.stdout
    asked = issuer.select("responses")
    assert [request.status for request in asked] == [200]
    assert asked[0].headers["authorization"] == "Bearer " + tokens.access_token
    assert asked[0].headers["chatgpt-account-id"] == tokens.account.account_id
    assert issuer.count("token") == 0


def test_a_token_near_its_end_is_refreshed_and_rotated(codex, codex_home, issuer):
    tokens = issuer.mint("work", lifetime=60)
    codex_home.hold(tokens)
    assert say_hi(codex).returncode == 0
    assert issuer.count("token", grant="refresh_token", status=200) == 1
    kept = codex_home.tokens
    assert kept["refresh_token"] != tokens.refresh_token and issuer.alive(kept["refresh_token"])
    assert jwt.decode(kept["access_token"])["exp"] > tokens.expires_at
    assert issuer.reused == 0


def test_a_spent_token_is_detected_and_ends_the_login(codex, codex_home, issuer):
    tokens = issuer.mint("work", lifetime=60)
    codex_home.hold(tokens)
    successor = issuer.chains.spend(tokens.refresh_token)
    say_hi(codex)
    assert issuer.reused >= 1
    assert not issuer.alive(successor.refresh_token)
    refused = issuer.select("token")[0]
    assert (refused.status, refused.get("refresh_token")) == (401, tokens.refresh_token)


def test_logout_revokes(codex, codex_home, issuer):
    tokens = issuer.mint()
    codex_home.hold(tokens)
    assert codex("logout").returncode == 0
    assert [request.status for request in issuer.select("revoke")] == [200]
    assert not issuer.alive(tokens.refresh_token) and not codex_home.auth.exists()


@pytest.mark.parametrize("lifetime", [36000, 60, -100])
def test_a_view_is_used_and_never_refreshed(codex, codex_home, issuer, lifetime):
    """What a view may rely on; to be looked at again with every release of codex."""
    tokens = issuer.mint("seat", lifetime=lifetime)
    codex_home.view(tokens)
    before = codex_home.auth.read_bytes()
    assert codex("login", "status").stderr.strip() == "Logged in using ChatGPT"
    done = say_hi(codex)
    assert (done.returncode == 0) == (lifetime > 0)
    # Every request was one with the view's token; none went to the token endpoint.
    assert {(request.headers.get("authorization"), request.headers.get("chatgpt-account-id"))
            for request in issuer.requests} \
        == {("Bearer " + tokens.access_token, tokens.account.account_id)}
    assert issuer.count("token") == 0
    assert codex_home.auth.read_bytes() == before


def test_logout_from_a_view_leaves_the_chain_alone(codex, codex_home, issuer):
    tokens = issuer.mint()
    codex_home.view(tokens)
    codex("logout")
    assert issuer.count("revoke") == 0 and issuer.alive(tokens.refresh_token)


def test_nothing_else_is_needed(network, codex, codex_home, issuer):
    """Sign in, ask and sign out, in a network that has nobody else in it."""
    if not network.isolated:
        pytest.skip(f"no network of our own: {network.obstacle}")
    issuer.approve_next()
    assert log_in(codex, issuer).returncode == 0
    assert say_hi(codex).returncode == 0
    assert codex("logout").returncode == 0
