"""What is wrong with logins, found and told with what helps; and the help helps."""

import json
import os
import re
import shlex
import shutil
import subprocess
import time

import expect
import logins
import pytest
import vt

HOUR, DAY = 3600, 86400
KINDS = {"copy", "spent", "damage", "target", "stranger", "warning", "owner", "leftover", "lent", "running", "clock", "keeper", "audit"}


@pytest.fixture
def openhands(home):
    return home / ".openhands" / "auth" / "openai_oauth.json"


@pytest.fixture
def found(chatelaine):
    """The findings, each of them checked; nothing of it is a secret, nothing is changed."""
    def look():
        result = chatelaine("doctor", "--json")
        assert result.status in (0, 1), result.stderr
        document = result.json
        assert set(document) == {"schema", "refresh_tokens", "places", "sandbox", "environment", "here", "findings"}
        assert document["schema"] == 1
        for finding in document["findings"]:
            assert set(finding) == {"kind", "message", "remedy", "fix"} and finding["fix"] in (None, "would")
            assert finding["kind"] in KINDS and isinstance(finding["message"], str)
            assert isinstance(finding["remedy"], (str, type(None)))
        assert result.status == (1 if document["findings"] else 0)
        text = chatelaine("doctor")
        assert text.status == result.status and text.stderr == ""
        for finding in document["findings"]:
            assert finding["message"] in text.stdout
            assert finding["remedy"] is None or f"    {finding['remedy']}\n" in text.stdout
        for output in (result, text):
            expect.no_secret(output)
        return document["findings"]
    return look


@pytest.fixture
def follow(chatelaine, build):
    """Does what a finding says."""
    def follow(finding):
        command = finding["remedy"]
        if command.startswith("chatelaine delete "):
            command += " --yes"
        words = shlex.split(command)
        assert words[0] in ("chatelaine", "chmod", "rm"), command
        if words[0] == "chatelaine":
            expect.succeeded(chatelaine(*words[1:]))
        else:
            subprocess.run(words, check=True)
    return follow


@pytest.fixture
def healed(found, follow, store):
    """Follows the advice until there is none; nothing may be lost on the way."""
    def heal(*kinds, steps=3):
        findings = found()
        assert sorted(finding["kind"] for finding in findings) == sorted(kinds), findings
        for _ in range(steps):
            if not findings:
                return
            assert findings[0]["remedy"] is not None, findings[0]
            follow(findings[0])
            findings = found()
        assert not findings, findings
    return heal


def holders(home, secret):
    """Files with this secret, over store and home."""
    return [str(file.relative_to(home)) for file in home.rglob("*")
            if file.is_file() and not file.is_symlink() and secret.encode() in file.read_bytes()]


# All is well

def test_empty_store(chatelaine, found, store):
    assert found() == []
    assert "all is well: no refresh token yet" in expect.succeeded(chatelaine("doctor"))
    assert not store.path.exists()


def test_all_is_well(chatelaine, found, issuer, store, seed, codex, openhands):
    seed("a", "work")
    seed("b", "personal")
    expect.succeeded(chatelaine("use", "a", "--for", "codex"))
    expect.succeeded(chatelaine("lend", "b", "--to", "openhands"))
    before = store.profiles_snapshot()
    assert found() == []
    text = expect.succeeded(chatelaine("doctor"))
    assert re.fullmatch(r"all is well: 2 refresh tokens, each in one file; places of programs looked at: \d+\n(.*: .*\n){3}sandbox: .*\nprofile here: .*\n", text)
    assert store.profiles_snapshot() == before and issuer.count() == 0


def test_files_of_others_are_no_finding(found, seed, codex, home):
    seed()
    logins.put(codex, {"auth_mode": "apikey", "OPENAI_API_KEY": "sk-mine"})
    logins.put(home / ".local/share/opencode/auth.json", {"other": {"type": "api", "key": "k"}})
    assert found() == []


