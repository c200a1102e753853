import pytest

from engine.errors import EngineError
from engine.registry import Registry
from engine.widgets import Unfit
from nodes import primitive

REGISTRY = Registry.of_packages("nodes")


def test_every_primitive_gives_what_it_holds():
    given = (
        primitive.primitive_int(2**62),
        primitive.primitive_float(0.5),
        primitive.primitive_string("a"),
        primitive.primitive_string_multiline("a\nb"),
        primitive.primitive_boolean(True),
    )

    assert given == (2**62, 0.5, "a", "a\nb", True)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "ten", None])
def test_a_number_that_is_none_is_refused(value: object):
    widget = REGISTRY["PrimitiveFloat"].by_name["value"].widget

    assert widget is not None
    with pytest.raises((Unfit, EngineError)):
        widget.check(value, None)
