"""A login that is lent to the real Codex CLI: codex owns and renews it, chatelaine looks on, and takes it back whole."""

import json
import re
import time

import pytest
from chatelaine_program import Lines
from issuer import jwt


@pytest.fixture
def lent(chatelaine, codex_home, issuer, seed):
    """A profile that is lent to codex."""
    def make(lifetime=60, account="work"):
        tokens = seed("work", account, lifetime)
        chatelaine("lend", "work", "--to", "codex")
        return tokens
    return make


@pytest.fixture
def keep(chatelaine):
    """Starts `chatelaine keep`, and gives its lines."""
    running = []

    def start():
        lines = Lines(chatelaine.start("keep"))
        running.append(lines)
        lines.wait_for("keeping")
        return lines

    yield start
    for lines in running:
        lines.process.terminate()
        assert lines.process.wait(10) == 0
        lines.wait_for("stopped")


def has_chain(folder, token):
    """The files below the folder that a token stands in."""
    return [file for file in folder.rglob("*") if file.is_file() and token.encode() in file.read_bytes()]


def end_of(access_token):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(jwt.decode(access_token)["exp"]))


def refused_to_renew(chatelaine):
    """It is not ours to renew."""
    return chatelaine.run("refresh", "work").returncode == 6


def renews_once(chatelaine, issuer, token, name="work"):
    """The store has exactly this chain; the issuer takes it, and nothing was sent twice."""
    assert chatelaine.credential(name)["refresh_token"] == token and issuer.alive(token)
    chatelaine("refresh", name)
    assert issuer.predecessor(chatelaine.credential(name)["refresh_token"]) == token
    assert issuer.reused == 0 and issuer.count("revoke") == 0


def test_the_chain_is_in_one_file(codex, codex_home, chatelaine, lent, tmp_path):
    tokens = lent(36000)
    assert has_chain(tmp_path, tokens.refresh_token) == [codex_home.auth]
    assert codex_home.login["auth_mode"] == "chatgpt"
    assert codex_home.auth.stat().st_mode & 0o777 == 0o600
    status = codex("login", "status")
    assert (status.returncode, status.stderr.strip()) == (0, "Logged in using ChatGPT")
    assert chatelaine.shown() == (["codex"], []) and chatelaine.profiles["work"]["owner"] == "codex"
    assert refused_to_renew(chatelaine)
    chatelaine("take-back", "work")
    assert not [file for file in has_chain(tmp_path, tokens.refresh_token)
                if file != chatelaine.store / "work" / "credential.json"]


@pytest.mark.parametrize("by", ["variable", "provenance"])
def test_codex_renews_it_by_itself(network, codex, codex_home, chatelaine, issuer, lent, tmp_path, by):
    """Where to, the file says as well, in what only newer versions of codex read."""
    if by == "provenance":
        if not network.isolated:
            pytest.skip(f"a mistake would reach the real issuer: {network.obstacle}")
        codex.environment = {name: value for name, value in codex.environment.items()
                             if name != "CODEX_REFRESH_TOKEN_URL_OVERRIDE"}
    tokens = lent()
    given = codex_home.tokens
    assert given["oauth_provenance"]["issuer"] == issuer.url
    assert given["account_id"] == tokens.account.account_id
    before = chatelaine.profiles["work"]["expires_at"]

    assert codex.say_hi().returncode == 0
    renewed = codex_home.tokens
    assert issuer.count("token", grant="refresh_token", status=200) == 1
    assert issuer.predecessor(renewed["refresh_token"]) == tokens.refresh_token
    assert renewed["oauth_provenance"]["issuer"] == issuer.url

    # Who looks now is told what is so now.
    profile = chatelaine.profiles["work"]
    assert profile["expires_at"] == end_of(renewed["access_token"]) != before
    assert (profile["status"], profile["targets"], profile["warnings"]) == ("ok", ["codex"], [])
    assert "Lent" in chatelaine.row() or "codex" in chatelaine.row()
    assert refused_to_renew(chatelaine) and issuer.count("token") == 1

    chatelaine("take-back", "work")
    assert has_chain(tmp_path, renewed["refresh_token"]) == [chatelaine.store / "work" / "credential.json"]
    assert codex_home.tokens["refresh_token"] == "" and chatelaine.shown() == (["codex"], [])
    renews_once(chatelaine, issuer, renewed["refresh_token"])
    # What codex has now is a view, and follows.
    assert codex_home.tokens["access_token"] == chatelaine.credential()["access_token"]
    assert codex.say_hi().returncode == 0 and issuer.count("token") == 2