# Copies

def test_copy_in_the_file_of_a_program(healed, store, seed, codex, home):
    tokens = seed()
    logins.put(codex, logins.codex(tokens))
    healed("copy")
    assert holders(home, tokens.refresh_token) == ["store/work/credential.json"]
    assert logins.is_view(codex, tokens.access_token)


def test_copy_says_which_files(found, store, seed, codex):
    logins.put(codex, logins.codex(seed()))
    finding, = found()
    assert str(codex) in finding["message"] and str(store.credential_file("work")) in finding["message"]
    assert finding["remedy"] == "chatelaine use work --for codex"


def test_two_programs_with_the_same_login(healed, found, issuer, store, codex, openhands, home):
    tokens = issuer.mint("work")
    logins.put(codex, logins.codex(tokens))
    logins.put(openhands, logins.openhands(tokens))
    healed("copy", "stranger", "stranger")
    assert store.names() == ["dev"]
    assert holders(home, tokens.refresh_token) == ["store/dev/credential.json"]


def test_two_programs_with_the_login_of_a_profile(healed, seed, codex, openhands, home):
    tokens = seed()
    logins.put(codex, logins.codex(tokens))
    logins.put(openhands, logins.openhands(tokens))
    healed("copy", "copy", "copy")
    assert holders(home, tokens.refresh_token) == ["store/work/credential.json"]


def test_backup_and_the_store(chatelaine, healed, store, seed, home, tmp_path):
    """A profile that was put back by hand: its backup goes, never the profile."""
    tokens = seed()
    shutil.copytree(store.profile_dir("work"), tmp_path / "by-hand")
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    shutil.copytree(tmp_path / "by-hand", store.profile_dir("work"))
    healed("copy")
    assert holders(home, tokens.refresh_token) == ["store/work/credential.json"]
    expect.failed(chatelaine("undo"), expect.NOT_FOUND)


def test_backup_and_the_file_of_a_program(chatelaine, healed, store, seed, codex, home):
    tokens = seed()
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    logins.put(codex, logins.codex(tokens))
    healed("copy", "stranger")
    assert len(store.names()) == 1
    assert len(holders(home, tokens.refresh_token)) == 1


@pytest.mark.parametrize("use", [("use", "work", "--for", "codex"), ("lend", "work", "--to", "codex")], ids=lambda use: use[0])
def test_two_profiles_with_the_same_login(chatelaine, healed, store, seed, codex, home, use):
    """The one that no program uses goes."""
    tokens = seed()
    shutil.copytree(store.profile_dir("work"), store.profile_dir("copy"))
    expect.succeeded(chatelaine(*use))
    healed("copy")
    assert store.names() == ["work"]
    holder = codex if use[0] == "lend" else store.credential_file("work")
    assert holders(home, tokens.refresh_token) == [str(holder.relative_to(home))]


def test_copy_beside_a_lent_login(found, chatelaine, seed, codex, openhands):
    tokens = seed()
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    logins.put(openhands, logins.openhands(tokens))
    finding, = found()
    assert finding["kind"] == "copy" and str(codex) in finding["message"] and str(openhands) in finding["message"]


def test_remedy_of_a_path_with_blanks(chatelaine, healed, seed, home):
    tokens = seed()
    file = home / "it's a place" / "auth.json"
    expect.succeeded(chatelaine("use", "work", "--for", f"codex={file}"))
    logins.put(file, logins.codex(tokens))
    healed("copy", "target")
    assert holders(home, tokens.refresh_token) == ["store/work/credential.json"]


# Strangers

def test_unknown_login(healed, issuer, store, seed, codex):
    seed()
    tokens = issuer.mint("personal")
    logins.put(codex, logins.codex(tokens))
    healed("stranger")
    assert store.names() == ["me", "work"]
    expect.one_place(store, tokens.refresh_token)


