"""`chatelaine run` with the real Codex CLI: one profile for one command, and nothing of the user's own is touched."""

import os
import signal

import pytest
from issuer.backend import REPLY

HI = ("exec", "--skip-git-repo-check", "say hi")


@pytest.fixture
def run(chatelaine, codex_path):
    def call(name, *arguments, **options):
        return chatelaine.run("run", name, "--", codex_path, *arguments, **options)
    return call


@pytest.fixture
def own(codex_home, issuer):
    """The user's own login with codex, of another account, as bytes."""
    codex_home.hold(issuer.mint("old"))
    return codex_home.auth.read_bytes()


def left_over(chatelaine):
    folder = chatelaine.store / ".chatelaine" / "run"
    return os.listdir(folder) if folder.exists() else []


def test_a_command_has_the_profile_and_leaves_nothing(run, codex_home, chatelaine, issuer, seed, own):
    tokens = seed()
    done = run("work", *HI)
    assert done.returncode == 0 and REPLY in done.stdout, done.stderr
    assert {(request.headers.get("authorization"), request.headers.get("chatgpt-account-id"))
            for request in issuer.requests} == {("Bearer " + tokens.access_token, tokens.account.account_id)}
    assert issuer.count("responses", status=200) == 1 and issuer.count("token") == 0
    assert left_over(chatelaine) == [] and chatelaine.shown() == ([], [])
    assert codex_home.auth.read_bytes() == own
    chatelaine("refresh", "work")
    assert issuer.reused == 0


def test_while_it_runs(run, codex_home, chatelaine, issuer, seed, own, codex_path):
    """The directory is its own and private, and `list` says where the profile is used."""
    seed()
    issuer.delay["responses"] = 600
    process = chatelaine.start("run", "work", "--", codex_path, *HI)
    issuer.wait_for(lambda: issuer.count("responses") == 1, timeout=30)
    (name,) = left_over(chatelaine)
    home = chatelaine.store / ".chatelaine" / "run" / name
    assert home.stat().st_mode & 0o777 == 0o700
    assert (home / "auth.json").stat().st_mode & 0o777 == 0o600 and not (home / "auth.json").is_symlink()
    # The rest of the user's settings is there.
    assert (home / "config.toml").resolve() == codex_home.path / "config.toml"
    assert chatelaine.shown() == (["run"], [])
    # Its end is ours, and tidied up after.
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    assert left_over(chatelaine) == [] and chatelaine.shown() == ([], [])
    assert codex_home.auth.read_bytes() == own


def test_the_status_is_passed_on(run, chatelaine, issuer, seed, own):
    seed()
    assert run("work", "--no-such-option").returncode == 2
    issuer.fault("responses", "400", times=None)
    assert run("work", *HI).returncode == 1
    assert chatelaine.run("run", "work", "--", "sh", "-c", "exit 42").returncode == 42
    assert chatelaine.run("run", "work", "--", "/no/such/program").returncode == 127
    assert left_over(chatelaine) == []


def test_two_at_once_with_two_accounts(chatelaine, codex_path, issuer, seed, own):
    tokens = {"work": seed(), "personal": seed("personal", "personal")}
    issuer.delay["responses"] = 1
    running = [chatelaine.start("run", name, "--", codex_path, *HI) for name in tokens]
    for process in running:
        assert process.wait(60) == 0
    assert {request.headers["authorization"] for request in issuer.select("responses")} \
        == {"Bearer " + each.access_token for each in tokens.values()}
    assert issuer.count("token") == 0 and left_over(chatelaine) == []


def test_a_logout_inside_ends_nothing(run, codex_home, chatelaine, issuer, seed, own):
    tokens = seed()
    assert run("work", "logout").returncode == 0
    assert issuer.count("revoke") == 0 and issuer.alive(tokens.refresh_token)
    assert codex_home.auth.read_bytes() == own and left_over(chatelaine) == []
    assert chatelaine.shown() == ([], [])


@pytest.mark.parametrize(["account", "name"], [("work", "work"), ("personal", "me")])
def test_a_login_made_inside_is_not_lost(run, codex_home, chatelaine, issuer, seed, own, account, name):
    tokens = seed(lifetime=36000)
    issuer.approve_next(account)
    done = run("work", "login", "--device-auth", "--experimental_issuer", issuer.url)
    assert done.returncode == 0, done.stderr
    assert issuer.count("revoke") == 0 and issuer.alive(tokens.refresh_token)
    assert left_over(chatelaine) == [] and codex_home.auth.read_bytes() == own

    assert set(chatelaine.profiles) == {"work", name}
    made = chatelaine.credential(name)["refresh_token"]
    assert made != tokens.refresh_token and issuer.alive(made)
    assert (chatelaine.credential("work")["refresh_token"] == made) == (name == "work")
    for each in chatelaine.profiles:
        chatelaine("refresh", each)
        assert chatelaine.shown(each) == ([], [])
    assert issuer.reused == 0


def test_a_login_made_inside_outlives_us(chatelaine, codex_path, issuer, seed, own):
    """Killed before it could clear away: the next start takes the login in."""
    seed()
    script = '"$0" login --device-auth --experimental_issuer "$1" && kill -9 $PPID'
    issuer.approve_next("personal")
    chatelaine.run("run", "work", "--for", "codex", "--", "sh", "-c", script, codex_path, issuer.url)
    assert left_over(chatelaine) != []
    chatelaine("run", "work", "--", "true")
    assert left_over(chatelaine) == [] and set(chatelaine.profiles) == {"work", "me"}
    chatelaine("refresh", "me")
    assert issuer.reused == 0 and issuer.count("revoke") == 0