def test_the_token_of_a_lent_login_is_the_newest(codex, codex_home, chatelaine, issuer, lent):
    lent()
    assert codex.say_hi().returncode == 0
    assert chatelaine("token", "work").strip() == codex_home.tokens["access_token"]
    assert issuer.count("token") == 1


def test_a_keeper_sees_codex_renew_it(codex, codex_home, chatelaine, issuer, seed, keep, tmp_path):
    seed("work", "work", 400000)
    other = tmp_path / "openhands" / "login.json"
    other.parent.mkdir()
    chatelaine("use", "work", "--for", f"openhands={other}")
    chatelaine("lend", "work", "--to", "codex")
    # The login with which it came is nearly over, as one that codex has had for days.
    over = issuer.mint("work", 60)
    lines = keep()
    codex_home.hold(over)
    lines.wait_for("was renewed by codex")
    follows(chatelaine, other, over.access_token)

    assert codex.say_hi().returncode == 0
    written = codex_home.auth.stat().st_mtime
    end = jwt.decode(codex_home.tokens["access_token"])["exp"]
    seen, line = lines.wait_for(time.strftime("%Y-%m-%d %H:%M", time.gmtime(end)))
    print(f"seen after {(seen - written) * 1000:.0f} ms: {line}")
    assert re.search(r"'work' was renewed by codex; its access ends", line)
    assert 0 <= seen - written < 1
    follows(chatelaine, other, codex_home.tokens["access_token"])
    assert set(chatelaine.shown()[0]) == {"codex", f"openhands={other}"} and chatelaine.shown()[1] == []
    assert issuer.count("token") == 1

    newest = codex_home.tokens["refresh_token"]
    chatelaine("take-back", "work")
    renews_once(chatelaine, issuer, newest)
    follows(chatelaine, other, chatelaine.credential()["access_token"])


def follows(chatelaine, file, token):
    end = time.monotonic() + 5
    while json.loads(file.read_text())["access_token"] != token:
        assert time.monotonic() < end, "the view does not follow"
        time.sleep(0.01)


def test_a_keeper_takes_in_what_codex_logs_in(codex, codex_home, chatelaine, issuer, seed, keep):
    """With a view, not lent: the login codex makes is the account's newest, and its view comes back."""
    seed("work", "work", 400000)
    chatelaine("use", "work", "--for", "codex")
    lines = keep()
    issuer.approve_next("work")
    assert codex("login", "--device-auth", "--experimental_issuer", issuer.url).returncode == 0
    lines.wait_for("had newer tokens of 'work'")
    assert codex_home.tokens["refresh_token"] == "" and chatelaine.shown() == (["codex"], [])
    assert codex.say_hi().returncode == 0
    renews_once(chatelaine, issuer, chatelaine.credential()["refresh_token"])


def test_a_login_of_another_account_over_a_lent_one_is_told(codex, codex_home, chatelaine, issuer, lent, keep):
    """`codex login` revokes what it finds: that one is gone, and the new one must not be lost as well."""
    tokens = lent(36000)
    keep()
    issuer.approve_next("personal")
    assert codex("login", "--device-auth", "--experimental_issuer", issuer.url).returncode == 0
    assert issuer.count("revoke") == 1 and not issuer.alive(tokens.refresh_token)
    made = codex_home.tokens["refresh_token"]
    profile = chatelaine.profiles["work"]
    assert profile["status"] == "needs-login" and not profile["renewable"] and profile["targets"] == []
    assert any("login of its own in the place of 'work'" in warning and warning.endswith("chatelaine import codex")
               for warning in profile["warnings"])
    refused = chatelaine.run("take-back", "work")
    assert refused.returncode == 4 and codex_home.tokens["refresh_token"] == made
    chatelaine("import", "codex")
    assert chatelaine.shown("me") == (["codex"], [])
    assert chatelaine.credential("me")["refresh_token"] == made
    chatelaine("refresh", "me")
    assert issuer.reused == 0


def test_logout_of_a_lent_login_ends_it_and_is_told(codex, codex_home, chatelaine, issuer, lent, keep):
    tokens = lent(36000)
    lines = keep()
    assert codex("logout").returncode == 0
    assert issuer.count("revoke") == 1 and not issuer.alive(tokens.refresh_token)
    lines.wait_for("does not hold the login of 'work' any more")
    profile = chatelaine.profiles["work"]
    assert (profile["status"], profile["reason"], profile["targets"]) == ("needs-login", "no-refresh-token", [])
    # `use` would not help, and is not advised.
    assert len(profile["warnings"]) == 1 and "does not hold its login any more" in profile["warnings"][0]

    back = chatelaine.run("take-back", "work")
    assert back.returncode == 4 and "chatelaine login work" in back.stderr
    assert chatelaine.profiles["work"]["status"] == "needs-login"
    issuer.approve_next("work")
    chatelaine("login", "work", "--agree-terms", "--json")
    assert chatelaine.profiles["work"]["status"] == "ok"
    chatelaine("use", "work", "--for", "codex")
    assert codex.say_hi().returncode == 0
    renews_once_after_login(chatelaine, issuer)


