"""The harness itself, on plain programs: a test that cannot fail is worth nothing."""

import ctypes
import os
import re
import signal
import sys
import time

import picture
import processes
import pytest
import vt
from program import Program
from screen import Painter, Screen

URL = "https://auth.example.com/codex/device"
TERMS = ["xterm-256color", "tmux-256color", "screen-256color", "linux"]


def python(code):
    return [sys.executable, "-I", "-c", code]


# Terminal

def test_program_has_the_terminal_as_its_own(terminal):
    t = terminal("sh", "-c", "exec 3</dev/tty && stty size && tty && ps -o sid= -p $$ && echo pid $$")
    t.wait_for("pid ")
    lines = t.screen()
    assert lines[0] == "24 80"
    assert lines[1].startswith("/dev/pts/")
    assert lines[2].split() == [str(t.pid)]
    assert t.wait_exit() == 0


def test_environment_is_only_what_is_given(terminal, home, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_TESTER", "x")
    t = terminal("env", env={"GIVEN": "yes"}, lang="C", term="linux", cols=200)
    t.wait_exit()
    assert sorted(line for line in t.screen() if line and "SAN_OPTIONS" not in line) == sorted([
        "GIVEN=yes", f"HOME={home}", "LANG=C", "PATH=/usr/local/bin:/usr/bin:/bin", "TERM=linux", "TZ=UTC"])


def test_variable_can_be_left_out(terminal):
    t = terminal("sh", "-c", "echo ${TERM-none} ${LANG-none}", env={"TERM": None, "LANG": None})
    t.wait_for("none none")


def test_exit_status_and_signal(terminal):
    assert terminal("sh", "-c", "exit 7").wait_exit() == 7
    t = terminal("cat")
    t.signal(signal.SIGTERM)
    assert t.wait_exit() == -signal.SIGTERM


def test_keys_by_name_and_text(terminal):
    t = terminal("cat", "-v")
    t.send("Enter-is text", "Enter", "Up", "Ctrl-V", "Esc", "Enter")
    t.type("Up")
    t.send("Enter")
    t.wait_for("^[OA^[")
    t.wait_for("Enter-is text")
    t.wait_for(re.compile(r"^Up$", re.M))


def test_interrupt_goes_through_the_line(terminal):
    t = terminal("sh", "-c", "trap 'echo caught; exit 3' INT; echo ready; while :; do read line; done")
    t.wait_for("ready")
    t.send("Ctrl-C")
    t.wait_for("caught")
    assert t.wait_exit() == 3


def test_resize_reaches_the_program(terminal):
    # A shell's trap may miss a signal that comes while it runs.
    t = terminal(*python("import os, signal\nresized = {signal.SIGWINCH}\n"
                         "signal.pthread_sigmask(signal.SIG_BLOCK, resized)\nprint('ready', flush=True)\n"
                         "while signal.sigwait(resized): print(*reversed(os.get_terminal_size()), flush=True)"))
    t.wait_for("ready")
    for cols, rows in ((100, 30), (1, 1), (40, 10)):
        t.resize(cols, rows)
        assert t.size == (cols, rows)
    t.wait_for("10 40")


def test_time_out_shows_the_screen(terminal):
    t = terminal("sh", "-c", "echo here I am; cat")
    with pytest.raises(AssertionError, match=r"(?s)not within 0.3 s: 'missing'.*\|here I am +\|"):
        t.wait_for("missing", timeout=0.3)


def test_early_end_fails_at_once(terminal):
    t = terminal("sh", "-c", "echo last words; exit 9")
    start = time.monotonic()
    with pytest.raises(AssertionError, match="ended with 9"):
        t.wait_for("missing", timeout=30)
    assert time.monotonic() - start < 5


def test_line_settings_before_and_after(terminal):
    t = terminal("sh", "-c", "stty raw -echo; echo changed; read line; stty sane; echo back; cat")
    t.wait_for("changed")
    assert t.termios() != t.termios_at_start
    t.send("Ctrl-J")
    t.wait_for("back")
    t = terminal("sh", "-c", "saved=$(stty -g); stty raw; stty $saved")
    t.wait_exit()
    assert t.termios() == t.termios_at_start


def test_hangup_ends_the_program(terminal):
    t = terminal("cat")
    t.hangup()
    assert t.wait_exit() == -signal.SIGHUP


def test_children_are_seen_even_in_a_session_of_their_own(terminal):
    t = terminal("sh", "-c", "setsid sleep 100 & echo started; wait")
    t.wait_for(lambda t: "started" in t.text and t.children())
    for child in t.children():
        os.kill(child, signal.SIGKILL)
    t.wait_for(lambda t: t.ended() and not t.children())


def test_idle_tells_a_quiet_program_from_a_busy_one(terminal):
    quiet = terminal("cat").idle(0.5)
    assert quiet.bytes == 0 and quiet.wakes <= 1 and quiet.cpu < 0.05
    busy = terminal("sh", "-c", "while :; do printf x; done").idle(0.5)
    assert busy.bytes > 100 and busy.cpu > 0.05
    ticking = terminal(*python("import time\nwhile True: time.sleep(0.05)"))
    assert ticking.wait_for(lambda t: processes.wake_ups(t.pid) > 3)
    assert 3 <= ticking.idle(0.5).wakes <= 40


# Screen: curses as it is today

CURSES = """
import curses, locale, sys
locale.setlocale(locale.LC_ALL, "")
def main(window):
    curses.curs_set(0)
    curses.use_default_colors()
    curses.init_pair(1, curses.COLOR_RED, curses.COLOR_WHITE)
    curses.init_pair(2, 231 if curses.COLORS > 16 else 7, 16 if curses.COLORS > 16 else 0)
    window.border()
    window.addstr(1, 2, "red", curses.color_pair(1))
    window.addstr(2, 2, "reversed", curses.A_REVERSE)
    window.addstr(3, 2, "bright", curses.color_pair(2) | curses.A_BOLD)
    window.addstr(4, 2, "=" * 40)
    window.addstr(5, 2, "caf\\u00e9 \\u6771" if sys.argv[1] == "wide" else "cafe")
    window.addstr(6, 2, "size %dx%d" % window.getmaxyx())
    window.refresh()
    window.getch()
    window.scrollok(True)
    window.scroll(2)
    window.refresh()
    window.getch()
curses.wrapper(main)
print("bye")
"""


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("lang", ["C.UTF-8", "C"])
def test_curses_on_every_terminal(terminal, term, lang):
    wide = lang == "C.UTF-8"
    t = terminal("sh", "-c", 'echo before; exec "$0" "$@"', *python(CURSES), "wide" if wide else "narrow",
                 term=term, lang=lang, env={"LC_ALL": lang})  # LANG=C alone Python takes for UTF-8.
    t.wait_for("size 24x80")
    lines = t.screen()
    assert lines[0][0] + lines[0][79] + lines[23][0] == "┌┐└"
    assert lines[0][1:79] == "─" * 78
    assert t.cell(2, 1).fg == "red" and t.cell(2, 1).bg == "white" and not t.cell(2, 1).reverse
    assert t.cell(2, 2).reverse and not t.cell(10, 2).reverse
    assert t.cell(2, 3).bold and t.cell(2, 3).fg == ("ffffff" if "256" in term else "white")
    assert lines[4][2:42] == "=" * 40
    assert "café 東" in lines[5] if wide else "cafe" in lines[5]
    assert t.cursor is None
    assert "before" not in t.text or term == "linux"  # The Linux console has no second screen.
    t.send("x")
    t.wait_for(lambda t: "reversed" in t.screen()[0])
    assert "size" in t.screen()[4]
    t.send("x")
    assert t.wait_exit() == 0
    assert "bye" in t.text and not t.full_screen
    assert t.termios() == t.termios_at_start
    vt.assert_only_terminfo(t.raw, term, codec=t.codec)


def painted(data, cols=20, rows=4, codec="utf-8"):
    screen = Screen(cols, rows)
    Painter(screen, "xterm-256color", codec).feed(data)
    return screen


def test_screen_keeps_control_strings_off():
    screen = painted(b"a\x1b]0;title\x07b\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\c\x1b[>4;1md\x1b[?1x?e")
    assert screen.display[0].rstrip() == "abcd?e"


def test_screen_takes_bytes_in_any_pieces():
    data = "é\x1b[1;31m東\x1b[0m─".encode()
    whole, pieces = painted(data), Screen(20, 4)
    painter = Painter(pieces, "xterm-256color", "utf-8")
    for byte in data:
        painter.feed(bytes([byte]))
    assert pieces.display == whole.display
    assert pieces.cell(1, 0) == whole.cell(1, 0)


@pytest.mark.parametrize("sequence, shown", [
    (b"ab\x1b[3bc", "abbbbc"),
    (b"one\r\ntwo\r\nthree\x1b[1S\x1b[Hx", "xwo"),
    (b"one\x1b[1T\x1b[2;1Hy", ""),
    (b"0\t\t\x1b[Zx", "0       x"),
    (b"\x1b(0lqk\x1b(B", "┌─┐"),
])
def test_screen_knows_what_curses_sends(sequence, shown):
    assert painted(sequence).display[0].rstrip() == shown


def test_alternate_screen_gives_the_old_one_back():
    screen = painted(b"old\x1b[?1049h\x1b[Hnew")
    assert screen.display[0].rstrip() == "new" and screen.alternate
    Painter(screen, "xterm-256color", "utf-8").feed(b"\x1b[?1049l!")
    assert screen.display[0].rstrip() == "old!" and not screen.alternate


# Pictures

def qr_matrix(text):
    """A QR code by the library that the program uses too, through ctypes."""
    class Code(ctypes.Structure):
        _fields_ = [("version", ctypes.c_int), ("width", ctypes.c_int), ("data", ctypes.POINTER(ctypes.c_ubyte))]

    library = ctypes.CDLL("libqrencode.so.4")
    library.QRcode_encodeString.restype = ctypes.POINTER(Code)
    code = library.QRcode_encodeString(text.encode(), 0, 0, 2, 1).contents
    return [[code.data[y * code.width + x] & 1 for x in range(code.width)] for y in range(code.width)]


def half_blocks(matrix, dark_on_light, quiet=4):
    """Rows of characters; `dark_on_light` draws light modules with ink, as for a dark terminal."""
    size = len(matrix) + 2 * quiet
    bit = [[0] * size for _ in range(size + 1)]
    for y, row in enumerate(matrix):
        bit[y + quiet][quiet:quiet + len(row)] = row
    blocks = " ▄▀█"
    ink = (lambda module: not module) if dark_on_light else bool
    return ["".join(blocks[2 * ink(bit[y][x]) + ink(bit[y + 1][x])] for x in range(size)) for y in range(0, size, 2)]


THEMES = {"dark": picture.DARK, "light": picture.LIGHT}
FIXED_COLOURS = ["\x1b[97;40m", "\x1b[38;5;231;48;5;16m", "\x1b[38;2;255;255;255;48;2;0;0;0m", "\x1b[30;107;7m",
                 "\x1b[37;40m"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colours", FIXED_COLOURS)
def test_qr_round_trip_with_colours_of_its_own(theme, colours):
    rows = half_blocks(qr_matrix(URL), dark_on_light=True)
    screen = painted("\r\n".join(f"{colours}{row}\x1b[0m" for row in rows).encode(), 80, 24)
    assert picture.qr_codes(screen, THEMES[theme]) == [URL]


@pytest.mark.parametrize("theme", THEMES)
def test_qr_in_default_colours_reads_on_one_theme_only(theme):
    """Proof that a picture tells: an inverted code must not pass."""
    rows = half_blocks(qr_matrix(URL), dark_on_light=True)
    screen = painted("\r\n".join(rows).encode(), 80, 24)
    assert picture.qr_codes(screen, THEMES[theme]) == ([URL] if theme == "dark" else [])


def test_qr_of_reversed_blanks():
    rows = [[0] * 4 + row + [0] * 4 for row in [[0] * 25] * 4 + qr_matrix("HTTPS://EXAMPLE.COM") + [[0] * 25] * 4]
    text = "\r\n".join("".join(("\x1b[40m  " if module else "\x1b[40;37;7m  ") + "\x1b[0m" for module in row)
                       for row in rows)
    assert picture.qr_codes(painted(text.encode(), 80, 40), picture.LIGHT) == ["HTTPS://EXAMPLE.COM"]


def test_picture_without_code_has_none():
    assert picture.qr_codes(painted(b"nothing here", 40, 10)) == []


# Byte streams

@pytest.mark.parametrize("raw", [
    b"\x1b]0;pwned\x07", b"\x1b]52;c;eA==\x07", b"\x1b[2J\x1b[5i", b"a\x07", b"a\x00", b"\x1b[6n", b"\x1b[c",
    b"\x1b[?2004h", b"\x1bPq\x1b\\", b"\x1b_x\x1b\\", b"\x1b", b"\x1b[31", b"\x1b[\n31m", b"\xff", b"\xc3",
    b"\xc3\x1b[m\xa9", "\u0085".encode(), "\u202e".encode(), "\u200b".encode(), "\u2028".encode(),
    "\ufeff".encode(), "\U000e0041".encode(), "\u3164".encode(), b"\x7f", b"\x1bc", b"\x1b[21t", b"\x1b[>0q",
])
def test_stray_bytes_are_caught(raw):
    with pytest.raises(AssertionError):
        vt.assert_only_terminfo(b"\x1b[Hfine " + raw)


def test_what_terminfo_has_passes():
    vt.assert_only_terminfo("\x1b[?1049h\x1b[22;0;0t\x1b[1;24r\x1b(B\x1b[m\x1b[4l\x1b[?7h\x1b[38;5;231m東é\x1b[39;49m"
                            "\r\n\t\b\x1b[12;3H\x1b[K\x1b[4X\x1b[?25l\x1b[?1006;1000h\x1b]104\x07".encode())


CLIPBOARD = {
    "bare": b"\x1b]52;c;aGVsbG8=\x07", "bare, ST": b"\x1b]52;c;aGVsbG8=\x1b\\",
    "tmux": b"\x1bPtmux;\x1b\x1b]52;c;aGVsbG8=\x07\x1b\\", "tmux, ST": b"\x1bPtmux;\x1b\x1b]52;c;aGVsbG8=\x1b\x1b\\\x1b\\",
    "screen": b"\x1bP\x1b]52;c;aGVsbG8=\x07\x1b\\",
}


@pytest.mark.parametrize("form", CLIPBOARD)
def test_clipboard_is_read_and_only_expected_when_told(form):
    raw = b"text " + CLIPBOARD[form] + b"more"
    assert vt.clipboard(raw) == [b"hello"]
    vt.assert_only_terminfo(raw, clipboard=True)
    with pytest.raises(AssertionError):
        vt.assert_only_terminfo(raw)


def test_ascii_terminal_takes_ascii_only():
    vt.assert_only_terminfo(b"plain\x1b[m", codec="ascii")
    with pytest.raises(AssertionError):
        vt.assert_only_terminfo("é".encode(), codec="ascii")


def test_clean_text():
    assert vt.assert_clean_text("zwei Zeilen\näöü 東京 e\u0301\n".encode()) == "zwei Zeilen\näöü 東京 e\u0301\n"


@pytest.mark.parametrize("raw", [b"\r\n", b"\t", b"\x1b[m", b"\x80", "\u0080".encode(), "\u2066".encode(), b"\xed\xa0\x80"])
def test_unclean_text(raw):
    with pytest.raises(AssertionError):
        vt.assert_clean_text(b"fine\n" + raw)


# Programs without a terminal

def test_program_has_no_terminal(home):
    program = Program(["sh", "-c", "cat; echo err >&2; (: </dev/tty) 2>/dev/null && echo tty; exit 3"],
                      env={"PATH": os.environ["PATH"]}, input="in\n")
    result = program.finish()
    assert (result.status, result.stdout, result.stderr) == (3, "in\n", "err\n")


def test_program_events_come_line_by_line():
    program = Program(["sh", "-c", """echo '{"event":"one"}'; printf '{"event":"t'; read x; exit 0"""],
                      env={"PATH": os.environ["PATH"]}, input="")
    assert program.wait_for_event("one") == {"event": "one"}
    with pytest.raises(AssertionError, match="ended with 0"):
        program.wait_for_event("t")


def test_program_that_hangs_is_killed():
    program = Program(["sleep", "100"], env={"PATH": os.environ["PATH"]})
    with pytest.raises(AssertionError, match="still running"):
        program.finish(timeout=0.2)
    assert processes.sweep() == []


def test_memory_is_the_programs_own():
    small = Program(["sh", "-c", "sleep 0.2"], env={"PATH": os.environ["PATH"]}, measure=True).finish()
    large = Program(python("x = bytearray(80_000_000); import time; time.sleep(0.2)"), env={}, measure=True).finish()
    assert 0 < small.peak_memory < 8e6
    assert 80e6 < large.peak_memory < 160e6


def test_sweep_finds_an_orphan():
    program = Program(["sh", "-c", "setsid sleep 100 >/dev/null 2>&1 & exit 0"], env={"PATH": os.environ["PATH"]})
    assert program.finish().status == 0
    assert [process.name for process in processes.sweep(timeout=0.1)] == ["sleep"]
    assert processes.descendants(os.getpid()) == []
