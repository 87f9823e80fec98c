"""`doctor --fix` does what loses nothing, says what, and leaves the rest to a person."""

import json
import os
import shutil
import subprocess
import time

import expect
import logins
import pytest

HOUR, DAY = 3600, 86400
ROOT = os.geteuid() == 0
SOMEBODY = 12345


@pytest.fixture
def mend(chatelaine):
    """What would be done is what is done, and then nothing of it is left: the findings that were mended."""
    def mend(left=0):
        plan = chatelaine("doctor", "--dry-run", "--json")
        assert plan.status == 1
        would = [finding["message"] for finding in plan.json["findings"] if finding["fix"] == "would"]
        result = chatelaine("doctor", "--fix", "--json")
        assert result.status == (1 if left else 0), result.stdout
        for output in (plan, result):
            expect.no_secret(output)
        done = [finding for finding in result.json["findings"] if finding["fix"] == "done"]
        assert sorted(finding["message"] for finding in done) == sorted(would) != []
        rest = [finding for finding in result.json["findings"] if finding["fix"] != "done"]
        assert len(rest) == left and all(finding["fix"] is None for finding in rest)
        assert chatelaine("doctor", "--json").json["findings"] == rest
        return done
    return mend


def everything(home):
    return {str(file): (file.lstat().st_mode, file.lstat().st_uid, file.is_file() and file.read_bytes())
            for file in sorted(home.rglob("*")) if ".chatelaine/locks" not in str(file)}


def holders(home, secret):
    return [str(file.relative_to(home)) for file in home.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]


def leave(path, text, age=0):
    path.touch(mode=0o600)
    path.write_text(text)
    when = time.time() - age
    os.utime(path, (when, when))
    return path


def test_modes(mend, chatelaine, store, seed):
    seed()
    store.profile_dir("work").chmod(0o755)
    store.credential_file("work").chmod(0o644)
    said = chatelaine("doctor")
    assert said.status == 1 and "'chatelaine doctor --fix' mends 2 of these; nothing is lost by that\n" in said.stdout
    assert {finding["kind"] for finding in mend()} == {"warning"}
    assert store.modes()["work"] == 0o700 and store.modes()["work/credential.json"] == 0o600


@pytest.mark.usefixtures("agreed")
def test_directories_of_the_store(mend, store, seed):
    """That of the store itself is perhaps a group's on purpose."""
    seed()
    store.path.chmod(0o770)
    (store.path / ".chatelaine").chmod(0o777)
    finding, = mend(left=1)
    assert ".chatelaine: it is mode 0777" in finding["message"]
    assert store.modes()["."] == 0o770 and store.modes()[".chatelaine"] == 0o700


def test_copy_becomes_a_view(mend, issuer, store, seed, codex, home):
    tokens = seed()
    logins.put(codex, logins.codex(tokens))
    finding, = mend()
    assert finding["kind"] == "copy"
    assert holders(home, tokens.refresh_token) == ["store/work/credential.json"]
    assert logins.is_view(codex, tokens.access_token) and issuer.count() == 0


def test_copy_stays_while_its_program_may_be_renewing_it(chatelaine, seed, codex, home):
    """It would find its file changed, and throw away the answer that has spent the refresh token."""
    tokens = seed(lifetime=60)
    logins.put(codex, logins.codex(tokens))
    (home / "codex").write_text("read line\n")
    with subprocess.Popen(["/bin/sh", home / "codex"], stdin=subprocess.PIPE, env={"HOME": str(home)}) as program:
        result = chatelaine("doctor", "--fix")
        assert result.status == 1 and f"not mended: codex runs (process {program.pid})" in result.stdout
        assert logins.tokens_of(codex) == (tokens.access_token, tokens.refresh_token)
        program.communicate(b"\n")
    chatelaine("doctor", "--fix")
    assert logins.is_view(codex, tokens.access_token)


def test_older_view_is_written_anew(mend, chatelaine, issuer, seed, codex):
    tokens = seed()
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    logins.put(codex, logins.codex(issuer.mint("work", DAY), refresh_token=""))
    finding, = mend()
    assert finding["kind"] == "target" and logins.is_view(codex, tokens.access_token)


def test_dry_run_changes_nothing_and_says_what(chatelaine, store, seed, codex, home):
    logins.put(codex, logins.codex(seed()))
    store.credential_file("work").chmod(0o644)
    before = everything(home)
    for options in (["--dry-run"], ["--fix", "--dry-run"]):
        result = chatelaine("doctor", *options)
        assert result.status == 1
        assert f"    --fix makes {codex} a view, without the refresh token\n" in result.stdout
        assert f"    --fix makes {store.credential_file('work')} readable by its owner alone\n" in result.stdout
    assert everything(home) == before
    result = chatelaine("doctor", "--fix")
    assert result.status == 0 and "all is well" in result.stdout
    assert f"    mended: {codex} has a view now, without the refresh token\n" in result.stdout
    assert f"    mended: only its owner can read {store.credential_file('work')} now\n" in result.stdout


def test_what_somebody_must_decide_stays(chatelaine, issuer, store, seed, codex, home):
    """An unknown login, a removed view, two profiles with one login, a damaged one: nothing is touched."""
    seed("work")
    shutil.copytree(store.profile_dir("work"), store.profile_dir("copy"))
    seed("broken", "personal")
    store.credential_file("broken").write_text("{")
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    codex.unlink()
    logins.put(home / ".openhands/auth/openai_oauth.json", logins.openhands(issuer.mint("newcomer")))
    before = everything(home)
    result = chatelaine("doctor", "--fix", "--json")
    assert result.status == 1
    assert {finding["kind"] for finding in result.json["findings"]} == {"copy", "damage", "target", "stranger"}
    assert all(finding["fix"] is None and finding["remedy"] for finding in result.json["findings"])
    assert everything(home) == before


