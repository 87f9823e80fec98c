"""Whatever stands in a file, an answer, an argument or a variable: no command says more to a terminal than text.

The texts are made by chance, with a fixed seed: some hundreds, ten thousand with CHATELAINE_THOROUGH=1."""

import collections.abc
import dataclasses
import json
import os

import logins
import pytest
import vt
from interface import SCREENS as SCREEN_KEYS, back_to_the_list, said, selected, the_list, wait_selected
from issuer.accounts import find
from issuer.answers import Refusal
from strings import MANY, hostile, in_groups
from test_plain import Plain

HOUR, DAY = 3600, 86400
LOOKS = ["list", "list --json", "list --check", "usage", "usage --json", "doctor", "doctor --json", "audit", "audit --json",
         "metrics", "use", "config", "refresh --all"]
FIELDS = ["email", "plan", "label", "owner", "user_id", "account_id", "created_at", "last_refresh"]


def harmless(result, codec="utf-8"):
    vt.assert_clean_text(result.stdout_bytes, codec)
    vt.assert_clean_text(result.stderr_bytes, codec)
    assert result.status in (0, 1, 2, 3, 4, 5, 6, 7), result
    return result


def look(chatelaine, commands=LOOKS, lang="C.UTF-8"):
    for command in commands:
        harmless(chatelaine(*command.split(), env={"LANG": lang}),
                 "ascii" if lang == "C" or "--json" in command else "utf-8")


@pytest.fixture
def profiles(seed, store):
    """Seeds a profile for each group of texts; what they are put into is up to the test."""
    def make(groups, **options):
        names = [f"p{number:04}" for number in range(len(groups))]
        for name in names:
            seed(name, lifetime=9 * DAY, **options)
        return names
    return make


@pytest.fixture
def stored(profiles, store):
    """A store whose profiles have such texts in every field."""
    groups = in_groups(hostile(1, MANY), len(FIELDS) + 1)
    names = profiles(groups)
    for name, group in zip(names, groups):
        error = {"reason": "reused", "message": group[-1], "generation": 1}
        profile = {**store.profile(name), **dict(zip(FIELDS, group)), "error": error}
        store.profile_file(name).write_text(json.dumps(profile))
    return names


def walk(t, names, screens):
    """Over the whole list, and through the screens of some profiles."""
    t.wait_for(the_list)
    for name in names:
        t.send("Home" if name == names[0] else "PageDown")
        t.wait_for(lambda t: selected(t))
        for keys, sign in screens:
            t.send(*keys)
            t.wait_for(sign)
            back_to_the_list(t)
    t.send("End")
    wait_selected(t, selected(t))
    t.send("q")
    t.wait_exit()
    vt.assert_only_terminfo(t.raw, t.term, codec=t.codec)


SCREENS = [(["Enter"], "Esc Back"), (["d"], "Esc Cancel"), (["e"], "Esc Cancel"), (["u"], "Esc Cancel")]
STORE_SCREENS = [(["!"], "Look again"), (["m"], "Messages")]


@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
def test_fields_of_profiles(chatelaine, stored, lang):
    look(chatelaine, LOOKS + [f"show {name}" for name in stored[:40]] + [f"export {stored[0]} --format curl"], lang)


