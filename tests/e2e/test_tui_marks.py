"""Marks, and what is done to all that are marked."""

import re

import pytest
from interface import back_to_the_list, marked, rows, said, selected, the_list, wait_selected

HOUR, DAY = 3600 - 60, 86400
NAMES = ["a", "b", "c", "d"]


@pytest.fixture
def four(tui, seed):
    def start(**options):
        for name in NAMES:
            seed(name, lifetime=HOUR)
        t = tui(**options)
        wait_selected(t, "a")
        return t
    return start


def has_marks(t, *names):
    def those(t):
        return marked(t) == list(names)
    those.__name__ = f"marks at {names}"
    t.wait_for(those)


# Marks

@pytest.mark.parametrize("options", [{}, {"env": {"NO_COLOR": "1"}}, {"lang": "C"}, {"term": "vt100", "lang": "C"},
                                     {"cols": 40, "rows": 10}])
def test_space_marks_and_goes_on(four, options):
    t = four(**options)
    t.send("Space", "Down", "Space")
    has_marks(t, "a", "c")
    assert selected(t) == "d" and "2 marked" in t.screen()[0]
    t.send("k", "k", "k", "Space")
    has_marks(t, "c")
    assert "1 marked" in t.screen()[0]
    t.send("Esc")
    has_marks(t)
    t.wait_for(the_list)


def test_star_inverts(four):
    t = four()
    t.send("*")
    has_marks(t, *NAMES)
    t.send("Space", "*")
    has_marks(t, "a")
    t.send("*", "Esc")
    has_marks(t)


def test_marks_stay_with_their_profiles(four, chatelaine, seed):
    t = four()
    t.send("Down", "Space", "Space")
    has_marks(t, "b", "c")
    t.send("s")
    said(t, "ends soonest")
    assert sorted(marked(t)) == ["b", "c"]
    # Others take one away and bring one.
    assert chatelaine("delete", "b", "--yes").status == 0
    seed("aa")
    t.send("z")
    said(t, "'b' is back")
    t.wait_for(lambda t: sorted(marked(t)) == ["b", "c"] and "aa" in rows(t))


def test_what_the_filter_hides_is_not_acted_on(four, store):
    t = four()
    t.send("*", "/", "b", "Enter")
    has_marks(t, "b")
    t.wait_for("1 marked")
    t.send("d")
    t.wait_for("Forget 1 profile")
    t.send("Enter")
    said(t, "'b' is forgotten")
    assert store.names() == ["a", "c", "d"]
    t.send("Esc")
    has_marks(t, "a", "c", "d")


# Renewing many

def test_all_are_renewed_one_after_another(four, issuer, store):
    t = four()
    t.send("*", "r")
    said(t, r"Renewing '.' \(\d of 4\); Esc stops")
    said(t, "all 4 are renewed")
    has_marks(t)
    assert issuer.count("token") == 4 and store.pending() == []
    assert all(re.search("10d 0h|9d 23h", line) for line in rows(t).values())
    assert [store.credential(name)["generation"] for name in NAMES] == [2] * 4
    t.wait_for(lambda t: not t.children())


def test_one_mark_is_that_profile(four, issuer, store):
    t = four()
    t.send("Down", "Space", "r")
    said(t, "'b' is renewed")
    assert issuer.count("token") == 1 and store.credential("b")["generation"] == 2
    has_marks(t)


def test_failures_are_summed_and_keep_their_marks(four, seed, issuer):
    t = four()
    seed("b", lifetime=-DAY, reason="reused")
    t.send("*", "r")
    said(t, r"3 of 4 are renewed; not renewed: b \(m tells why\)")
    has_marks(t, "b")
    t.send("m")
    said(t, "'b' cannot be renewed: its refresh token was already used")
    assert issuer.count("token") == 3 and issuer.reused == 0


def test_esc_stops_between_two(four, issuer, store):
    t = four()
    issuer.delay["token"] = 0.7
    t.send("*", "r")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    t.send("Esc")
    said(t, "stopped: 1 of 4 is renewed")
    has_marks(t, "b", "c", "d")
    assert issuer.count("token") == 1 and store.credential("a")["generation"] == 2 and store.pending() == []


@pytest.mark.parametrize("fault", ["cut", "500"])
def test_issuer_that_does_not_answer_is_asked_once(four, issuer, fault):
    """Or all of them would be in doubt."""
    for _ in NAMES:
        issuer.fault("token", fault)
    t = four()
    t.send("*", "r")
    said(t, "stopped: 0 of 4 are renewed; not renewed: a")
    assert issuer.count("token") == 1
    has_marks(t, *NAMES)


def test_list_goes_on_meanwhile(four, issuer):
    t = four()
    issuer.delay["token"] = 60
    t.send("*", "r")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    t.send("Down")
    wait_selected(t, "b")
    said(t, r"Renewing 'a' \(1 of 4\)")
    t.send("i")
    said(t, "'a' is still being renewed")
    t.send("?")
    t.wait_for("Keys")
    t.send("Esc")
    t.wait_for(lambda t: "Keys" not in t.text)
    t.send("q")
    t.wait_exit(timeout=5)
    # The helper is spending: it goes on until its answer, and the issuer has to let it go.
    issuer.close()


# Exporting many

