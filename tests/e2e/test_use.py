"""Switching: a program shows the chosen profile at the place where it looks, and no refresh token."""

import shlex
import stat
from pathlib import Path

import consumers
import expect
import pytest

HOUR = 3600


@pytest.fixture
def program(home):
    """A program that was used before: `program("codex")`."""
    return lambda kind="codex": consumers.make(kind, home).install()


def use(chatelaine, *args, **options):
    return expect.succeeded(chatelaine("use", *args, **options))


def snapshot(folder):
    return {path: (path.is_symlink(), path.read_bytes()) for path in sorted(Path(folder).rglob("*"))
            if path.is_file() and not path.name.endswith(".lock")}


# Every program finds the view where it looks, in its own form

@pytest.mark.parametrize("account", ["work", "client", "wide"])
@pytest.mark.parametrize("kind", consumers.KINDS)
def test_every_program_at_its_usual_place(chatelaine, issuer, store, home, seed, kind, account):
    tokens = seed("work", account)
    text = use(chatelaine, "work", "--for", kind, umask=0)
    assert "work" in text and kind in text
    program = consumers.make(kind, home)
    assert program.shows(tokens)
    login = program.read()
    assert login.account in (None, tokens.account.account_id)
    assert login.ends in (None, tokens.expires_at)
    assert program.mode() == 0o600 and not program.path.is_symlink() and program.path.stat().st_nlink == 1
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))
    consumers.no_chain_outside(home, store)
    assert issuer.count() == 0


@pytest.mark.parametrize("umask", [0, 0o077, 0o777])
@pytest.mark.parametrize("kind", consumers.KINDS)
def test_directories_are_made_and_private(chatelaine, home, seed, kind, umask):
    seed()
    use(chatelaine, "work", "--for", kind, umask=umask)
    program = consumers.make(kind, home)
    assert program.mode() == 0o600
    for folder in program.path.parents:
        if folder == home:
            break
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_directory_that_is_there_keeps_its_mode(chatelaine, home, seed):
    seed()
    program = consumers.make("codex", home).install()
    program.path.parent.chmod(0o755)
    use(chatelaine, "work", "--for", "codex")
    assert stat.S_IMODE(program.path.parent.stat().st_mode) == 0o755 and program.mode() == 0o600


@pytest.mark.parametrize("kind, variables, place", [
    ("codex", {"CODEX_HOME": "elsewhere"}, "elsewhere/auth.json"),
    ("codex", {"CODEX_HOME": ""}, ".codex/auth.json"),
    ("litellm", {"CHATGPT_TOKEN_DIR": "elsewhere"}, "elsewhere/auth.json"),
    ("litellm", {"CHATGPT_AUTH_FILE": "mine.json"}, ".config/litellm/chatgpt/mine.json"),
    ("litellm", {"CHATGPT_TOKEN_DIR": "elsewhere", "CHATGPT_AUTH_FILE": "mine.json"}, "elsewhere/mine.json"),
    ("pi", {"PI_CODING_AGENT_DIR": "elsewhere"}, "elsewhere/auth.json"),
    ("opencode", {"XDG_DATA_HOME": "elsewhere"}, "elsewhere/opencode/auth.json"),
    # LiteLLM and OpenHands do not follow the XDG variables.
    ("litellm", {"XDG_CONFIG_HOME": "elsewhere"}, ".config/litellm/chatgpt/auth.json"),
    ("openhands", {"XDG_DATA_HOME": "elsewhere"}, ".openhands/auth/openai_oauth.json"),
], ids=lambda value: "+".join(value) if isinstance(value, dict) else None)
def test_variables_of_the_programs(chatelaine, home, seed, kind, variables, place):
    tokens = seed()
    env = {name: str(home / value) if value == "elsewhere" else value for name, value in variables.items()}
    use(chatelaine, "work", "--for", kind, env=env)
    assert consumers.make(kind, path=home / place).shows(tokens)
    assert len(consumers.files_with(tokens.access_token, home)) == 2


