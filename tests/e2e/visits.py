"""What a person does in the interface, from the list and back to it: a visit to each screen, and some more."""

import re
import shutil
import time

from interface import CODE, SCREENS, click_on, focus, open_screen, row, rows, said, the_list, wait_selected
from issuer.seed import HOUR, seed_profile

WAIT = 15
LAST = "login-9"  # of the list, and not a tenant's


def start(t):
    """In the list, at its end."""
    back(t)
    t.send("G")
    wait_selected(t, LAST)


def back(t):
    """As fast as it goes, from wherever it is; where there are marks, they are taken away, too."""
    deadline = time.monotonic() + WAIT
    while not the_list(t):
        assert time.monotonic() < deadline, f"no way back\n{t.drawn()}"
        t.send("Esc")
        t.until_quiet()


def leave(name):
    def visit(place, t):
        open_screen(t, name)
        back(t)
    return visit


def forget(place, t):
    t.send("*", "d")
    t.wait_for(f"Forget {len(place.names)} profiles")


def plain_text(place, t):
    open_screen(t, "sign-in")
    t.send("p")
    t.wait_for("Press Enter")
    t.send("Enter")
    t.wait_for(CODE)


def resize(place, t):
    for size in (40, 10), (1, 1), (200, 60), (80, 24):
        t.resize(*size)
        t.until_quiet()
        t.send("Ctrl-L")
        t.until_quiet()


def refresh(place, t):
    t.send("r")
    said(t, "is renewed")
    t.send("Up")


def refused(place, t):
    place.issuer.fault("token", "500")
    t.send("r")
    said(t, "was not renewed")
    t.send("Up")


def delete_and_undo(place, t):
    t.send("d")
    t.wait_for("Forget here")
    t.send("Enter")
    said(t, "is forgotten; z brings it back")
    t.send("z")
    said(t, "is back")


def rename_and_back(place, t):
    for name in "renamed", LAST:
        t.send("n")
        t.wait_for("New name:")
        t.send("Ctrl-U")
        t.type(name)
        t.send("Enter")
        said(t, f"is '{name}' now")
        wait_selected(t, name)


def exported(place, t):
    """To the terminal's clipboard, and into a file."""
    t.send("e")
    t.wait_for("Format")
    focus(t, "Tab", "To ")
    t.send("Right")
    t.wait_for("clipboard (OSC 52)")
    t.send("Enter")
    said(t, "Sent to your terminal's clipboard")
    t.send("e")
    t.wait_for("Format")
    t.send("Enter")
    said(t, "wrote /")
    for file in place.home.iterdir():
        if file.is_file():
            file.unlink()


def copied(place, t):
    open_screen(t, "sign-in")
    for key in "c", "l":
        t.send(key)
        said(t, "Sent to your terminal's clipboard")


def use_and_undo(place, t):
    t.send("u")
    t.wait_for("Switch")
    t.send("Enter")
    t.wait_for(lambda t: the_list(t) and "codex" in t.text)
    t.send("z")
    t.wait_for(lambda t: the_list(t) and "codex" not in row(t, LAST))


def lend_and_back(place, t):
    t.send("L")
    t.wait_for("whole login")
    t.send("Enter")
    t.wait_for(lambda t: the_list(t) and "lent to" in t.text)
    t.send("L")
    t.wait_for("moves back")
    t.send("Enter")
    t.wait_for(lambda t: the_list(t) and "lent to" not in t.text)


def reload(place, t):
    """Somebody else puts a profile there, spoils one, and undoes both. A renewal has the list read anew."""
    file = place.store.profile_file(place.names[0])
    whole = file.read_bytes()
    seed_profile(place.issuer, place.store.path, "beside", "personal", lifetime=HOUR)
    file.write_bytes(b"{")
    t.send("r")
    t.wait_for(lambda t: "beside" in rows(t) and "damaged" in t.text)
    shutil.rmtree(place.store.profile_dir("beside"))
    file.write_bytes(whole)
    t.send("r")
    t.wait_for(lambda t: "beside" not in rows(t) and "damaged" not in t.text)


def filtered(place, t):
    t.send("/")
    t.wait_for("Esc Clear")
    t.type("acme 1")
    t.wait_for(lambda t: set(rows(t)) == {"acme/", "acme/login-1"})
    t.send("Enter", "Esc")


def folded(place, t):
    t.send("-")
    t.wait_for(re.compile("[▸+] acme"))
    t.send("+")
    t.wait_for(re.compile("[▾-] acme"))


def sorted_and_marked(place, t):
    for order in "soonest", "account", "plan", "name":
        t.send("s")
        said(t, f"sorted by.*{order}")
    t.send("*")
    t.wait_for("marked")
    t.send("Esc")
    t.wait_for(lambda t: "marked" not in t.text)


def nothing_to_take_in(place, t):
    t.send("t")
    said(t, "no program here has a login that the store has not")


def changed_setting(place, t):
    t.send(",")
    t.wait_for("Settings")
    t.send(*["j"] * 6)
    t.wait_for(re.compile("[▌>] +clock"))
    t.send("Enter")
    t.wait_for(re.compile("clock +12h"))
    t.send("d")
    t.wait_for(re.compile("clock +24h"))


def clicked(place, t):
    click_on(t, "? Help")
    t.wait_for("Keys")


VISITS = {
    **{name: leave(name) for name in SCREENS if name not in ("list", "forget")}, "forget": forget,
    "plain text": plain_text, "copied": copied, "resize": resize, "refresh": refresh, "refused": refused,
    "delete and undo": delete_and_undo, "rename": rename_and_back, "use and undo": use_and_undo,
    "lend and back": lend_and_back, "exported": exported, "reload": reload, "filtered": filtered, "folded": folded,
    "sorted": sorted_and_marked, "nothing to take in": nothing_to_take_in, "setting": changed_setting,
    "clicked": clicked,
}
