"""What chatelaine hands over, in the hands of the real Codex CLI: used, and nothing of ours is spent or revoked."""

import stat

import pytest
from issuer import jwt
from issuer.backend import REPLY
from issuer.seed import seed_profile


@pytest.fixture
def handed_over(chatelaine, codex_home, issuer):
    """A profile whose export for codex stands in CODEX_HOME."""
    def make(lifetime=None, account="seat"):
        tokens = seed_profile(issuer, chatelaine.store, "work", account, lifetime)
        chatelaine("export", "work", "--format", "codex", "--output", codex_home.auth)
        return tokens
    return make


def say_hi(codex):
    return codex("exec", "--skip-git-repo-check", "say hi")


def only_used(issuer, tokens):
    """Every request was one with our access token; the chain was neither spent nor revoked."""
    assert {(request.headers.get("authorization"), request.headers.get("chatgpt-account-id"))
            for request in issuer.requests} <= {("Bearer " + tokens.access_token, tokens.account.account_id)}
    assert (issuer.count("token"), issuer.count("revoke"), issuer.reused) == (0, 0, 0)
    assert issuer.alive(tokens.refresh_token)


def test_codex_takes_the_file(codex, codex_home, handed_over):
    handed_over()
    assert stat.S_IMODE(codex_home.auth.stat().st_mode) == 0o600
    status = codex("login", "status")
    assert (status.returncode, status.stderr.strip()) == (0, "Logged in using ChatGPT")


def test_a_model_replies(codex, issuer, handed_over):
    tokens = handed_over()
    done = say_hi(codex)
    assert done.returncode == 0 and REPLY in done.stdout, done.stderr
    assert issuer.count("responses", status=200) == 1
    only_used(issuer, tokens)


@pytest.mark.parametrize("lifetime", [36000, 60])
def test_codex_does_not_renew_it(codex, codex_home, issuer, handed_over, lifetime):
    """With a refresh token in the file it would, five minutes before the end."""
    tokens = handed_over(lifetime)
    before = codex_home.auth.read_bytes()
    done = say_hi(codex)
    assert done.returncode == 0 and REPLY in done.stdout, done.stderr
    only_used(issuer, tokens)
    assert codex_home.auth.read_bytes() == before


def test_an_access_token_that_ends_meanwhile_is_not_renewed(codex, codex_home, chatelaine, issuer, handed_over):
    # An export of a token that is over is refused, so that it must end after it.
    handed_over(36000)
    over = issuer.mint("seat", lifetime=-100)
    text = codex_home.auth.read_text()
    for part in ("access_token", "id_token"):
        text = text.replace(codex_home.tokens[part], getattr(over, part))
    codex_home.auth.write_text(text)
    assert codex("login", "status").stderr.strip() == "Logged in using ChatGPT"
    assert say_hi(codex).returncode != 0
    only_used(issuer, over)


def test_an_export_without_id_token_will_do(codex, codex_home, chatelaine, issuer):
    """The issuer may leave it out; codex rejects a file without one."""
    tokens = seed_profile(issuer, chatelaine.store, "work", "seat")
    file = chatelaine.store / "work" / "credential.json"
    file.write_text(file.read_text().replace(f'"{tokens.id_token}"', "null"))
    chatelaine("export", "work", "--format", "codex", "--output", codex_home.auth)
    assert codex("login", "status").stderr.strip() == "Logged in using ChatGPT"
    assert say_hi(codex).returncode == 0
    only_used(issuer, tokens)


def test_logout_revokes_nothing_of_ours(codex, codex_home, chatelaine, issuer, handed_over):
    tokens = handed_over()
    assert codex("logout").returncode == 0
    assert not codex_home.auth.exists()
    only_used(issuer, tokens)
    chatelaine("refresh", "work")
    assert issuer.reused == 0


def test_signing_in_over_it_revokes_nothing_of_ours(codex, codex_home, issuer, handed_over):
    """`codex login` revokes the login that it finds, when there is one to revoke."""
    tokens = handed_over()
    issuer.approve_next("personal")
    assert codex("login", "--device-auth", "--experimental_issuer", issuer.url).returncode == 0
    assert issuer.count("revoke") == 0 and issuer.alive(tokens.refresh_token)
    assert codex_home.tokens["refresh_token"] != tokens.refresh_token


def test_renewed_in_the_store_and_handed_over_again(codex, codex_home, chatelaine, issuer, handed_over):
    tokens = handed_over(60)
    chatelaine("refresh", "work")
    chatelaine("export", "work", "--format", "codex", "--output", codex_home.auth, "--force")
    token = chatelaine("token", "work").strip()
    assert codex_home.tokens["access_token"] == token != tokens.access_token
    assert jwt.decode(token)["exp"] > tokens.expires_at
    assert say_hi(codex).returncode == 0
    assert issuer.select("responses")[-1].headers["authorization"] == "Bearer " + token
    assert issuer.count("token") == 1 and issuer.reused == 0


def test_the_whole_way(network, codex, codex_home, chatelaine, issuer):
    """Sign in with one, ask with the other, sign out with the first; nobody else in the network."""
    issuer.approve_next("client")
    chatelaine("login", "acme/client", "--agree-terms", "--json")
    chatelaine("export", "acme/client", "--format", "codex", "--output", codex_home.auth)
    assert say_hi(codex).returncode == 0
    chatelaine("delete", "acme/client", "--sign-out", "--yes")
    # The access token is dead too, and codex finds no way to another.
    assert say_hi(codex).returncode != 0
    assert [request.endpoint for request in issuer.requests if request.endpoint in ("token", "revoke")] \
        == ["token", "revoke"]