def renews_once_after_login(chatelaine, issuer):
    before = chatelaine.credential()["refresh_token"]
    chatelaine("refresh", "work")
    assert issuer.predecessor(chatelaine.credential()["refresh_token"]) == before and issuer.reused == 0


def test_signing_in_again_needs_no_taking_back(codex, codex_home, chatelaine, issuer, lent):
    """The other way round: `login` first. The old login was revoked by codex and is nobody's."""
    lent(36000)
    assert codex("logout").returncode == 0
    issuer.approve_next("work")
    chatelaine("login", "work", "--agree-terms", "--json")
    profile = chatelaine.profiles["work"]
    assert (profile["status"], profile["owner"]) == ("ok", "chatelaine")
    chatelaine("use", "work", "--for", "codex")
    assert chatelaine.shown() == (["codex"], [])
    renews_once_after_login(chatelaine, issuer)


def renewing(codex, issuer, seconds):
    """codex with its refresh token sent, and the answer on its way for so long. It holds no lock meanwhile."""
    issuer.delay["token"] = seconds
    process = codex.start("exec", "--skip-git-repo-check", "say hi")
    issuer.wait_for(lambda: issuer.count("token") == 1, timeout=30)
    return process


@pytest.mark.parametrize("command", ["take-back work", "import codex", "use work --for codex"])
def test_taken_in_while_codex_renews_it(codex, codex_home, chatelaine, issuer, seed, command):
    """What stands in the file is spent, and codex drops the answer if the file has changed: so we wait."""
    seed("work", "work", 30)
    if command == "take-back work":
        chatelaine("lend", "work", "--to", "codex")
        codex_home.hold(issuer.mint("work", 60))
    elif command == "import codex":
        codex_home.hold(issuer.mint("personal", 60))
    else:
        codex_home.hold(issuer.mint("work", 60))
    process = renewing(codex, issuer, 3)
    spent = codex_home.tokens["refresh_token"]
    done = chatelaine.run(*command.split())
    issuer.delay.clear()
    assert done.returncode == 0, done.stderr
    name = "me" if command == "import codex" else "work"
    newest = chatelaine.credential(name)["refresh_token"]
    assert issuer.predecessor(newest) == spent
    assert codex.finish(process).returncode == 0
    assert codex_home.tokens["refresh_token"] == "" and chatelaine.shown(name) == (["codex"], [])
    renews_once(chatelaine, issuer, newest, name)


def test_a_codex_that_may_renew_is_waited_for_and_named(codex, codex_home, chatelaine, issuer, lent):
    """It does not come to an end: nothing is taken, and it is told who is in the way."""
    lent(60)
    issuer.fault("token", "503", times=None)
    issuer.delay["responses"] = 600
    process = codex.start("exec", "--skip-git-repo-check", "say hi")
    issuer.wait_for(lambda: issuer.count("responses") == 1, timeout=30)
    before = codex_home.auth.read_bytes()
    done = chatelaine.run("take-back", "work")
    assert done.returncode == 7 and f"codex runs (process {process.pid})" in done.stderr
    assert codex_home.auth.read_bytes() == before and chatelaine.profiles["work"]["owner"] == "codex"


def test_lent_while_codex_runs_with_the_view(codex, codex_home, chatelaine, issuer, seed):
    """It has the view in memory, and goes on with that."""
    seed("work", "work", 60)
    chatelaine("use", "work", "--for", "codex")
    issuer.delay["responses"] = 1
    process = codex.start("exec", "--skip-git-repo-check", "say hi")
    issuer.wait_for(lambda: issuer.count("responses") == 1, timeout=30)
    chatelaine("lend", "work", "--to", "codex")
    chain = codex_home.tokens["refresh_token"]
    assert codex.finish(process).returncode == 0
    assert codex_home.tokens["refresh_token"] == chain and issuer.alive(chain)
    assert issuer.count("token") == 0
    chatelaine("take-back", "work")
    renews_once(chatelaine, issuer, chain)
