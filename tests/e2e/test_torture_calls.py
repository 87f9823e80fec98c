"""A call of the C library that fails, anywhere: no crash, no leak, no login lost, nothing half done called done.

Every command is run again and again, and each time another call fails, with what it may fail with, or it and every
one of that function after it. A sample of them is tried; with CHATELAINE_THOROUGH=1 one of each way in which the
program comes to call, and the second and third of those, too.
"""

import re
from collections import Counter
from random import Random

import expect
import pytest
import vt
from injection import THOROUGH
from test_torture import CASES, Lab, files_below, masked

MOST = 2
# After a success these may be missing, or stay: what is only found sooner, noted, or cleared away at the next start.
MAY_MISS = r"index|/run|lock|audit|spent$|/waiting|moves|pending|/\.[^/]+\.\w{6}$"
# A report says of each thing that it could not be read.
TELLS = re.compile(rb"damaged|not readable|unreadable|cannot|error|denied|[Tt]oo many|Interrupted|space|not permitted")


def tries_of(points, name):
    """(point, which of those, in which way, those after it, too) of what is tried."""
    seen, found = Counter(), []
    for point in points:
        seen[point] += 1
        if seen[point] > (3 if THOROUGH else 1):
            continue
        first = THOROUGH and seen[point] == 1
        for way in range(point % 16) if first else [len(found) % (point % 16)]:
            lasting = (False, True) if first and way == 0 else (len(found) % 3 == 0,)
            found += [(point, seen[point], way, all_after) for all_after in lasting]
    # Others for each command; they begin and end alike.
    return found if THOROUGH else Random(name).sample(found, MOST)


def check(lab, good, result, report, good_files, good_report):
    case = lab.case
    assert result.status >= 0, f"killed by signal {-result.status}"
    same = (result.status, masked(result.stdout_bytes)) == (good.status, masked(good.stdout_bytes))
    # A script for a shell may have these.
    result.stdout_bytes = result.stdout_bytes.replace(b"\t", b"")
    told = result.stderr_bytes or TELLS.search(result.stdout_bytes)
    if result.status == 0 or (case.args[0] == "doctor" and told):
        vt.assert_clean_text(result.stderr_bytes)
        vt.assert_clean_text(result.stdout_bytes)
    elif not same:
        # The last two: the command that was to be run could not be.
        assert result.status in (1, 2, 3, 4, 5, 6, 7, *((126, 127) if case.args[0] == "run" else ())), \
            f"exit {result.status}"
        expect.failed(result, result.status)
    if result.status == good.status == 0 and not case.helper:
        if case.says and not told:
            assert same, "other words, and that is no failure"
        made = {masked(path.encode()) for path in files_below(lab.home) if not re.search(MAY_MISS, "/" + path)}
        assert made == good_files, f"not done, and that is no failure: {made ^ good_files}"
    if report.ended:
        assert report.leaks == [], "leaks: " + ", ".join(lab.shim.where(report.leaks))
        assert report.open <= good_report.open, f"{report.open} descriptors are open, not {good_report.open}"
    if files_below(lab.home) != lab.before:
        lab.settle()


@pytest.mark.parametrize("name", CASES)
def test_a_call_fails(build, env, issuer, tmp_path, sanitized, name):
    if sanitized:
        pytest.skip("a sanitizer has these functions itself")
    lab = Lab(build, env, issuer, tmp_path, CASES[name])
    good, good_report = lab.torture(calls=True)
    assert good_report.count > 0 and good_report.ended, (good_report, good)
    good_files = {masked(path.encode()) for path in files_below(lab.home)
                  if not re.search(MAY_MISS, "/" + path)}
    lab.gone()
    tries = tries_of(good_report.points, name)
    problems = {}
    for point, nth, way, all_after in tries:
        try:
            result, report = lab.torture(point, all_after, calls=True, nth=nth, variant=way)
        except Exception as problem:
            problems.setdefault("?", []).append(f"{point:x} {nth} {way} {all_after}: {problem!r:.300}")
            continue
        try:
            check(lab, good, result, report, good_files, good_report)
        except AssertionError as problem:
            text = f"{point:x}/{nth}/{way}{'…' if all_after else ''}: {str(problem).splitlines()[0][:300]}"
            where = " < ".join(lab.shim.where(report.frames)[:8])
            problems.setdefault(where, []).append(f"{text} [{result.status}: {result.stderr_bytes[:200]!r}]")
        lab.gone()
    if problems:
        pytest.fail(f"{name}: {len(problems)} of {len(tries)}:\n" + "\n".join(
            f"{where}\n    " + "\n    ".join(texts[:4]) for where, texts in problems.items()), pytrace=False)
