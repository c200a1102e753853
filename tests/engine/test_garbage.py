import gc

import pytest

from engine.running.garbage import collected_later


def test_nothing_is_collected_inside():
    with collected_later():
        assert not gc.isenabled()


def test_collection_goes_on_after_an_error():
    with pytest.raises(ValueError), collected_later():
        raise ValueError

    assert gc.isenabled()


def test_collection_stays_off_where_it_was_off():
    gc.disable()
    try:
        with collected_later():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()
