"""JSON of every command that has it: a schema in each line, and no member that the manual does not explain."""

import json
import re
from pathlib import Path

import consumers

MANUAL = Path(__file__).resolve().parents[2] / "man" / "chatelaine.1"
DAY = 86400

# How each of them is called here; one that is new needs a line.
CALLS = {
    "login": "login new --json", "list": "list --json", "show": "show work --json", "usage": "usage work --json",
    "audit": "audit --json", "doctor": "doctor --json", "config": "config --json",
}


def with_json(chatelaine):
    found = re.findall("^  ([a-z-]+)", chatelaine("help").stdout, re.M)
    assert len(found) > 20
    return {name for name in found if "--json " in chatelaine("help", name).stdout}


def members(value):
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for one in value if isinstance(value, list) else []:
        yield from members(one)


def test_each_line_has_its_schema_and_is_explained(chatelaine, issuer, store, seed, home, agreed):
    seed("work", lifetime=9 * DAY)
    consumers.make("codex", home).sign_in(issuer.mint("personal"))  # Something for the doctor.
    issuer.approve_next("newcomer")
    section = MANUAL.read_text().partition("\n.Sh JSON\n")[2].partition("\n.Sh ")[0]
    assert with_json(chatelaine) == set(CALLS)
    for name, words in CALLS.items():
        result = chatelaine(*words.split())
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert lines and result.stdout.isascii(), (name, result)
        for line in lines:
            assert line["schema"] == 1, (name, line)
            assert [member for member in members(line) if not re.search(rf"\b{member}\b", section)] == [], name