@pytest.mark.parametrize("kind", consumers.KINDS)
@pytest.mark.parametrize("form", ["directory", "slash", "file", "relative"])
def test_any_other_place(chatelaine, home, seed, kind, form):
    tokens = seed()
    folder = home / "volumes" / "one"
    path = folder / consumers.FILE_NAME[kind]
    if form == "directory":
        folder.mkdir(parents=True)
        given = folder
    elif form == "slash":
        given = f"{folder}/"
    elif form == "file":
        path = given = folder / "any.json"
    else:
        given = f"volumes/one/{path.name}"
    use(chatelaine, "work", "--for", f"{kind}={given}", cwd=home)
    assert consumers.make(kind, path=path).shows(tokens)
    assert expect.listed(chatelaine)["work"]["targets"] == [f"{kind}={path}"]


@pytest.mark.parametrize("spec", ["cursor", "codex=", "", "=", "codex=" + "x" * 5000],
                         ids=["kind", "no path", "empty", "no kind", "too long"])
def test_no_such_target(chatelaine, home, seed, spec):
    seed()
    before = snapshot(home)
    expect.failed(chatelaine("use", "work", "--for", spec), expect.USAGE, expect.FAILED, expect.REFUSED)
    assert {path: text for path, text in snapshot(home).items() if ".chatelaine" not in path.parts} == \
        {path: text for path, text in before.items() if ".chatelaine" not in path.parts}


def test_unknown_profile(chatelaine, program, seed):
    tokens = seed()
    codex = program()
    use(chatelaine, "work", "--for", "codex")
    expect.failed(chatelaine("use", "wurk", "--for", "codex"), expect.NOT_FOUND)
    assert codex.shows(tokens)


def test_several_targets_at_once(chatelaine, home, seed):
    tokens = seed()
    use(chatelaine, "work", "--for", "codex", "--for", "openhands", "--for", "pi")
    for kind in ("codex", "openhands", "pi"):
        assert consumers.make(kind, home).shows(tokens)
    assert sorted(expect.listed(chatelaine)["work"]["targets"]) == ["codex", "openhands", "pi"]


def test_one_target_that_fails_does_not_stop_the_others(chatelaine, issuer, program, seed):
    tokens = seed()
    stranger = program("codex").sign_in(issuer.mint("old"))
    openhands = program("openhands")
    message = expect.failed(chatelaine("use", "work", "--for", "codex", "--for", "openhands"), expect.REFUSED)
    assert "codex" in message
    assert openhands.shows(tokens) and program("codex").read().refresh == stranger.refresh


@pytest.mark.parametrize("arguments", [[], ["work", "--none"], ["work", "personal"], ["-", "--none"]])
def test_either_a_name_or_none(chatelaine, seed, arguments):
    seed()
    expect.failed(chatelaine("use", *arguments), expect.USAGE)


# Links

@pytest.mark.parametrize("kind", consumers.KINDS)
def test_link_stays_a_link(chatelaine, home, seed, kind):
    tokens, other = seed(), seed("personal", "personal")
    program = consumers.make(kind, home).install()
    real = home / "dotfiles" / "login.json"
    real.parent.mkdir()
    real.write_text("{}" if kind in consumers.SHARED else "")
    program.path.symlink_to(real)
    use(chatelaine, "work", "--for", kind)
    use(chatelaine, "personal", "--for", kind)
    assert program.path.is_symlink() and program.path.resolve() == real
    assert not real.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o600
    assert program.shows(other) and not consumers.files_with(tokens.access_token, real.parent)


def test_directory_that_is_a_link(chatelaine, home, seed):
    tokens = seed()
    (home / "real").mkdir()
    (home / ".codex").symlink_to("real")
    use(chatelaine, "work", "--for", "codex")
    assert (home / ".codex").is_symlink() and consumers.make("codex", path=home / "real" / "auth.json").shows(tokens)


# Which targets

