import types

import engine


def test_public_names_are_those_that_the_package_gives():
    given = {
        name
        for name, value in vars(engine).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }

    assert sorted(given) == sorted(engine.__all__)


def test_module_of_the_same_name_does_not_hide_lazy():
    assert callable(engine.lazy)
