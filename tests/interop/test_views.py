"""`chatelaine use` and the real Codex CLI: what it does with its view, what we then say, and how it is mended."""

import re
import shutil

import pytest
from issuer.backend import REPLY

LOGGED_IN = "Logged in using ChatGPT"


@pytest.fixture
def used(chatelaine, codex_home, seed):
    """A profile of which codex has a view."""
    def make(name="work", account="work", lifetime=None):
        tokens = seed(name, account, lifetime)
        assert chatelaine("use", name, "--for", "codex") == f"codex shows '{name}'\n"
        return tokens
    return make


def log_in(codex, issuer, account):
    """`codex login` by itself, over whatever stands there."""
    issuer.approve_next(account)
    done = codex("login", "--device-auth", "--experimental_issuer", issuer.url)
    assert done.returncode == 0, done.stderr


def has_view(codex_home, chatelaine, name="work"):
    return (codex_home.login["auth_mode"] == "chatgptAuthTokens" and codex_home.tokens["refresh_token"] == ""
            and codex_home.tokens["access_token"] == chatelaine.credential(name)["access_token"])


def only_used(issuer, tokens):
    """Every request was one with our access token and its account; the chain is neither spent nor revoked."""
    assert {(request.headers.get("authorization"), request.headers.get("chatgpt-account-id"))
            for request in issuer.requests} \
        == {("Bearer " + tokens.access_token, tokens.account.account_id)}
    assert (issuer.count("token"), issuer.count("revoke"), issuer.reused) == (0, 0, 0)
    assert issuer.alive(tokens.refresh_token)


def still_renews(chatelaine, issuer, name="work"):
    """The chain in the store is good: the issuer gives its successor, and nothing was sent twice."""
    before = chatelaine.credential(name)["refresh_token"]
    assert issuer.alive(before)
    chatelaine("refresh", name)
    after = chatelaine.credential(name)["refresh_token"]
    assert issuer.predecessor(after) == before and issuer.alive(after)
    assert issuer.reused == 0


# What codex does with it

@pytest.mark.parametrize("lifetime", [36000, 60])
def test_a_view_is_used_and_not_renewed(codex, codex_home, chatelaine, issuer, used, lifetime):
    tokens = used(lifetime=lifetime, account="seat")
    before = codex_home.auth.read_bytes()
    status = codex("login", "status")
    assert (status.returncode, status.stderr.strip()) == (0, LOGGED_IN)
    done = codex.say_hi()
    assert done.returncode == 0 and REPLY in done.stdout, done.stderr
    assert issuer.count("responses", status=200) == 1
    only_used(issuer, tokens)
    assert codex_home.auth.read_bytes() == before
    assert chatelaine.shown() == (["codex"], [])
    assert chatelaine.row().split()[-1] == "codex"
    still_renews(chatelaine, issuer)
    assert has_view(codex_home, chatelaine) and chatelaine.shown() == (["codex"], [])


def test_an_access_token_that_is_over_is_not_renewed_by_codex(codex, codex_home, chatelaine, issuer, used):
    used(lifetime=36000)
    # `use` never writes one that is over: this is what a view becomes that nobody renews.
    over = issuer.mint("work", lifetime=-100)
    text = codex_home.auth.read_text()
    for part in ("access_token", "id_token"):
        text = text.replace(codex_home.tokens[part], getattr(over, part))
    codex_home.auth.write_text(text)
    before = codex_home.auth.read_bytes()
    assert codex("login", "status").stderr.strip() == LOGGED_IN
    assert codex.say_hi().returncode != 0
    only_used(issuer, over)
    assert codex_home.auth.read_bytes() == before
    targets, (warning,) = chatelaine.shown()
    assert targets == ["codex"] and "has an older token of it" in warning
    assert warning.endswith("chatelaine use work --for codex")
    chatelaine("use", "work", "--for", "codex")
    assert has_view(codex_home, chatelaine) and chatelaine.shown() == (["codex"], [])
    assert codex.say_hi().returncode == 0
    still_renews(chatelaine, issuer)


def test_use_of_a_profile_that_is_over_renews_it_first(codex, codex_home, chatelaine, issuer, used):
    tokens = used(lifetime=-100)
    assert issuer.count("token", grant="refresh_token", status=200) == 1
    assert codex_home.tokens["access_token"] != tokens.access_token
    assert codex.say_hi().returncode == 0
    assert issuer.count("token") == 1 and issuer.reused == 0


