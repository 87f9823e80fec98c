"""The terminal interface as a person uses it: what to press, where to look.

Everything here reads the screen of a `terminal.Terminal`; nothing knows how the program draws it.
"""

import re
import time

QR_ALONE = re.compile("^ *Q (text|or Esc)|Q goes back", re.M)
CODE = "Waiting for approval"
BELOW_1_SECOND = 0.3  # Seconds within which a key must be answered, whatever the network does.

_FRAME = str.maketrans(dict.fromkeys("│|█▀▄▌", " "))


def words(t):
    """The text of the screen in one line, without frames, QR code and line breaks."""
    return " ".join(t.text.translate(_FRAME).split())


def said(t, pattern, timeout=10):
    """Waits until these words are on the screen, wherever lines are broken; returns the match."""
    def the_words(t):
        return re.search(pattern, words(t))
    the_words.__name__ = repr(pattern)
    return t.wait_for(the_words, timeout)


# The list

def the_list(t):
    """True when the list is there and nothing lies over it: whatever does shows Esc as the way out."""
    return "q Quit" in t.text and "Esc " not in t.text


def press_until(t, key, wanted, times=10):
    """Presses a key again and again, as a person does when nothing happened."""
    for _ in range(times):
        t.send(key)
        try:
            return t.wait_for(wanted, timeout=0.5)
        except AssertionError:
            if t.ended():
                raise
    raise AssertionError(f"{key} {times} times did not help\n{t.drawn()}")


def back_to_the_list(t):
    if not the_list(t):
        press_until(t, "Esc", the_list)


def focus(t, key, part):
    """Presses a key until the mark stands at a part of a dialog."""
    def there(t):
        return re.search(rf"[▌>] +[^\n│|]*{part}", t.text)
    if not there(t):
        press_until(t, key, there)


def rows(t):
    """name -> its row, as on the screen, from the top; a tenant is "acme/", and what stands below it "acme/x"."""
    found, tenant = {}, ""
    for line in t.screen()[2:]:
        match = re.match(r"[ ●+][ ▌>] (?:([▸▾+-]) (\S+) \(|(  )?(\S+) )", line + " ")
        if not match or line.startswith("   Nothing matches"):
            break
        if match[1]:
            tenant = match[2] + "/"
        found[tenant if match[1] else (tenant if match[3] else "") + match[4]] = line
    return found


def row(t, name):
    return rows(t).get(name, "")


def selected(t):
    """Name of the row with the mark."""
    return next((name for name, line in rows(t).items() if line[1] in "▌>"), None)


def wait_selected(t, name, timeout=10):
    def mark(t):
        return selected(t) == name
    mark.__name__ = f"the mark at {name}"
    t.wait_for(mark, timeout)


def seconds_to_answer(t, key, wanted, timeout=10):
    start = time.monotonic()
    t.send(key)
    t.wait_for(wanted, timeout)
    return time.monotonic() - start


def marked(t):
    """Names of the rows with a mark, from the top."""
    return [name for name, line in rows(t).items() if line[0] in "●+"]


def click(t, x, y, button=0):
    """Presses and lets go a button at a cell, as xterm reports it; 64 and 65 are the wheel."""
    t.type(f"\x1b[<{button};{x + 1};{y + 1}M" + f"\x1b[<{button};{x + 1};{y + 1}m" * (button < 64))


def click_on(t, text):
    y = next(y for y, line in reversed(list(enumerate(t.screen()))) if text in line)
    click(t, t.screen()[y].index(text), y)