def test_unknown_login_with_hostile_claims(chatelaine, issuer, codex):
    logins.put(codex, logins.codex(issuer.mint("hostile")))
    result = chatelaine("doctor")
    assert result.status == 1 and "chatelaine import codex" in vt.assert_clean_text(result.stdout_bytes)
    assert chatelaine("doctor", "--json").stdout.isascii()


# Profiles

@pytest.mark.parametrize("what, mode", [("file", 0o644), ("directory", 0o755), ("file", 0o660)])
def test_modes(healed, store, seed, what, mode):
    seed()
    path = store.credential_file("work") if what == "file" else store.profile_dir("work")
    path.chmod(mode)
    healed("warning")
    assert path.stat().st_mode & 0o077 == 0


def test_hard_link(found, store, seed, tmp_path):
    seed()
    (tmp_path / "link").hardlink_to(store.credential_file("work"))
    finding, = found()
    assert finding["kind"] == "warning" and "hard links" in finding["message"] and finding["fix"] is None
    assert finding["remedy"] == f"find / -xdev -samefile {store.credential_file('work')}"


@pytest.mark.parametrize("name", ["credential", "profile"])
def test_damaged_profile(found, store, seed, name):
    seed("work")
    seed("fine", "personal")
    (store.profile_dir("work") / f"{name}.json").write_text("{")
    finding, = found()
    assert finding["kind"] == "damage" and "'work'" in finding["message"]
    assert finding["remedy"] == "chatelaine login work"
    assert (store.profile_dir("work") / f"{name}.json").read_text() == "{"


@pytest.mark.usefixtures("agreed")
def test_damaged_profile_is_healed_by_a_sign_in(chatelaine, found, issuer, store, seed):
    seed("work")
    store.credential_file("work").write_text("{")
    finding, = found()
    issuer.approve_next("work")
    expect.succeeded(chatelaine(*shlex.split(finding["remedy"])[1:]))
    assert found() == []


def test_profile_lent_to_an_unknown_program(chatelaine, found, store, seed):
    seed("fine", "personal")
    seed("work")
    value = store.profile("work")
    store.profile_file("work").write_text(json.dumps({**value, "owner": "of-tomorrow", "owner_path": "/x/y"}))
    finding, = found()
    assert finding["kind"] == "damage" and "of-tomorrow" in finding["message"]
    assert expect.listed(chatelaine)["fine"]["status"] == "ok"


@pytest.mark.usefixtures("agreed")
def test_damaged_list_of_targets(found, store, seed, codex):
    """Everything else is looked at all the same."""
    logins.put(codex, logins.codex(seed()))
    file = store.path / ".chatelaine" / "state.json"
    file.write_text("{")
    damage, copy = found()
    assert (damage["kind"], copy["kind"]) == ("damage", "copy") and "state.json" in damage["message"]
    subprocess.run(shlex.split(damage["remedy"]), check=True)
    assert [finding["kind"] for finding in found()] == ["copy"]
    assert file.with_name("state.json.damaged").read_text() == "{"


# Targets

@pytest.fixture
def shown(chatelaine, seed, codex):
    """A profile that Codex shows."""
    tokens = seed()
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    return tokens


def test_removed_view(healed, shown, codex):
    codex.unlink()
    healed("target")
    assert logins.is_view(codex, shown.access_token)


def test_view_of_another_login_in_its_place(healed, issuer, shown, codex):
    other = issuer.mint("personal")
    logins.put(codex, logins.codex(other, refresh_token=""))
    healed("target")
    assert logins.is_view(codex, shown.access_token)


def test_older_view(healed, issuer, shown, codex, store):
    older = issuer.mint("work", DAY)
    logins.put(codex, logins.codex(older, refresh_token=""))
    healed("target")
    assert logins.is_view(codex, shown.access_token)


