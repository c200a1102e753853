"""What verifies models, and what is said of rows whose tests did not run."""

from tools import verify

SMALL = {"size": "small", "tests": ["a.py::one", "b.py"]}
FULL = {"size": "full", "tests": ["a.py::large", "c.py"]}


def test_each_file_of_full_size_runs_by_itself_and_all_small_ones_together():
    again = {"size": "full", "tests": ["c.py"]}

    assert verify.groups([SMALL, FULL, again]) == [
        ["a.py::one", "b.py"],
        ["a.py::large"],
        ["c.py"],
    ]


def test_a_row_counts_what_became_of_its_tests():
    found = {"a.py::one[x]": "passed", "b.py::two": "failed", "a.py::large": "passed"}

    assert verify.result(SMALL["tests"], found) == "1 passed, 1 failed"
    assert verify.result(FULL["tests"], {"b.py::two": "passed"}) == verify.NOT_RUN
