"""Terminals of all kinds, and inside a real tmux."""

import os
import random
import signal
import subprocess
import tempfile

import expect
import picture
import pytest
import vt
from interface import back_to_the_list, code_shown, said, type_name, wait_selected


# Those that cannot show it

@pytest.mark.parametrize("term", ["dumb", None, ""])
def test_without_a_cursor_to_move_there_is_the_list(tui, seed, term):
    seed()
    t = tui(env={"TERM": term})
    assert t.wait_exit() == 0
    assert "dev@example.com" in t.text
    said_so = " ".join(t.text.split())
    assert "terminal" in said_so and "chatelaine help" in said_so
    assert b"\x1b" not in t.raw


@pytest.mark.parametrize("term", ["no-such-terminal", "unknown", "../../etc/passwd", "x" * 5000], ids=lambda term: term[:20])
def test_unknown_terminal_is_told_with_the_next_step(tui, seed, term):
    seed()
    t = tui(env={"TERM": term})
    assert t.wait_exit() in (expect.FAILED, expect.USAGE)
    text = " ".join(t.text.split())
    assert text.startswith("chatelaine: ") and "TERM" in text and "chatelaine list" in text
    assert b"\x1b" not in t.raw
    assert t.termios() == t.termios_at_start


def hostile_terminfo(folder):
    """Descriptions of terminals as a stranger, or a broken disk, would make them: name -> the first bytes of a key."""
    folder.mkdir()
    subprocess.run(["tic", "-x", "-o", folder, "-"], check=True, stderr=subprocess.DEVNULL, text=True, input="".join([
        # Numbers that are taken from an empty stack, an if without an end, a width of its own, endless text.
        "stack|x,am,cols#80,lines#24,cup=%d%d%+%-%p9%s%p9%d,clear=%?%t%e%?%p1%t,setaf=%p1%*%*%c,el=%999999d,\n",
        f"long|x,am,cols#80,lines#24,cup=\\E[%i%p1%d;%p2%dH,clear={'x' * 2000},sgr0={'y' * 2000},smcup={'z' * 2000},\n",
        "size|x,am,cols#32767,lines#32767,cup=\\E[%i%p1%d;%p2%dH,clear=\\E[2J,\n",
        "none|x,am,cols#0,lines#0,it#0,colors#0,pairs#0,cup=\\E[%i%p1%d;%p2%dH,clear=\\E[2J,\n",
        "keys|x,am,cols#80,lines#24,cup=\\E[%i%p1%d;%p2%dH,clear=\\E[2J,kcuu1=q,kcud1=,kent=\\E,khome=qq,\n"]))
    good, = folder.rglob("keys")
    data = good.read_bytes()
    (good.parent / "kcut").write_bytes(data[:len(data) // 2])
    (good.parent / "khuge").write_bytes(data[:2] + b"\xff\x7f" * 5 + data[12:])
    (good.parent / "krandom").write_bytes(random.Random(7).randbytes(4096))
    (good.parent / "kempty").write_bytes(b"")


@pytest.mark.parametrize("term", ["stack", "long", "size", "none", "keys", "kcut", "khuge", "krandom", "kempty"])
def test_description_that_is_hostile_does_no_harm(tui, seed, tmp_path, term):
    """It is refused, or used for what it is: never a crash, and the terminal is given back."""
    hostile_terminfo(tmp_path / "terminfo")
    seed()
    t = tui(env={"TERM": term, "TERMINFO": tmp_path / "terminfo"})
    t.wait_for(lambda t: t.ended() or t.raw)
    for key in ("j", "Enter", "Esc", "q", "q"):
        if not t.ended():
            t.send(key)
    if not t.ended():
        t.send("Ctrl-C")
    # Where it is about to say that it cannot, an interrupt may be what ends it.
    assert t.wait_exit() in (0, expect.FAILED, expect.USAGE, 130, -signal.SIGINT)
    assert t.termios() == t.termios_at_start


# Those that can

@pytest.mark.parametrize("term", ["xterm", "vt100", "vt220", "rxvt-256color", "screen", "screen-256color", "linux",
                                  "ansi", "xterm-mono"])
def test_common_terminals(tui, seed, term):
    seed("a")
    seed("b")
    t = tui(term=term)
    wait_selected(t, "a")
    t.send("j")
    wait_selected(t, "b")
    t.send("Enter")
    t.wait_for("user id")
    back_to_the_list(t)
    t.send("q")
    assert t.wait_exit() == 0
    assert t.termios() == t.termios_at_start
    vt.assert_only_terminfo(t.raw, term)


@pytest.mark.parametrize("lang", ["C", "POSIX", "xx_XX.made-up", None])
def test_locale_that_is_not_utf8_gets_ascii(tui, seed, lang):
    seed("a", "wide", lifetime=-60)
    t = tui(env={"LANG": lang})
    wait_selected(t, "a")
    t.send("e")
    t.wait_for("Format")
    back_to_the_list(t)
    t.send("q")
    t.wait_exit()
    assert t.raw.isascii()


def test_no_color_sends_no_colours(tui, seed):
    seed()
    t = tui(env={"NO_COLOR": "1"})
    wait_selected(t, "work")
    t.send("Enter")
    t.wait_for("user id")
    assert {(t.cell(x, y).fg, t.cell(x, y).bg) for y in range(24) for x in range(80)} == {("default", "default")}


def test_colours_stand_on_the_terminals_own_background(tui, seed):
    """So that a light theme stays light."""
    seed()
    t = tui()
    wait_selected(t, "work")
    assert {t.cell(x, y).bg for y in range(24) for x in range(80)} == {"default"}


def colours(t):
    return {t.cell(x, y).fg for y in range(24) for x in range(80)} - {"default"}


@pytest.mark.parametrize("term", ["xterm-256color", "xterm", "linux"])
@pytest.mark.parametrize("ground", [None, "15;0", "0;15", "0;default;15", "nonsense", "0;99", ";"])
def test_colours_are_never_red_against_green(tui, seed, term, ground):
    seed("a", lifetime=-60)
    seed("b", lifetime=-60, reason="revoked")
    seed("c")
    t = tui(term=term, env={"COLORFGBG": ground})
    wait_selected(t, "a")
    t.send("z")
    said(t, "nothing|no ")
    shown = colours(t)
    assert len(shown) == 3 and not any(colour.endswith("green") for colour in shown)
    # Yellow and cyan cannot be read on white.
    assert ground is None or not ground.endswith("15") or ground == "15;0" or not shown & {"brown", "cyan"}


# tmux itself

@pytest.fixture
def tmux(terminal, build, env):
    """The program in the only window of a real tmux; `tmux.ask` talks to its server."""
    if not os.path.exists("/usr/bin/tmux"):
        pytest.skip("tmux is not installed")
    # A socket's address is short, the path of a test may not be.
    with tempfile.TemporaryDirectory() as folder:
        socket, conf = f"{folder}/s", f"{folder}/conf"
        with open(conf, "w") as file:
            file.write("set -g status off\nset -g default-terminal tmux-256color\nset -s set-clipboard on\n"
                       "set -s escape-time 0\nset -g default-shell /bin/sh\n")
        command = ["tmux", "-f", conf, "-S", socket]

        def start(cols=80, rows=24):
            own = {name: value for name, value in env.items() if name != "LANG"}
            return terminal(*command, "-u", "new-session", str(build / "chatelaine"), env=own, cols=cols, rows=rows)

        def ask(*words):
            return subprocess.run([*command, *words], capture_output=True, timeout=10).stdout.decode()

        start.ask = ask
        yield start
        ask("kill-server")


@pytest.mark.parametrize("cols, rows", [(80, 24), (60, 20)])
def test_sign_in_inside_tmux(tmux, issuer, store, agreed, cols, rows):
    t = tmux(cols, rows)
    type_name(t)
    code = code_shown(t, issuer)
    url = issuer.url + "/codex/device"
    assert url in t.text
    if rows == 20:
        t.send("Q")
    for theme in (picture.DARK, picture.LIGHT):
        t.wait_for(lambda t, theme=theme: picture.qr_codes(t.model, theme) == [url])
    if rows == 20:
        t.send("Q")
    issuer.approve(code)
    said(t, "Signed in: 'work'")
    t.send("q")
    t.wait_exit()
    assert store.names() == ["work"] and store.pending() == []


def test_copied_inside_tmux_is_in_its_buffer(tmux, issuer, agreed):
    t = tmux()
    type_name(t)
    code = code_shown(t, issuer)
    t.send("c")
    said(t, "Sent to your terminal's clipboard")
    t.wait_for(lambda t: tmux.ask("show-buffer") == code)


def test_tmux_that_is_detached_does_not_end_it(tmux, issuer, store, agreed):
    """A lost connection under tmux: the sign-in goes on."""
    t = tmux()
    type_name(t)
    code = code_shown(t, issuer)
    t.hangup()
    t.wait_exit()
    issuer.approve(code)
    issuer.wait_for(lambda: issuer.count("token") == 1)
    # The screen of the window, as the next one to attach will see it.
    while "q Quit" not in (seen := tmux.ask("capture-pane", "-p")):
        assert seen, "the window is gone"
    assert store.names() == ["work"]