@pytest.fixture
def export_of_many(tui, seed, home):
    """The dialog for three of four, one of them with a tenant, with a folder that nobody else has."""
    def start(folder=None, **options):
        for name in ("a", "b", "c", "team/a"):
            seed(name)
        start.folder = folder or home / "out"
        start.folder.mkdir(exist_ok=True)
        t = tui(**options)
        wait_selected(t, "a")
        t.send("*", "Space", "e")
        t.wait_for("Export 3 profiles")
        t.send("BackTab", "Ctrl-U", str(start.folder))
        t.wait_for(str(start.folder)[-12:])
        return t
    return start


@pytest.mark.parametrize("options", [{}, {"cols": 40, "rows": 10}, {"lang": "C"}])
def test_each_is_exported_to_a_file_of_its_own(export_of_many, chatelaine, home, store, options):
    t = export_of_many(**options)
    t.send("Enter")
    said(t, "all 3 are exported")
    names = {"b.llm.json": "b", "c.llm.json": "c", "team%a.llm.json": "team/a"}
    assert {path.name: path.stat().st_mode & 0o7777 for path in export_of_many.folder.iterdir()} == dict.fromkeys(
        names, 0o600)
    for file, name in names.items():
        assert chatelaine("export", name, "--format", "openhands-llm", "--output", home / "one").status == 0
        assert (export_of_many.folder / file).read_bytes() == (home / "one").read_bytes()
    has_marks(t)
    t.send("m")
    said(t, "wrote ")


def test_export_of_many_tells_what_failed_and_keeps_its_mark(export_of_many, seed, store):
    t = export_of_many()
    there = export_of_many.folder / "b.llm.json"
    there.write_text('{"refresh_token":"made-up"}')
    seed("c", lifetime=-DAY)
    t.send("Enter")
    said(t, r"1 of 3 is exported; not exported: b, c \(m tells why\)")
    has_marks(t, "b", "c")
    assert there.read_text() == '{"refresh_token":"made-up"}'
    assert (export_of_many.folder / "team%a.llm.json").exists()
    t.send("m")
    said(t, "the access token of 'c' is over")
    said(t, "b.llm.json holds a login with its refresh token")


def test_export_of_many_is_refused_at_once_where_it_makes_no_sense(export_of_many, home):
    work_tree = home / "tree"
    (work_tree / ".git").mkdir(parents=True)
    t = export_of_many(work_tree)
    t.send("Enter")
    said(t, "is in a git work tree")
    t.send("Ctrl-U", str(home / "nowhere"), "Enter")
    said(t, "cannot write to .*nowhere.*No such file")
    t.send("Ctrl-U", "Enter")
    said(t, "name a folder")
    # No clipboard, and no format that is the same for all.
    assert "clipboard" not in t.text
    t.send("Tab", "Right")
    said(t, "openhands-python")
    assert list(work_tree.iterdir()) == [work_tree / ".git"]


# Forgetting many

@pytest.mark.parametrize("cols, lines", [(80, 24), (60, 20), (40, 10)])
def test_many_are_forgotten_after_one_question(four, issuer, store, cols, lines):
    t = four(cols=cols, rows=lines)
    t.send("Space", "Down", "Space", "d")
    t.wait_for("Forget 2 profiles")
    said(t, "a dev@example.com +c dev@example.com|a dev@example.com c dev@example.com")
    t.send("End")
    said(t, "delete them one by one[.]")
    t.send("Enter")
    said(t, "all 2 are forgotten; z brings them back one at a time")
    t.wait_for(lambda t: list(rows(t)) == ["b", "d"])
    assert store.names() == ["b", "d"] and issuer.count() == 0
    t.send("z", "z")
    t.wait_for(lambda t: list(rows(t)) == NAMES)
    has_marks(t)


def test_esc_forgets_nothing(four, store):
    t = four()
    before = store.profiles_snapshot()
    t.send("*", "d")
    t.wait_for("Forget 4 profiles")
    t.send("Esc")
    has_marks(t, *NAMES)
    assert store.profiles_snapshot() == before and store.audit() == []


def test_names_that_do_not_fit_scroll(tui, seed):
    for number in range(15):
        seed(f"p{number:02}", lifetime=HOUR)
    t = tui(cols=40, rows=10)
    t.wait_for(the_list)
    t.send("*", "d")
    t.wait_for("Forget 15 profiles")
    t.wait_for("more below")
    assert "p14" not in t.text
    t.send("End")
    t.wait_for("p14")
    t.send("Home")
    t.wait_for("p00")
    t.send("Esc", "Esc")
    t.wait_for(the_list)


def test_one_that_is_busy_is_told_and_the_others_go_on(four, issuer, store, chatelaine):
    issuer.delay["token"] = 60
    t = four()
    renewing = chatelaine.start("refresh", "b")
    issuer.wait_for(lambda: issuer.count("token") == 1)
    t.send("*", "d")
    t.wait_for("Forget 4 profiles")
    t.send("Enter")
    said(t, "3 of 4 are forgotten; not forgotten: b")
    has_marks(t, "b")
    assert store.names() == ["b"]
    issuer.close()
    renewing.finish()


def test_details_act_on_one(four, store):
    t = four()
    t.send("*", "Enter")
    t.wait_for("user id")
    t.send("d")
    t.wait_for("Forget here")
    t.send("Esc")
    t.wait_for("user id")
    t.send("Esc", "Esc")
    back_to_the_list(t)
    assert store.names() == NAMES