def press_with_the_mouse(t, key):
    """A key without the keyboard: in the last line, or, where that has no room for it, in the help."""
    label = "⏎" if key == "Enter" else key
    footer = re.compile(rf"[ │|]{re.escape(label)} [A-Z]")
    t.wait_for(re.compile("q Quit|Esc [A-Z]"))
    lines = list(enumerate(t.screen()))
    # A dialog's keys are in its last line. Above it, a code may look like a key and its word.
    framed = [(y, line) for y, line in lines if re.search("([│|]).*\\1", line)]
    for y, line in reversed(framed[-1:] or lines):
        match = footer.search(line)
        if match:
            return click(t, match.start() + 1, y)
    click_on(t, "? Help")
    t.wait_for("Keys")

    def the_line(t):
        return next((y for y, line in enumerate(t.screen()) if re.match(rf"[│|] {re.escape(label)}[ ,]", line)), None)
    while the_line(t) is None:
        click_on(t, "more below")
        before = t.screen()
        t.wait_for(lambda t: t.screen() != before or the_line(t) is not None)
    click(t, 30, the_line(t))
    return t.wait_for(lambda t: "─ Keys ─" not in t.text)


# Signing in

def type_name(t, name="work"):
    """From the list to what comes behind the name."""
    t.wait_for(the_list)
    t.send("a")
    t.wait_for("Name:")
    t.type(name)
    t.wait_for(f"Name: {name}")
    t.send("Enter")


def spaced(code):
    """A code as the sign-in screen shows it."""
    return " ".join(code)


def code_shown(t, issuer, timeout=10):
    """Waits until the issuer's newest code is on the screen, and returns it."""
    def newest_code(t):
        return issuer.user_codes and spaced(issuer.user_codes[-1]) in t.text and CODE in t.text
    t.wait_for(newest_code, timeout)
    return issuer.user_codes[-1]


def sign_in_until_code(t, issuer, name="work"):
    """With the terms agreed to; returns the code."""
    type_name(t, name)
    return code_shown(t, issuer)


def nothing_is_left(t, store):
    """No process of a sign-in, no profile, no record of one."""
    t.wait_for(lambda t: not t.children())
    assert store.names() == [] and store.pending() == []


# Ways into every screen, from the list with a profile selected: name -> (keys, what tells that it is there)

SCREENS = {
    "list": ([], the_list),
    "details": (["Enter"], "user id"),
    "use": (["u"], "Switch"),
    "lend": (["L"], "whole login"),
    "rename": (["n"], "New name:"),
    "usage": (["U"], "Usage"),
    "doctor": (["!"], "Look again"),
    "audit": (["A"], "Look again"),
    "help": (["?"], "Keys"),
    "name": (["a"], "Name:"),
    "export": (["e"], "Format"),
    "export of many": (["*", "e"], "Folder"),
    "delete": (["d"], "Forget here"),
    "filter": (["/"], "Esc Clear"),
    "find": (["f"], "Stay"),
    "messages": (["m"], "Messages"),
    "settings": ([","], "Settings"),
    "forget": (["*", "d"], "Forget 1 profile"),
    "sign-in": (["i"], CODE),
    "QR code alone": (["i", CODE, "Q"], QR_ALONE),
}


def open_screen(t, name):
    """Goes from the list into the screen; returns what tells that it is there."""
    keys, sign = SCREENS[name]
    t.wait_for(the_list)
    for key in keys:
        if key == CODE:
            t.wait_for(CODE)
        else:
            t.send(key)
    t.wait_for(sign)
    return sign


# A stand-in for the program with the network

def helper_that_says(folder, *lines):
    """A program that takes one request, says these lines and then waits until nobody is interested."""
    program = folder / "helper"
    text = "\n".join(lines)
    program.write_text(f"#!/bin/sh\nread -r request\ncat <<'END'\n{text}\nEND\nwhile read -r more; do :; done\n")
    program.chmod(0o700)
    return {"CHATELAINE_OAUTH": program}


def helper_with_code(folder, url, code="ABCD-12345"):
    """Shows a sign-in at any address, which no issuer on loopback can have."""
    ends = int(time.time()) + 900
    return helper_that_says(
        folder, f'{{"event":"code","verification_url":"{url}","user_code":"{code}","expires_at":{ends},"device_auth_id":"d","interval":5}}')