# What becomes of it when codex is logged out

def test_logout_removes_the_view_and_nothing_else(codex, codex_home, chatelaine, issuer, used):
    tokens = used()
    assert codex("logout").returncode == 0
    assert not codex_home.auth.exists()
    assert issuer.requests == [] and issuer.alive(tokens.refresh_token)

    targets, (warning,) = chatelaine.shown()
    assert targets == [] and "removed it" in warning
    assert chatelaine.row().split()[-1] == "-"
    # A view that its program took away is not put back unasked.
    still_renews(chatelaine, issuer)
    assert not codex_home.auth.exists()

    step = warning.split("chatelaine ")[1]
    assert step == "use work --for codex"
    chatelaine(*step.split())
    assert has_view(codex_home, chatelaine) and chatelaine.shown() == (["codex"], [])
    assert codex.say_hi().returncode == 0


@pytest.mark.parametrize("mend", ["import codex", "use work --for codex"])
def test_a_login_of_the_same_account_is_taken_in(codex, codex_home, chatelaine, issuer, used, mend):
    tokens = used(lifetime=36000)
    log_in(codex, issuer, "work")
    assert issuer.count("revoke") == 0 and issuer.alive(tokens.refresh_token)
    made = codex_home.tokens

    targets, (warning,) = chatelaine.shown()
    assert targets == [] and "login of its own" in warning and warning.endswith("chatelaine import codex")
    chatelaine(*mend.split())
    assert list(chatelaine.profiles) == ["work"] and chatelaine.shown() == (["codex"], [])
    # Its chain is in the store alone.
    assert chatelaine.credential()["refresh_token"] == made["refresh_token"]
    assert has_view(codex_home, chatelaine) and codex_home.tokens["access_token"] == made["access_token"]
    still_renews(chatelaine, issuer)
    assert codex.say_hi().returncode == 0 and issuer.count("revoke") == 0


def test_a_refresh_takes_in_what_codex_made(codex, codex_home, chatelaine, issuer, used):
    """Nobody told us; the login of codex is the newer one, and is renewed by one owner from then on."""
    used(lifetime=36000)
    log_in(codex, issuer, "work")
    made = codex_home.tokens["refresh_token"]
    chatelaine("refresh", "work")
    assert has_view(codex_home, chatelaine)
    kept = chatelaine.credential()["refresh_token"]
    assert made in (kept, issuer.predecessor(kept)) and issuer.alive(kept)
    assert codex.say_hi().returncode == 0 and issuer.reused == 0


def test_a_login_of_another_account_becomes_another_profile(codex, codex_home, chatelaine, issuer, used):
    tokens = used()
    log_in(codex, issuer, "personal")
    assert issuer.count("revoke") == 0 and issuer.alive(tokens.refresh_token)
    made, before = codex_home.tokens["refresh_token"], codex_home.auth.read_bytes()

    targets, (warning,) = chatelaine.shown()
    assert targets == [] and "login of its own in the place of 'work'" in warning
    # It would be lost, so it is not overwritten.
    refused = chatelaine.run("use", "work", "--for", "codex")
    assert refused.returncode == 6 and "chatelaine import codex" in refused.stderr
    assert codex_home.auth.read_bytes() == before
    still_renews(chatelaine, issuer)
    assert codex_home.auth.read_bytes() == before

    chatelaine("import", "codex")
    assert set(chatelaine.profiles) == {"work", "me"}
    assert chatelaine.shown("me") == (["codex"], []) and chatelaine.shown("work") == ([], [])
    assert chatelaine.credential("me")["refresh_token"] == made and has_view(codex_home, chatelaine, "me")
    assert codex.say_hi().returncode == 0
    for name in ("work", "me"):
        still_renews(chatelaine, issuer, name)
    chatelaine("use", "work", "--for", "codex")
    assert has_view(codex_home, chatelaine) and chatelaine.shown("work") == (["codex"], [])
    assert issuer.count("revoke") == 0


# Switching

def test_each_run_has_the_account_that_is_chosen(codex, chatelaine, issuer, used, seed):
    tokens = {"work": used(), "personal": seed("personal", "personal")}
    asked = []
    for step, name in (("work", "work"), ("personal", "personal"), ("-", "work"), ("-", "personal")):
        chatelaine("use", step, "--for", "codex")
        assert [name for name, profile in chatelaine.profiles.items() if profile["targets"]] == [name]
        assert codex.say_hi().returncode == 0
        asked.append((tokens[name].account.account_id, "Bearer " + tokens[name].access_token))
    assert [(request.headers["chatgpt-account-id"], request.headers["authorization"])
            for request in issuer.select("responses", status=200)] == asked
    assert issuer.count("token") == 0
    for name in tokens:
        still_renews(chatelaine, issuer, name)


