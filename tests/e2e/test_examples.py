"""Every example of the README, the manuals and the pages of doc/: it runs, in its order, and says what is shown.

A document is one story: its commands run one after another in a fresh home, with the logins that it starts from.
Where it shows an output, that is compared, but for numbers, codes and columns. Programs that are not ours are
stand-ins, and /srv and /var are below the test's directory.
"""

import re
from pathlib import Path

import consumers
import expect
import pytest
from program import Program

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("codex", "curl", "docker", "gh", "jq", "journalctl", "loginctl", "systemctl", "systemd-analyze",
            "systemd-escape")
STAND_IN = "#!/bin/sh\ncat > /dev/null\n"
# What makes the directory for the user of a container, which only root could give away.
INSTALL = "#!/bin/sh\nfor last; do :; done\nmkdir -p \"$last\" && chmod 0700 \"$last\"\n"


def blocks(document):
    text = (ROOT / document).read_text()
    if document.endswith(".md"):
        return re.findall(r"^```\n(.*?)^```$", text, re.M | re.S)
    found = re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", text, re.M | re.S)
    return [block.replace("\\e", "\\").replace("\\-", "-").replace("\\(dq", '"') for block in found]


def examples(document):
    """Each command, and what is shown below it. The next line belongs to a command that cannot end there."""
    for block in blocks(document):
        command, shown = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, shown
                command, shown = line[2:], []
            elif command and not shown and re.search(r"(\\|\||&&)$", command):
                command += "\n" + line
            elif command:
                shown.append(line)
        if command:
            yield command, shown


def normal(text):
    """What stays the same whenever and wherever it is run."""
    text = re.sub(r"\b[0-9A-Z]{4}-[0-9A-Z]{5}\b", "CODE", text)
    text = re.sub(r"\d+", "0", text)
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.strip()]


@pytest.fixture
def world(build, chatelaine, codex, env, home, issuer, seed, tmp_path):
    """Runs a document; what is at a fixed place in it is below `tmp_path`."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "chatelaine").symlink_to(build / "chatelaine")
    scripts = {name: STAND_IN for name in PROGRAMS} | {"install": INSTALL}
    for file in [*(folder / name for name in scripts), home / "agent.sh"]:
        file.write_text(scripts.get(file.name, STAND_IN))
        file.chmod(0o755)
    for path in ("srv/job/codex", "var/lib/prometheus/node-exporter", "srv/agent/codex", "srv/tenants/acme/auth"):
        (tmp_path / path).mkdir(parents=True)
    # The usual places, which the documents speak of.
    del env["CHATELAINE_STORE"]
    env["PATH"] = f"{folder}:{env['PATH']}"
    env["LC_ALL"] = "C.UTF-8"

    def here(text):
        return re.sub(r"(?<![\w./])/(?=(srv|var/lib)/)", f"{tmp_path}/", text)

    def there(text):
        """The same output on the machine of the documents."""
        return text.replace(f"{tmp_path}/srv/", "/srv/").replace(str(home), "/home/dana").replace(
            env["CHATELAINE_ISSUER"], "https://auth.openai.com").replace("CHATELAINE_ISSUER", "default")

    def run(document, statuses=()):
        count = 0
        for command, shown in examples(document):
            if login := re.search(r"\bchatelaine login (\S+)", command):
                # Approved at once there is no code to show.
                issuer.approve_after = 0.1 if shown else None
                if not shown:
                    issuer.approve_next(login[1] if login[1] in ("work", "personal") else "newcomer")
            result = Program(["sh", "-c", here(command)], env=env, cwd=home, input="").finish()
            said = there(result.stdout + result.stderr)
            refused = shown and shown[0].startswith("chatelaine: ")
            allowed = dict(statuses).get(command, {0})
            assert (result.status != 0) if refused else (result.status in allowed), \
                f"{document}: $ {command}\nexit {result.status}: {said}"
            if shown:
                assert normal(said) == normal(there("\n".join(shown))), f"{document}: $ {command}"
            count += 1
        return count

    return run


@pytest.fixture
def usual_store(home):
    return home / ".local" / "share" / "chatelaine"


def agree(usual_store):
    from storedir import StoreDir
    StoreDir(usual_store).agree_to_terms()


def test_readme(world, chatelaine, home, issuer, usual_store):
    from issuer.seed import seed_demo
    agree(usual_store)
    seed_demo(issuer, usual_store)
    consumers.make("openhands", home).install()
    expect.succeeded(chatelaine("use", "work", "--for", "openhands", "--for", "codex"))
    assert world("README.md") > 15


def test_manual(world, home, issuer, usual_store):
    agree(usual_store)
    consumers.make("codex", home).sign_in(issuer.mint("client"))
    assert world("man/chatelaine.1") > 15


def test_manual_of_keep(world, usual_store):
    assert world("man/chatelaine-keep.8", {"chatelaine doctor": {0, 1}}) == 3


def test_deployments(world, home, issuer, usual_store, tmp_path):
    agree(usual_store)
    consumers.make("codex", home).sign_in(issuer.mint("personal"))
    volume = tmp_path / "srv" / "volumes" / "acme" / "client-x" / "openai_oauth.json"
    consumers.make("openhands", path=volume).sign_in(issuer.mint("client"))
    for folder in (volume.parent, volume.parents[1], volume.parents[2]):
        folder.chmod(0o700)
    assert world("doc/deployments.md") > 15


def test_every_document_is_run():
    """A document with commands of ours that no test above runs would rot."""
    with_examples = {str(file.relative_to(ROOT)) for file in [*ROOT.glob("*.md"), *ROOT.glob("doc/*.md"),
                     *ROOT.glob("man/*.[1-9]")] if list(examples(str(file.relative_to(ROOT))))}
    assert with_examples == {"README.md", "doc/deployments.md", "man/chatelaine.1", "man/chatelaine-keep.8"}
