"""What runs for months stays as it is: `./dev soak` in short."""

import flat
import pytest
import soak
import visits
from issuer.seed import DAY, HOUR

# The heap is counted to the byte. How many pages it lies in is known after thousands only.
PAGES = 8 * flat.PAGES


@pytest.fixture
def place(tmp_path, build, issuer, sanitizer_log):
    def make(names, lifetime):
        return soak.Place(tmp_path, build / "chatelaine", issuer, names, lifetime, sanitizer_log)
    return make


def test_renewals_leave_nothing(place, clock):
    """In the program that keeps, in an interface beside it, and in the store."""
    names = soak.PROFILES[-10:]
    series = soak.renew(place(names, 2 * HOUR), clock, 12 * len(names))
    assert series.problems(PAGES) == []


def test_screens_leave_nothing(place, sanitized):
    series = soak.visit(place(soak.FEW, 9 * DAY), 3 * len(visits.VISITS), counted=not sanitized)
    # What a sanitizer knows of what was freed grows for a while; it tells itself what was not.
    assert sanitized or series.problems(PAGES) == []


@pytest.mark.parametrize("option", ["--renewals", "--screens"])
def test_too_few_are_refused(monkeypatch, capsys, option):
    monkeypatch.setattr("sys.argv", ["soak", option, "20"])
    with pytest.raises(SystemExit, match="2"):
        soak.main()
    said = capsys.readouterr().err
    assert f"{option}: " in said and "is the least" in said
