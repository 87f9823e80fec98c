"""The profile of a directory: which one a command without a name is about, and that a file is believed once told to."""

import shutil
import subprocess
from pathlib import Path

import expect
import pytest

DAY = 86400
PROMPTS = Path(__file__).resolve().parents[2] / "contrib" / "prompt"
FILE = ".chatelaine-profile"


@pytest.fixture
def project(home):
    """A directory below home that names a profile."""
    folder = home / "project"
    (folder / "src").mkdir(parents=True)
    (folder / FILE).write_text("work\n")
    return folder


@pytest.fixture
def profiles(seed):
    return {name: seed(name, name, lifetime=5 * DAY + 1800) for name in ("work", "personal")}


def test_nobody_is_believed_at_first(chatelaine, issuer, profiles, project, codex):
    expect.succeeded(chatelaine("use", "personal", "--for", "codex"))
    for words in (["token"], ["show"], ["export", "-f", "env"], ["run", "--", "true"]):
        result = chatelaine(*words, cwd=project / "src")
        message = expect.failed(result, expect.REFUSED)
        assert f"{project}/{FILE} would make 'work' the profile here" in message
        assert f"chatelaine trust {project}\n" in message and result.stdout == ""
    # Who names one is not asked.
    assert chatelaine("token", "personal", cwd=project).stdout.strip() == profiles["personal"].access_token


def test_trusted_once(chatelaine, store, profiles, project, codex):
    expect.succeeded(chatelaine("use", "personal", "--for", "codex"))
    said = expect.succeeded(chatelaine("trust", project))
    assert f"{project}/{FILE} is trusted" in said and "'work'" in said
    assert [entry["event"] for entry in store.audit()][-1] == "trust"
    token = profiles["work"].access_token
    assert chatelaine("token", cwd=project).stdout == f"{token}\n"
    # A file goes before what programs show, a name before the file.
    assert chatelaine("token", cwd=project / "src").stdout == f"{token}\n"
    for words, name, chosen_by in ((["personal"], "personal", None), ([], "work", f"{project}/{FILE}")):
        entry = chatelaine("show", "--json", *words, cwd=project).json
        assert (entry["name"], entry["chosen_by"]) == (name, chosen_by)
    assert chatelaine("run", "--", "sh", "-c", "cat $CODEX_HOME/auth.json", cwd=project).stdout.count(token) == 1
    assert f"\nchosen by     {project}/{FILE}\n" in expect.succeeded(chatelaine("show", cwd=project))
    assert f"profile here: 'work', by {project}/{FILE}\n" in chatelaine("doctor", cwd=project).stdout
    (project / FILE).write_text("personal\n")
    assert "is not what it was" in chatelaine("doctor", "--json", cwd=project).json["here"]["trouble"]
    message = expect.failed(chatelaine("token", cwd=project), expect.REFUSED)
    assert "is not what it was" in message and "'personal'" in message
    expect.succeeded(chatelaine("trust", cwd=project / "src"))
    assert chatelaine("token", cwd=project).stdout.strip() == profiles["personal"].access_token


def test_without_a_file_it_is_what_programs_show(chatelaine, profiles, home, codex):
    assert "NAME" in expect.failed(chatelaine("token", cwd=home), expect.USAGE)
    expect.succeeded(chatelaine("use", "work", "--for", "codex"))
    assert chatelaine("token", cwd=home).stdout.strip() == profiles["work"].access_token
    assert chatelaine("show", "--json", cwd=home).json["chosen_by"] == "programs"
    assert "\nchosen by     the programs that show it\n" in expect.succeeded(chatelaine("show", cwd=home))
    expect.succeeded(chatelaine("use", "personal", "--for", "pi"))
    assert "'work' and 'personal'" in expect.failed(chatelaine("token", cwd=home), expect.NOT_FOUND)


def test_trust_of_what_is_none(chatelaine, home):
    expect.failed(chatelaine("trust", cwd=home), expect.NOT_FOUND)
    expect.failed(chatelaine("trust", home), expect.NOT_FOUND)
    (home / FILE).write_text("work\nhome\n")
    assert "one line" in expect.failed(chatelaine("trust", cwd=home), expect.REFUSED)
    (home / FILE).write_text("\x1b[2J\n")
    expect.failed(chatelaine("trust", cwd=home), expect.REFUSED)


def test_variables_for_a_shell(chatelaine, env, build, profiles, project):
    expect.succeeded(chatelaine("trust", project))
    shell = subprocess.run(["sh", "-c", 'eval "$(chatelaine export -f env)"; printf %s "$LLM_API_KEY"'], cwd=project,
                           env={**env, "PATH": f"{build}:{env['PATH']}"}, capture_output=True, text=True, check=True)
    assert (shell.stdout, shell.stderr) == (profiles["work"].access_token, "")


@pytest.mark.parametrize("shell, options, script", [
    ("bash", ["--norc"], "chatelaine.sh"), ("zsh", ["-f"], "chatelaine.sh"), ("fish", ["--no-config"], "chatelaine.fish")])
def test_prompt(chatelaine, issuer, env, build, profiles, project, shell, options, script):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")

    def prompt(folder):
        result = subprocess.run([shell, *options, "-c", f". {PROMPTS}/{script}; chatelaine_prompt"], cwd=folder,
                                env={**env, "PATH": f"{build}:{env['PATH']}"}, capture_output=True, text=True)
        assert result.stderr == ""
        return result.stdout
    assert prompt(project) == "[?] "
    expect.succeeded(chatelaine("trust", project))
    assert prompt(project / "src") == "[work 5d 0h] "
    assert prompt(project.parent) == ""
    assert issuer.count() == 0