def test_without_for_the_programs_that_were_used_here(chatelaine, home, seed):
    tokens = seed()
    for kind in ("codex", "pi"):
        consumers.make(kind, home).install()
    use(chatelaine, "work")
    assert {kind for kind in consumers.KINDS if consumers.make(kind, home).path.exists()} == {"codex", "pi"}
    assert consumers.make("codex", home).shows(tokens) and consumers.make("pi", home).shows(tokens)


def test_without_for_those_that_were_switched_before(chatelaine, home, seed):
    seed()
    other = seed("personal", "personal")
    for kind in ("codex", "openhands"):
        consumers.make(kind, home).install()
    use(chatelaine, "work", "--for", "codex")
    use(chatelaine, "personal")
    assert consumers.make("codex", home).shows(other)
    assert not consumers.make("openhands", home).path.exists()


def test_without_for_and_without_any_program(chatelaine, home, store, seed):
    seed()
    message = expect.failed(chatelaine("use", "work"), expect.USAGE)
    assert "--for" in message
    assert [path.name for path in home.iterdir()] == [store.path.name]


# Back and forth

def test_back_and_forth(chatelaine, program, seed):
    work, personal = seed(), seed("personal", "personal")
    codex = program()
    use(chatelaine, "work")
    use(chatelaine, "personal")
    for _ in range(2):
        assert "work" in use(chatelaine, "-")
        assert codex.shows(work)
        assert "personal" in use(chatelaine, "-")
        assert codex.shows(personal)


def test_each_target_has_its_own_before(chatelaine, program, seed):
    tokens = {name: seed(name, account) for name, account in [("a", "work"), ("b", "personal"), ("c", "client")]}
    codex, openhands = program("codex"), program("openhands")
    for name, kind in [("a", "codex"), ("b", "openhands")]:
        use(chatelaine, name, "--for", kind)
    use(chatelaine, "c")
    use(chatelaine, "-")
    assert codex.shows(tokens["a"]) and openhands.shows(tokens["b"])


def test_back_without_a_before(chatelaine, program, seed):
    tokens = seed()
    codex = program()
    use(chatelaine, "work")
    expect.failed(chatelaine("use", "-"), expect.NOT_FOUND)
    assert codex.shows(tokens)


def test_same_again_is_no_before(chatelaine, program, seed):
    seed()
    personal = seed("personal", "personal")
    codex = program()
    for name in ("personal", "work", "work"):
        use(chatelaine, name)
    use(chatelaine, "-")
    assert codex.shows(personal)


@pytest.mark.parametrize("kind", consumers.KINDS)
def test_none_takes_the_view_away(chatelaine, home, store, seed, kind):
    tokens = seed()
    program = consumers.make(kind, home).install()
    use(chatelaine, "work", "--for", kind)
    use(chatelaine, "--none")
    assert program.read() is None
    assert program.path.exists() == (kind in consumers.SHARED)
    assert expect.listed(chatelaine)["work"]["targets"] == []
    assert expect.listed(chatelaine)["work"]["warnings"] == []
    use(chatelaine, "-")
    assert program.shows(tokens)
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work"))


def test_none_of_what_was_never_shown(chatelaine, program, issuer, home, seed):
    seed()
    codex = program()
    use(chatelaine, "--none", "--for", "codex")
    assert not codex.path.exists()
    stranger = codex.sign_in(issuer.mint("old"))
    expect.failed(chatelaine("use", "--none", "--for", "codex"), expect.REFUSED)
    assert codex.read().refresh == stranger.refresh


# What happens to a view later

@pytest.mark.parametrize("kind", consumers.KINDS)
def test_removed_view_comes_back_by_use_alone(chatelaine, home, store, seed, kind):
    seed(lifetime=HOUR)
    program = consumers.make(kind, home).install()
    use(chatelaine, "work", "--for", kind)
    program.log_out()
    entry = expect.listed(chatelaine)["work"]
    assert entry["targets"] == [] and any(f"chatelaine use work --for {kind}" in text for text in entry["warnings"])
    expect.succeeded(chatelaine("refresh", "work"))
    assert program.read() is None
    use(chatelaine, "work")
    assert program.read().access == store.credential("work")["access_token"] and program.read().is_view
    assert expect.listed(chatelaine)["work"]["warnings"] == []


