from __future__ import annotations

from tools.size import FILE_BUDGET, FUNCTION_BUDGET, measure, over_budget, report

SOURCE = '''\
class Box:
    def opened(self):
        """Return it opened.

        A docstring is not code.
        """
        async def inner():
            return 1

        return inner
'''


def test_functions_are_counted_without_their_docstring():
    functions = measure("box.py", SOURCE).functions

    assert functions == {"Box.opened": 5, "Box.opened.inner": 2}


def test_the_longest_function_is_named():
    assert measure("box.py", SOURCE).longest == ("Box.opened", 5)


def test_a_module_without_functions_has_no_longest():
    assert measure("data.py", "X = 1\n").longest == ("", 0)


def test_long_files_and_functions_are_listed():
    body = "    x = 1\n" * FUNCTION_BUDGET
    module = measure("long.py", f"def run():\n{body}" + "\n" * FILE_BUDGET)

    over = over_budget([module])

    assert [line.split(" lines")[0] for line in over] == ["long.py: 341", "long.py: run 41"]


def test_what_fits_is_not_listed():
    assert over_budget([measure("box.py", SOURCE)]) == []


def test_the_report_adds_up_each_room():
    modules = [measure("engine/a.py", SOURCE), measure("engine/b.py", SOURCE)]

    assert "    20 engine" in report(modules).splitlines()
