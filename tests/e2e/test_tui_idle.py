"""What the interface costs while nobody touches it: seconds tick only where they say something."""

import re
import shutil
import time
from typing import NamedTuple

import processes
import pytest
from interface import CODE, helper_with_code, row, selected, the_list, type_name, wait_selected
from issuer.seed import seed_profile
from storedir import StoreDir

MINUTE, HOUR, DAY = 60, 3600, 86400

# What is in the store: options of a profile under its name; the first one is selected.
ENDED, LIVING = dict(lifetime=-DAY - HOUR // 2), dict(lifetime=9 * DAY + HOUR // 2)
SOON = dict(lifetime=47 * HOUR)
BESIDE = {"y": LIVING, "z": ENDED}


def press(*keys, sign):
    def act(t):
        t.send(*keys)
        t.wait_for(sign)
    return act


def plain_text(t):
    type_name(t)
    t.wait_for(CODE)
    t.send("p")
    t.wait_for("Press Enter")


def code_on_the_screen(t):
    type_name(t)
    t.wait_for(CODE)


def nothing(t):
    pass


# name: (profiles, what is done before)
SILENT = {
    "an empty store": ({}, nothing),
    "ended": ({"a": ENDED, **BESIDE}, nothing),
    "needs a login": ({"a": dict(lifetime=-HOUR, reason="reused"), **BESIDE}, nothing),
    "needs a login, access goes on": ({"a": dict(lifetime=9 * DAY + HOUR // 2, reason="reused"), **BESIDE}, nothing),
    "needs a login, access ends soon": ({"a": dict(lifetime=HOUR, reason="reused"), **BESIDE}, nothing),
    "help": ({"a": ENDED}, press("?", sign="Keys")),
    "details": ({"a": ENDED}, press("Enter", sign="user id")),
    "filter": ({"a": ENDED}, press("/", sign="Esc Clear")),
    "filtered and marked": ({"a": ENDED}, press("/", "a", "Enter", "*", sign="1 marked")),
    "messages": ({"a": ENDED}, press("m", sign="Messages")),
    "delete": ({"a": ENDED}, press("d", sign="Forget here")),
    "export": ({"a": ENDED}, press("e", sign="Format")),
    "out of view": ({"a": ENDED, **{f"b{number:02}": ENDED for number in range(20)}, "c": SOON}, nothing),
    "more than are listed without an index": ({f"a{number:03}": ENDED for number in range(510)}, nothing),
    "plain text": ({}, plain_text),
}
# name: (profiles, what is done before, bytes a second)
TICKING = {
    "selected": ({"a": LIVING, "z": ENDED}, nothing, 40),
    "under 48 hours": ({"a": ENDED, "b": SOON}, nothing, 40),
    "details": ({"a": LIVING}, press("Enter", sign="user id"), 40),
    "code": ({}, code_on_the_screen, 60),
}


@pytest.fixture
def scene(tui, issuer, tmp_path):
    """Opens the interface on a store of its own: they are all watched at the same time, since time is what it takes."""
    helper = helper_with_code(tmp_path, "https://auth.example.com/codex/device")

    def put(name, profiles, act, **options):
        store = StoreDir(tmp_path / name)
        store.agree_to_terms()
        copied = {}
        for profile, state in profiles.items():
            if id(state) in copied:
                shutil.copytree(store.profile_dir(copied[id(state)]), store.profile_dir(profile))
            else:
                seed_profile(issuer, store.path, profile, **state)
                copied[id(state)] = profile
        t = tui(env={"CHATELAINE_STORE": store, **helper}, rows=10 if "view" in name else 24, **options)
        t.wait_for(the_list)
        act(t)
        return t
    return put


class Cost(NamedTuple):
    bytes: int
    wakes: int
    cpu: float

    @classmethod
    def so_far(cls, t):
        return cls(len(t.raw), processes.wake_ups(t.pid), processes.cpu_seconds(t.pid))

    def since(self, before):
        return Cost(*(now - then for now, then in zip(self, before)))


def take_all(scenes):
    """Reads what is still under way."""
    for t in scenes.values():
        t.idle(0)


def watch(scenes, seconds):
    """name -> Cost, in a time in which the header's clock does not move on."""
    while True:
        if time.time() % MINUTE < 2:
            # What the turn of the minute drew may still be under way.
            next(iter(scenes.values())).idle(2)
        take_all(scenes)
        minute = time.time() // MINUTE
        before = {name: Cost.so_far(t) for name, t in scenes.items()}
        next(iter(scenes.values())).idle(seconds)
        take_all(scenes)
        if time.time() // MINUTE == minute:
            return {name: Cost.so_far(t).since(before[name]) for name, t in scenes.items()}


def test_nothing_is_sent_and_nobody_wakes_where_nothing_ticks(scene):
    scenes = {name: scene(name, *made) for name, made in SILENT.items()}
    seen = watch(scenes, 3)
    assert {name: cost for name, cost in seen.items() if cost.bytes} == {}
    assert {name: cost for name, cost in seen.items() if cost.wakes > 1} == {}


def test_ticking_is_cheap(scene):
    scenes = {name: scene(name, profiles, act) for name, (profiles, act, _) in TICKING.items()}
    for name, cost in watch(scenes, 3).items():
        assert 0 < cost.bytes <= 3 * TICKING[name][2], (name, cost)
        # A write that must wait and the like are seen as a wake, too.
        assert 2 <= cost.wakes <= 8 and cost.cpu < 0.1, (name, cost)


def test_a_tick_is_a_second(tui, seed):
    seed("a", lifetime=HOUR - MINUTE)
    t = tui()
    wait_selected(t, "a")

    def shown(t):
        return [time.strptime(left, "%H:%M:%S") for left in re.findall(r"00:\d\d:\d\d", row(t, "a") + t.screen()[-2])]
    first = shown(t)
    start = time.monotonic()
    t.wait_for(lambda t: all(now.tm_sec == (then.tm_sec - 2) % 60 for now, then in zip(shown(t), first)))
    assert len(first) == 2 and selected(t) == "a"
    assert 0.9 < time.monotonic() - start < 3