def slow_run(codex, issuer):
    """codex while it waits for the model."""
    issuer.delay["responses"] = 600
    process = codex.start("exec", "--skip-git-repo-check", "say hi")
    issuer.wait_for(lambda: issuer.count("responses") == 1, timeout=30)
    return process


def test_a_codex_that_runs_is_named(codex, chatelaine, issuer, used, seed):
    used()
    seed("personal", "personal")
    process = slow_run(codex, issuer)
    done = chatelaine.run("use", "personal", "--for", "codex")
    assert done.returncode == 0
    assert re.search(rf"codex runs \(process {process.pid}\)", done.stderr)


def test_a_switch_under_a_running_codex_harms_neither(codex, codex_home, chatelaine, issuer, used, seed):
    used(lifetime=60)
    seed("personal", "personal")
    process = slow_run(codex, issuer)
    chatelaine("use", "personal", "--for", "codex")
    issuer.delay.clear()
    process.terminate()
    codex.finish(process)
    assert has_view(codex_home, chatelaine, "personal")
    assert issuer.count("token") == 0
    for name in ("work", "personal"):
        still_renews(chatelaine, issuer, name)


# Locks

def moments(log, name):
    """How long each lock on the file NAME was held, in seconds, as strace saw it."""
    taken, held = {}, []
    for line in log.splitlines():
        at = float(line.split()[1])
        if found := re.search(rf"flock\((\d+)<[^>]*/{re.escape(name)}>, LOCK_EX[^)]*\) *= 0", line):
            taken[found[1]] = at
        elif (found := re.search(r"close\((\d+)<", line)) and found[1] in taken:
            held.append(at - taken.pop(found[1]))
    assert not taken, "a lock that was not given back"
    return held


@pytest.mark.parametrize("linked", [False, True], ids=["file", "link"])
def test_the_lock_of_codex_is_held_for_moments(codex, codex_home, chatelaine, issuer, seed, used, linked,
                                               tmp_path):
    """Codex waits five seconds for it, and loses the login if it waited in vain."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    if linked:
        real = tmp_path / "elsewhere" / "login.json"
        real.parent.mkdir(mode=0o700)
        real.write_text("")
        codex_home.auth.symlink_to(real)
    else:
        real = codex_home.auth
    used(lifetime=36000)
    seed("personal", "personal")
    for command in (["use", "personal", "--for", "codex"], ["use", "work", "--for", "codex"], ["refresh", "work"],
                    ["lend", "work", "--to", "codex"], ["take-back", "work"], ["use", "--none", "--for", "codex"]):
        log = tmp_path / "strace"
        process = chatelaine.start(*command, before=["strace", "-f", "-ttt", "-y", "-o", log,
                                                     "-e", "trace=flock,close"])
        assert process.wait(60) == 0, process.stderr.read()
        # A removal leaves no link behind, and so is the last.
        held = moments(log.read_text(), real.name + ".lock")
        print(*command, "held", [f"{seconds * 1000:.1f} ms" for seconds in held])
        assert held and max(held) < 0.05
        assert codex_home.auth.is_symlink() == linked or command[1] == "--none"
    still_renews(chatelaine, issuer)


def test_codex_reads_and_writes_through_a_link(codex, codex_home, chatelaine, issuer, used, tmp_path):
    real = tmp_path / "elsewhere.json"
    real.write_text("")
    codex_home.auth.symlink_to(real)
    used()
    assert codex_home.auth.is_symlink() and has_view(codex_home, chatelaine)
    assert codex.say_hi().returncode == 0
    chatelaine("refresh", "work")
    assert codex_home.auth.is_symlink() and has_view(codex_home, chatelaine)
    # Logout takes the link away, not what it points to; ours to see either way.
    assert codex("logout").returncode == 0 and issuer.count("revoke") == 0
    targets, warnings = chatelaine.shown()
    assert targets == [] and len(warnings) == 1
    chatelaine("use", "work", "--for", "codex")
    assert has_view(codex_home, chatelaine) and chatelaine.shown() == (["codex"], [])
    still_renews(chatelaine, issuer)