def test_renewal_rewrites_every_view(chatelaine, home, store, seed):
    old = seed(lifetime=HOUR)
    for kind in consumers.KINDS:
        use(chatelaine, "work", "--for", kind)
    use(chatelaine, "work", "--for", f"codex={home}/second/")
    expect.succeeded(chatelaine("refresh", "work"))
    programs = [consumers.make(kind, home) for kind in consumers.KINDS]
    programs.append(consumers.make("codex", path=home / "second" / "auth.json"))
    for program in programs:
        assert program.read().access == store.credential("work")["access_token"], program.kind
        assert program.mode() == 0o600
    assert consumers.files_with(old.access_token, home) == []
    consumers.no_chain_outside(home, store)
    assert expect.listed(chatelaine)["work"]["warnings"] == []


def test_renewal_leaves_other_profiles_alone(chatelaine, home, program, seed):
    seed(lifetime=HOUR)
    personal = seed("personal", "personal")
    codex = program()
    use(chatelaine, "work")
    use(chatelaine, "personal")
    expect.succeeded(chatelaine("refresh", "work"))
    assert codex.shows(personal)


def test_new_sign_in_rewrites_the_views_too(chatelaine, issuer, program, store, agreed, seed):
    seed(lifetime=HOUR)
    codex = program()
    use(chatelaine, "work")
    issuer.approve_next("work")
    expect.succeeded(chatelaine("login", "work", "--json"))
    assert codex.read().access == store.credential("work")["access_token"] and codex.read().is_view


def test_ended_token_is_renewed_before_it_is_shown(chatelaine, issuer, program, store, seed):
    seed(lifetime=-HOUR)
    codex = program()
    use(chatelaine, "work")
    assert issuer.count("token") == 1
    assert codex.read().access == store.credential("work")["access_token"]


def test_profile_that_needs_a_login_is_not_shown(chatelaine, issuer, program, seed):
    seed(lifetime=-HOUR, reason="reused")
    work = seed("other", "personal")
    codex = program()
    use(chatelaine, "other")
    expect.failed(chatelaine("use", "work"), expect.NEEDS_LOGIN)
    assert codex.shows(work) and issuer.count() == 0


# Undo

def test_undo_of_a_deletion_whose_name_is_taken_again(chatelaine, home, store, program, seed):
    tokens = seed()
    codex = program()
    use(chatelaine, "work")
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    seed("work", "personal")
    assert "work-2" in expect.succeeded(chatelaine("undo"))
    assert codex.read() is None, "the deletion came last, not a switch"
    consumers.only_in(tokens.refresh_token, home, store.credential_file("work-2"))


def test_undo_of_a_switch(chatelaine, home, seed):
    work, personal = seed(), seed("personal", "personal")
    programs = [consumers.make(kind, home).install() for kind in ("codex", "pi")]
    use(chatelaine, "work")
    use(chatelaine, "personal")
    text = expect.succeeded(chatelaine("undo"))
    assert "codex" in text and "pi" in text
    for program in programs:
        assert program.shows(work) and not program.shows(personal)
    expect.failed(chatelaine("undo"), expect.NOT_FOUND)


def test_undo_of_the_first_switch_takes_the_view_away(chatelaine, program, seed):
    seed()
    codex = program()
    use(chatelaine, "work")
    expect.succeeded(chatelaine("undo"))
    assert not codex.path.exists()


def test_undo_of_none(chatelaine, program, seed):
    work = seed()
    codex = program()
    use(chatelaine, "work")
    use(chatelaine, "--none")
    expect.succeeded(chatelaine("undo"))
    assert codex.shows(work)