def test_copy_of_a_lent_login_stays(chatelaine, seed, codex, home):
    tokens = seed()
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    logins.put(home / ".openhands/auth/openai_oauth.json", logins.openhands(tokens))
    before = everything(home)
    result = chatelaine("doctor", "--fix", "--json")
    assert result.status == 1 and [finding["fix"] for finding in result.json["findings"]] == [None]
    assert everything(home) == before


def test_leftovers_of_a_profile(mend, store, seed):
    """Half a file, and one whose refresh token is in place: both are nothing to lose."""
    seed()
    kept = store.credential_file("work").read_text()
    leave(store.profile_dir("work") / ".credential.json.AbCdEf", kept)
    leave(store.profile_dir("work") / ".profile.json.AbCdEf", "{")
    assert [finding["kind"] for finding in mend()] == ["leftover"] * 2
    assert sorted(os.listdir(store.profile_dir("work"))) == ["credential.json", "profile.json"]


@pytest.mark.parametrize("whole", [True, False])
def test_leftover_with_the_only_refresh_token_stays(chatelaine, issuer, store, seed, whole):
    seed()
    other = {**store.credential("work"), "refresh_token": issuer.mint("work").refresh_token}
    text = json.dumps(other)
    left = leave(store.profile_dir("work") / ".credential.json.AbCdEf", text if whole else text[:-1])
    result = chatelaine("doctor", "--fix", "--json")
    finding, = result.json["findings"]
    assert result.status == 1 and finding["kind"] == "leftover" and finding["fix"] is None
    assert "holds a refresh token that is nowhere else" in finding["message"] and left.exists()


def test_leftovers_beside_a_program(mend, seed, issuer, codex):
    """Old ones only, and never a login that is nowhere else, nor what is none."""
    tokens = seed()
    logins.put(codex, logins.codex(issuer.mint("work", DAY), refresh_token=""))
    folder = codex.parent
    gone = [leave(folder / ".auth.json.view01", json.dumps(logins.codex(tokens, refresh_token="")), 2 * HOUR),
            leave(folder / ".auth.json.copy01", json.dumps(logins.codex(tokens)), 2 * HOUR)]
    stay = [leave(folder / ".auth.json.young1", json.dumps(logins.codex(tokens, refresh_token=""))),
            leave(folder / ".auth.json.other1", "something else", 2 * HOUR),
            leave(folder / ".auth.json.only01", json.dumps(logins.codex(issuer.mint("newcomer"))), 2 * HOUR)]
    assert [finding["kind"] for finding in mend(left=1)] == ["leftover"] * 2
    assert not any(file.exists() for file in gone) and all(file.exists() for file in stay)


@pytest.mark.usefixtures("agreed")
def test_damaged_index_goes(mend, store, seed):
    seed()
    file = leave(store.path / ".chatelaine" / "index", "none")
    finding, = mend()
    assert finding["kind"] == "damage" and not file.exists()


def test_what_cannot_be_mended_says_why(chatelaine, store, seed, tmp_path):
    """A second name: what is changed would be changed there, too."""
    seed()
    store.credential_file("work").chmod(0o644)
    (tmp_path / "link").hardlink_to(store.credential_file("work"))
    result = chatelaine("doctor", "--fix")
    assert result.status == 1 and "    not mended: credential.json is no plain file under one name\n" in result.stdout
    assert f"    chmod go= {store.credential_file('work')}\n" in result.stdout


@pytest.mark.skipif(not ROOT, reason="gives files away")
class TestAsRoot:
    """In the store of somebody else."""

    @pytest.fixture
    def theirs(self, store, seed):
        seed()
        for path in (store.path, *store.path.rglob("*")):
            os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)
        return store

    def test_what_root_made_is_given_back(self, mend, chatelaine, theirs):
        for path in (theirs.credential_file("work"), theirs.profile_dir("work")):
            os.chown(path, 0, 0)
        assert {finding["kind"] for finding in mend()} == {"owner"}
        owners = {str(path): path.lstat().st_uid for path in (theirs.path, *theirs.path.rglob("*"))}
        assert set(owners.values()) == {SOMEBODY}, owners

    def test_what_is_not_ours_is_not_given_away(self, chatelaine, theirs):
        """Its owner could have put any file of root there."""
        secret = theirs.profile_dir("work") / "credential.json"
        secret.write_text("root:secret")
        os.chown(secret, 0, 0)
        result = chatelaine("doctor", "--fix")
        assert result.status == 1 and "not mended: credential.json is none of the files of chatelaine" in result.stdout
        assert secret.stat().st_uid == 0

    def test_what_belongs_to_others_is_left(self, chatelaine, theirs):
        os.chown(theirs.credential_file("work"), SOMEBODY + 1, SOMEBODY + 1)
        result = chatelaine("doctor", "--fix", "--json")
        finding, = [finding for finding in result.json["findings"] if finding["kind"] == "owner"]
        assert finding["fix"] is None and finding["remedy"].startswith(f"chown -h {SOMEBODY} ")
        assert theirs.credential_file("work").stat().st_uid == SOMEBODY + 1
