from __future__ import annotations

import pytest

from engine.results import MISSING


@pytest.mark.parametrize("value", [None, 0, "", (), False])
def test_what_is_missing_is_unlike_every_value(value: object):
    assert value is not MISSING
    assert value != MISSING


def test_what_is_missing_is_false_and_says_its_name():
    assert not MISSING
    assert repr(MISSING) == "MISSING"