@pytest.mark.parametrize("name", ["work", "acme/client-x"])
def test_undo_of_a_deletion_brings_its_views_back(chatelaine, home, store, seed, name):
    tokens, other = seed(name), seed("personal", "personal")
    for kind in ("codex", "opencode"):
        use(chatelaine, name, "--for", kind)
    use(chatelaine, "personal", "--for", "pi")
    expect.succeeded(chatelaine("delete", name, "--yes"))
    for kind in ("codex", "opencode"):
        assert consumers.make(kind, home).read() is None
    expect.succeeded(chatelaine("undo"))
    for kind in ("codex", "opencode"):
        assert consumers.make(kind, home).shows(tokens)
    assert consumers.make("pi", home).shows(other)
    consumers.only_in(tokens.refresh_token, home, store.credential_file(name))
    assert sorted(expect.listed(chatelaine)[name]["targets"]) == ["codex", "opencode"]


def test_deletion_takes_no_other_view_away(chatelaine, program, seed):
    seed()
    personal = seed("personal", "personal")
    codex = program()
    use(chatelaine, "work")
    use(chatelaine, "personal")
    expect.succeeded(chatelaine("delete", "work", "--yes"))
    assert codex.shows(personal)
    expect.failed(chatelaine("use", "-"), expect.NOT_FOUND)
    assert codex.shows(personal)


@pytest.mark.parametrize("options", [["--sign-out"], ["--purge"]])
def test_login_that_is_gone_for_good_is_shown_nowhere(chatelaine, home, program, seed, options):
    tokens = seed()
    program()
    use(chatelaine, "work")
    expect.succeeded(chatelaine("delete", "work", "--yes", *options))
    assert consumers.files_with(tokens.access_token, home) == []


# What is told about it

def test_list_tells_who_is_used_by_whom(chatelaine, home, seed):
    seed()
    seed("personal", "personal")
    use(chatelaine, "work", "--for", "codex", "--for", "litellm")
    text = expect.succeeded(chatelaine("list"))
    assert "USED BY" in text.splitlines()[0]
    line, = [line for line in text.splitlines() if "dev@example.com" in line]
    assert "codex" in line and "litellm" in line
    entries = expect.listed(chatelaine)
    assert sorted(entries["work"]["targets"]) == ["codex", "litellm"] and entries["personal"]["targets"] == []
    assert {entry["owner"] for entry in entries.values()} == {"chatelaine"}
    shown = chatelaine("show", "work", "--json")
    expect.succeeded(shown)
    assert sorted(expect.shown(shown)["targets"]) == ["codex", "litellm"]
    assert "codex" in expect.succeeded(chatelaine("show", "work"))


def test_login_that_a_program_made_itself_is_told(chatelaine, issuer, program, seed):
    seed()
    codex = program()
    use(chatelaine, "work")
    codex.sign_in(issuer.mint("old"))
    entry = expect.listed(chatelaine)["work"]
    assert entry["targets"] == [] and any("chatelaine import codex" in text for text in entry["warnings"])


def test_audit_tells_of_the_switch(chatelaine, program, store, seed):
    seed()
    program()
    use(chatelaine, "work")
    entry = next(entry for entry in reversed(store.audit()) if entry["event"] == "use")
    assert entry["profile"] == "work" and entry["result"] == "ok"
    assert "rt_" not in str(store.audit()) and "eyJ" not in str(store.audit())


def test_nothing_secret_is_said(chatelaine, program, issuer, seed):
    tokens, stranger = seed(), issuer.mint("old")
    program("codex").sign_in(stranger)
    for arguments in (["--for", "codex"], ["--for", "openhands"]):
        expect.no_secret(chatelaine("use", "work", *arguments), tokens, stranger)


def test_advice_can_be_pasted(chatelaine, home, seed):
    """The command that a warning names works as it stands, whatever the path has in it."""
    tokens = seed()
    codex = consumers.make("codex", path=home / "it's $HOME; a folder" / "auth.json").install()
    place = f"codex={codex.path}"
    expect.succeeded(chatelaine("use", "work", "--for", place))
    codex.path.unlink()
    warning, = expect.listed(chatelaine)["work"]["warnings"]
    words = shlex.split(warning.partition(": chatelaine ")[2])
    assert words == ["use", "work", "--for", place]
    expect.succeeded(chatelaine(*words))
    assert codex.shows(tokens)