def test_login_in_the_place_of_a_view(healed, issuer, shown, codex, store):
    new = issuer.mint("personal")
    logins.put(codex, logins.codex(new))
    healed("stranger", "target")
    assert store.names() == ["me", "work"]
    expect.one_place(store, new.refresh_token)


def test_lent_login_that_is_gone(found, chatelaine, seed, codex):
    seed()
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    codex.unlink()
    findings = found()
    assert findings and all("work" in finding["message"] for finding in findings)


def test_lent_login_that_nobody_renews(chatelaine, found, seed, issuer, codex):
    """Its access ended days ago, and so long its file was not written."""
    tokens = seed()
    expect.succeeded(chatelaine("lend", "work", "--to", "codex"))
    assert found() == []
    logins.put(codex, logins.codex(issuer.mint("work", -5 * DAY), refresh_token=tokens.refresh_token))
    assert found() == []
    long_ago = time.time() - 4.5 * DAY
    os.utime(codex, (long_ago, long_ago))
    finding, = found()
    assert finding["kind"] == "lent" and "has not been written for 4 days" in finding["message"]
    assert finding["remedy"] == "chatelaine take-back work"


def test_program_that_has_run_since_before_a_switch(chatelaine, found, seed, store, codex, home):
    seed()
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    (home / "codex").write_text("read line\n")
    with subprocess.Popen(["/bin/sh", home / "codex"], stdin=subprocess.PIPE, env={"HOME": str(home)}) as program:
        assert found() == []
        file = store.path / ".chatelaine" / "state.json"
        state = json.loads(file.read_text())
        state["targets"][0]["since"] = "2099-01-01T00:00:00Z"
        file.write_text(json.dumps(state))
        finding, = found()
        program.communicate(b"\n")
    assert finding["kind"] == "running" and finding["fix"] is None
    assert f"codex (process {program.pid}) has run since before codex was switched to 'work'" in finding["message"]
    assert found() == []


# What is around it

def test_renewed_in_the_future(found, store, seed):
    seed()
    value = store.profile("work")
    store.profile_file("work").write_text(json.dumps({**value, "last_refresh": "2099-01-01T00:00:00Z"}))
    finding, = found()
    assert finding["kind"] == "clock" and "renewed at 2099-01-01" in finding["message"]


def test_certificates_and_proxy(chatelaine, seed, tmp_path):
    seed()
    plain = chatelaine("doctor", "--json", env={"SSL_CERT_FILE": "", "https_proxy": ""}).json["environment"]
    assert plain["certificates"] is plain["certificates_from"] is plain["proxy"] is plain["proxy_from"] is None
    env = {"SSL_CERT_FILE": str(tmp_path / "ca.pem"), "https_proxy": "http://me:s3cr@et@proxy.example:3128"}
    result = chatelaine("doctor", "--json", env=env)
    named = result.json["environment"]
    assert (named["certificates"], named["certificates_from"]) == (env["SSL_CERT_FILE"], "SSL_CERT_FILE")
    assert (named["proxy"], named["proxy_from"]) == ("http://proxy.example:3128", "https_proxy")
    text = expect.succeeded(chatelaine("doctor", env=env))
    assert f"certificates: {env['SSL_CERT_FILE']}, by SSL_CERT_FILE\nproxy: http://proxy.example:3128, by https_proxy\n" in text
    assert "s3cr" not in text + result.stdout


# Who renews

def test_nothing_renews(found, seed):
    seed(lifetime=HOUR)
    finding, = found()
    assert finding["kind"] == "keeper"
    assert re.match(r"systemctl --user|\(crontab", finding["remedy"])


def test_timer_renews(found, chatelaine, issuer, seed):
    seed(lifetime=HOUR)
    expect.succeeded(chatelaine("refresh", "--all", "--within", "48h"))
    assert found() == []


def test_usage(chatelaine):
    expect.failed(chatelaine("doctor", "work"), expect.USAGE)
    expect.failed(chatelaine("doctor", "--within", "1h"), expect.USAGE)