@pytest.mark.parametrize("term, lang", [("xterm-256color", "C.UTF-8"), ("linux", "C")])
def test_fields_of_profiles_in_the_interface(tui, stored, term, lang):
    walk(tui(term=term, lang=lang, rows=40), stored[::max(1, len(stored) // 4)], SCREENS)


def test_fields_of_profiles_in_lines(tui, stored):
    plain = Plain(tui)
    for line in ("list", "show 1", "show 9", "doctor", "audit"):
        plain.say(line)
    plain.t.type("quit\r")
    plain.t.wait_exit()
    vt.assert_clean_text(plain.t.raw.replace(b"\r\n", b"\n"))


# What a server says

@pytest.fixture
def refusing(issuer, profiles, monkeypatch):
    """The issuer refuses each renewal with a text of its own."""
    texts = hostile(2, MANY // 12)
    left = iter(texts)
    codes = ["refresh_token_expired", "refresh_token_reused", "invalid_grant", "server_error"]

    def refuse(token):
        text = next(left)
        raise Refusal(401 if len(text) % 4 else 400, text if len(text) % 3 == 0 else codes[len(text) % 4], text)
    monkeypatch.setattr(issuer.chains, "spend", refuse)
    return profiles(texts)


def test_words_of_refusals(chatelaine, tui, store, refusing):
    harmless(chatelaine("refresh", "--all", timeout=120))
    look(chatelaine, LOOKS[:2] + ["audit", "audit --json", "doctor"] + [f"show {name}" for name in refusing[:20]])
    walk(tui(rows=40), refusing[:2], SCREENS[:1])
    for line in (store.path / ".chatelaine" / "audit.jsonl").read_bytes().splitlines():
        vt.assert_clean_text(line, "ascii")


def test_claims_of_tokens(chatelaine, tui, issuer, profiles, monkeypatch):
    groups = in_groups(hostile(3, MANY // 4), 3)
    left, begin = iter(groups), issuer.chains.begin

    def spend(token):
        email, plan, name = next(left)
        return begin(dataclasses.replace(find("work"), email=email, plan=plan, name=name))
    names = profiles(groups)
    monkeypatch.setattr(issuer.chains, "spend", spend)
    harmless(chatelaine("refresh", "--all", timeout=120))
    look(chatelaine, LOOKS[:2] + ["doctor"] + [f"show {name}" for name in names[:20]])
    walk(tui(rows=40), names[:2], SCREENS[:1])


class Answers(collections.abc.Mapping):
    """Members of the usage answer, others each time."""

    def __init__(self, texts):
        self._texts = iter(texts)

    def __iter__(self):
        return iter(["plan_type", "email", "user_id", "credits", "additional_rate_limits", "rate_limit_reached_type"])

    def __len__(self):
        return 6

    def __getitem__(self, key):
        text = next(self._texts)
        if key == "credits":
            return {"has_credits": True, "unlimited": False, "balance": text}
        if key == "additional_rate_limits":
            return [{"limit_name": text, "metered_feature": text, "rate_limit": {
                "allowed": True, "limit_reached": False, "secondary_window": None, "primary_window": {
                    "used_percent": 5, "limit_window_seconds": 18000, "reset_after_seconds": 5, "reset_at": 2000000000}}}]
        return text


def test_words_of_the_usage(chatelaine, tui, issuer, profiles):
    texts = hostile(4, MANY // 4)
    issuer.usage = Answers(texts + hostile(5, 6))
    names = profiles(in_groups(texts, 6))
    for name in names:
        harmless(chatelaine("usage", name))
    look(chatelaine, ["usage", "usage --json", "list"])
    t = tui(rows=40)
    wait_selected(t, names[0])
    t.send("U")
    said(t, "ago|just now")
    back_to_the_list(t)
    vt.assert_only_terminfo(t.raw, t.term)


# What files say

def test_lines_of_the_audit_log(chatelaine, tui, store, seed):
    seed()
    folder = store.path / ".chatelaine"
    folder.mkdir(mode=0o700, exist_ok=True)
    keys = ["event", "profile", "result", "detail", "tty", "host", "at"]
    lines = [json.dumps({"schema": 1, "at": "2026-11-01T00:00:00Z", "uid": 0, "pid": 1, **dict(zip(keys, group))},
                        ensure_ascii=number % 2 == 0)
             for number, group in enumerate(in_groups(hostile(6, MANY), len(keys)))]
    lines += hostile(7, MANY // 10, raw=True)
    file = folder / "audit.jsonl"
    file.write_text("\n".join(lines) + "\n", errors="surrogateescape")
    file.chmod(0o600)
    for lang in ("C.UTF-8", "C"):
        look(chatelaine, ["audit", "audit --json", "doctor"], lang)
    t = tui(rows=60)
    keys, sign = SCREEN_KEYS["audit"]
    t.wait_for(the_list)
    t.send(*keys)
    t.wait_for(sign)
    for key in ("PageUp", "Home", "PageDown", "End"):
        t.send(key)
    back_to_the_list(t)
    vt.assert_only_terminfo(t.raw, t.term)


def test_names_of_files(chatelaine, tui, store, seed, home):
    seed()
    names = [os.fsencode(text.replace("/", "_"))[:200] for text in hostile(8, MANY // 10, raw=True)]
    for folder in (store.path, store.profile_dir("work"), home, home / ".codex"):
        folder.mkdir(mode=0o700, exist_ok=True)
        for number, name in enumerate(sorted(set(names) - {b".", b"..", b"work"})):
            place = os.path.join(os.fsencode(folder), name)
            if number % 2:
                os.mkdir(place, 0o700)
                place = os.path.join(place, b"credential.json")
            with open(place, "w") as file:
                file.write(json.dumps({"tokens": {"refresh_token": "rt_" + "x" * 60}}))
    look(chatelaine)
    walk(tui(), ["work"], SCREENS[:1] + STORE_SCREENS[:1])


def test_words_of_our_own_records(chatelaine, tui, store, seed, home):
    """Targets, usage, moves, waiting sign-ins: all may have been written by somebody else."""
    texts = iter(hostile(9, 10 * MANY))
    seed()
    folder = store.path / ".chatelaine"
    for part in ("waiting", "pending", "moves", "usage"):
        (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(MANY // 30):
        (folder / "state.json").write_text(json.dumps({"schema": 1, "targets": [
            {"kind": kind, "path": path, "profile": next(texts), "previous": next(texts), "digest": next(texts), "undo": next(texts),
             "generation": 1, "expires_at": next(texts)}
            for kind, path in (("codex", "/" + next(texts)), (next(texts), "/x"), ("pi", next(texts)))]}))
        for part, record in (
                ("waiting", {"issuer": next(texts), "device_auth_id": next(texts), "user_code": next(texts), "interval": 1,
                             "since": "2026-11-01T00:00:00Z", "ends": "2036-11-01T00:00:00Z", "replace": False}),
                ("pending", {"operation": next(texts), "at": next(texts), "issuer": next(texts), "generation": 1}),
                ("moves", {"operation": "lend", "kind": next(texts), "path": "/" + next(texts), "to": next(texts)}),
                ("usage", {"fetched_at": "2026-11-01T00:00:00Z", "plan": next(texts), "user_id": next(texts)})):
            for name in ("work", "new"):
                file = folder / part / name
                file.write_text(json.dumps({"schema": 1, **record}))
                file.chmod(0o600)
        look(chatelaine, ["list", "list --json", "show work", "use", "use --json", "usage work", "doctor", "doctor --json"])


def test_words_of_other_programs_files(chatelaine, seed, issuer, codex):
    seed()
    for number, group in enumerate(in_groups(hostile(10, MANY // 8), 3)):
        account = dataclasses.replace(find("personal"), email=group[0], plan=group[1], user_id=f"user-{number}")
        logins.put(codex, {**logins.codex(issuer.mint(account)), "last_refresh": group[2], group[1]: group[2]})
        look(chatelaine, ["doctor", "import codex --json", "import codex", "list", "show login"])


def test_lines_of_the_config_file(chatelaine, home, seed):
    file = home / ".config" / "chatelaine" / "config"
    file.parent.mkdir(parents=True)
    keys = ["store", "issuer", "targets", "window", "model", "theme", "clock"]
    for number, text in enumerate(hostile(11, MANY // 8, raw=True)):
        line = f"{keys[number % 7]} = {text}" if number % 3 else f"{text} = 1"
        file.write_text(line + "\n", errors="surrogateescape")
        file.chmod(0o600)
        for command in ("config", "config --json", "list"):
            harmless(chatelaine(*command.split(), env={"CHATELAINE_STORE": None, "CHATELAINE_ISSUER": None}))


# What a person, or a script, says

def test_arguments(chatelaine, seed, tmp_path):
    seed()
    shapes = [["{}"], ["--{}"], ["show", "{}"], ["login", "{}"], ["rename", "work", "{}"], ["export", "work", "--format", "{}"],
              ["export", "work", "--format", "codex", "--output", "{}"], ["import", "{}"], ["help", "{}"], ["config", "{}", "x"],
              ["config", "model", "{}"], ["--store", "/nowhere/{}", "list"], ["--config", "{}", "list"], ["use", "work", "--for", "{}"],
              ["run", "work", "--", "{}"], ["audit", "--since", "{}"], ["keep", "--window", "{}"], ["completion", "{}"],
              ["list", "--tenant", "{}"], ["show", "work", "{}"]]
    texts = hostile(12, max(MANY // 5, len(shapes)), raw=True)
    for number, text in enumerate(texts):
        shape = shapes[number % len(shapes)]
        result = chatelaine(*(word.replace("{}", text) for word in shape), cwd=tmp_path)
        assert result.status in (0, 1, 2, 3, 4, 5, 6, 126, 127), result
        vt.assert_clean_text(result.stdout_bytes)
        if shape[0] != "run":
            vt.assert_clean_text(result.stderr_bytes)


VARIABLES = ["HOME", "CHATELAINE_STORE", "CHATELAINE_ISSUER", "CHATELAINE_BACKEND", "CHATELAINE_OAUTH", "XDG_CONFIG_HOME",
             "XDG_DATA_HOME", "CODEX_HOME", "TZ", "LANG", "LC_ALL", "SSH_CONNECTION", "COLORFGBG", "TERM", "TMUX", "STY", "PATH",
             "SSL_CERT_FILE", "https_proxy", "PI_CODING_AGENT_DIR", "XDG_RUNTIME_DIR", "USER"]


def test_variables(chatelaine, seed, tmp_path):
    seed(lifetime=9 * DAY)
    for number, text in enumerate(hostile(13, MANY // 50, raw=True)):
        text = text.replace("/", "")[:200]
        for variable in VARIABLES[number % 3::3]:
            value = str(tmp_path / "x") + text if variable.endswith(("HOME", "STORE")) else text
            for command in ("list", "refresh work", "doctor", "use", "audit")[number % 2::2]:
                harmless(chatelaine(*command.split(), env={variable: value}, cwd=tmp_path))


def test_variables_in_the_interface(tui, seed, tmp_path):
    seed()
    text = "".join(hostile(14, 12, raw=True)).replace("/", "")[:150]
    for variable in ("HOME", "CHATELAINE_STORE", "CHATELAINE_ISSUER", "COLORFGBG", "TZ", "SSH_CONNECTION", "TMUX", "CODEX_HOME"):
        value = str(tmp_path / "x") + text if variable.endswith(("HOME", "STORE")) else text
        t = tui(env={variable: value})
        t.wait_for(lambda t: t.ended() or the_list(t))
        if not t.ended():
            t.send("q")
            t.wait_exit()
        vt.assert_only_terminfo(t.raw.replace(b"\r\n", b""), t.term)
