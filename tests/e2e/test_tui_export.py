"""The export dialog: what it writes is what the command writes, and it shows no secret."""

import os
import re
import stat

import expect
import pytest
import vt
from interface import focus, said, the_list, wait_selected, words

DAY = 86400
FORMATS = ["openhands-llm", "openhands-settings", "openhands-python", "openhands-credential", "codex", "opencode",
           "litellm", "pi", "env", "curl"]
SECRET = [name for name in FORMATS if name != "openhands-settings"]


@pytest.fixture
def dialog(tui, seed):
    """The dialog at a format; `dialog.tokens` are those of the profile."""
    def start(name="openhands-llm", **options):
        start.tokens = seed("work", lifetime=9 * DAY)
        t = tui(**options)
        wait_selected(t, "work")
        t.send("e")
        t.wait_for("Format")
        t.send(*["Right"] * FORMATS.index(name))
        t.wait_for(re.compile(rf"Format +\S {name} "))
        return t
    return start


def file_named(t, path):
    focus(t, "Tab", "File ")
    t.send("Ctrl-U", str(path))
    # The end of a long one is in view.
    t.wait_for(str(path)[-20:])


def no_token_was_shown(t, tokens):
    for secret in (tokens.access_token, tokens.refresh_token, tokens.id_token):
        for part in (secret[:24], secret[-24:], secret[len(secret) // 2:][:24]):
            assert part.encode() not in t.raw


# Files

@pytest.mark.parametrize("name", FORMATS)
def test_file_is_what_the_command_writes(dialog, chatelaine, home, name):
    t = dialog(name)
    suggested = re.search(r"File +(\S+)", t.text)[1]
    t.send("Enter")
    said(t, "wrote /")
    assert the_list(t)
    written, = (path for path in home.iterdir() if path.is_file())
    assert str(written).endswith(suggested), "the end of a long name is in view"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    by_command = home / "by-command"
    expect.succeeded(chatelaine("export", "work", "--format", name, "--output", by_command))
    assert written.read_bytes() == by_command.read_bytes()
    no_token_was_shown(t, dialog.tokens)


def test_file_of_another_name(dialog, home, tmp_path):
    t = dialog("codex")
    file_named(t, tmp_path / "x" / "my auth.json")
    t.send("Enter")
    said(t, "cannot|No such file")
    assert "Format" in t.text, "the dialog stays, so that one can mend it"
    (tmp_path / "x").mkdir()
    t.send("Enter")
    said(t, "wrote ")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["my auth.json"]
    assert list(home.glob("*.json")) == []


def test_chosen_and_typed_model(dialog, home):
    t = dialog("openhands-settings")
    focus(t, "Tab", "Model ")
    t.send("Right")
    t.wait_for("gpt-5.6 ")
    t.send("Ctrl-U", "gpt-7.1-made-up")
    t.wait_for("gpt-7.1-made-up")
    t.send("Enter")
    said(t, "wrote ")
    assert "gpt-7.1-made-up" in next(home.glob("*.json")).read_text()


@pytest.mark.parametrize("model", ["", "a b", "a\"b", "é"])
def test_model_that_is_none(dialog, home, model):
    t = dialog()
    focus(t, "Tab", "Model ")
    t.send("Ctrl-U", model, "Enter")
    said(t, "is not the name of a model")
    assert list(home.glob("*.json")) == []


def test_no_file_named(dialog, home):
    t = dialog()
    focus(t, "Tab", "File ")
    t.send("Ctrl-U", "Enter")
    said(t, "name a file")
    assert list(home.glob("*.json")) == []


def test_formats_go_round(dialog):
    t = dialog()
    t.send("Left")
    t.wait_for("curl")
    t.send("Right")
    t.wait_for("openhands-llm")


@pytest.mark.parametrize("name", SECRET)
def test_secret_is_refused_in_a_git_work_tree(dialog, home, git, name):
    (home / ".git").mkdir()
    t = dialog(name)
    t.send("Enter")
    said(t, "git work tree")
    assert "Format" in t.text
    assert [path for path in home.iterdir() if path.is_file()] == []
    t.send("Esc")
    t.wait_for(the_list)


def test_settings_without_a_secret_go_into_a_git_work_tree(dialog, home):
    (home / ".git").mkdir()
    t = dialog("openhands-settings")
    t.send("Enter")
    said(t, "wrote ")


def test_target_that_is_no_file(dialog, home):
    os.mkfifo(home / "fifo")
    t = dialog()
    file_named(t, home / "fifo")
    t.send("Enter")
    said(t, "is not a file")
    assert stat.S_ISFIFO((home / "fifo").lstat().st_mode)


# The clipboard

@pytest.mark.parametrize("name", FORMATS)
def test_clipboard_gets_what_the_command_prints(dialog, chatelaine, home, name):
    t = dialog(name)
    focus(t, "Tab", "To ")
    t.send("Right")
    t.wait_for("clipboard (OSC 52)")
    t.send("Enter")
    said(t, "Sent to your terminal's clipboard, if it takes that")
    printed = expect.succeeded(chatelaine("export", "work", "--format", name))
    assert vt.clipboard(t.raw) == [printed.encode()]
    assert [path for path in home.iterdir() if path.is_file()] == []
    vt.assert_only_terminfo(t.raw, clipboard=True)


# What is seen

@pytest.mark.parametrize("cols, rows", [(80, 24), (40, 10), (200, 60)])
def test_preview_shows_no_secret(dialog, cols, rows):
    t = dialog(cols=cols, rows=rows)
    for name in [*FORMATS[1:], FORMATS[0]]:
        t.send("Right")
        t.wait_for(re.compile(rf"Format +\S {name} "))
        if rows == 60 and name in SECRET:
            assert "**********" in t.text
    t.send("Esc")
    t.wait_for(the_list)
    no_token_was_shown(t, dialog.tokens)


def test_preview_is_what_will_be_written_but_for_the_secrets(dialog, home):
    t = dialog("openhands-credential")
    shown = words(t)
    t.send("Enter")
    said(t, "wrote ")
    text = (home / "openai_oauth.json").read_text().replace(dialog.tokens.access_token, "**********")
    assert " ".join(text.split()) in shown


def test_esc_writes_nothing(dialog, home, store):
    t = dialog()
    focus(t, "Tab", "File ")
    t.send("x", "Esc")
    t.wait_for(the_list)
    assert [path for path in home.iterdir() if path.is_file()] == []
    assert store.audit() == []


def test_export_is_noted_without_the_secret(dialog, store):
    t = dialog("env")
    t.send("Enter")
    said(t, "wrote ")
    entry = store.audit()[-1]
    assert (entry["event"], entry["profile"]) == ("export", "work") and "env" in str(entry)
    assert "eyJ" not in str(store.audit())


@pytest.mark.parametrize("state, told", [(dict(lifetime=-60), "is over.*[Rr]enew"),
                                         (dict(lifetime=-60, reason="reused"), "is over.*signs? in again")])
def test_login_that_is_over_is_not_handed_over(tui, seed, home, state, told):
    seed("work", **state)
    t = tui()
    wait_selected(t, "work")
    t.send("e")
    said(t, told, timeout=3)
    t.send("Enter")
    said(t, told)
    assert list(home.glob("*.json")) == []


def test_letters_are_text_in_a_field(dialog, home):
    """`q` and the like are keys elsewhere."""
    t = dialog()
    file_named(t, home / "qz?adeir")
    t.send("Backspace", "Backspace", "Enter")
    said(t, "wrote ")
    assert (home / "qz?ade").exists()


def test_preview_scrolls_in_a_small_window(dialog):
    t = dialog(cols=40, rows=10)
    assert "usage_id" not in t.text
    for _ in range(20):
        if "more below" in t.text:
            before = t.text
            t.send("PageDown")
            t.wait_for(lambda t, before=before: t.text != before)
    assert re.search(r"^│ }", t.text, re.M)


def test_refusal_is_told_to_its_end_in_a_small_window(dialog, home):
    (home / "a-tree" / ".git").mkdir(parents=True)
    t = dialog(cols=40, rows=10)
    file_named(t, home / "a-tree" / "a-file.json")
    t.send("Enter")
    said(t, "git work tree.*choose another place")
