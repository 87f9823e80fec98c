"""The issuer of its own tests."""

import pytest

from issuer import Issuer


@pytest.fixture
def issuer():
    with Issuer() as made:
        yield made
        assert made.problems == []
