"""Every built-in node against ComfyUI's tables.

`core_nodes.tsv` holds all types of ComfyUI 0.3.64, of which we have a part; rows of types that
are younger stand in `later_nodes.tsv` in the same form. Whatever else there is, is a node of our
own and says so in its id. A list that is written there as a count, or that depends on files, is
not compared.
"""

import csv
import subprocess
import sys
from ast import literal_eval
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from engine.registry import Registry
from engine.spec import InputSpec, NodeSpec

TABLES = [
    Path(__file__).parents[1] / "reference" / f"{name}.tsv"
    for name in ("core_nodes", "later_nodes")
]
#: What the ids of our own nodes begin with, as those of no known pack do.
OURS = "Sfumato"
REGISTRY = Registry.of_packages("nodes")
#: Flags of the table to the name of the option they set.
FLAGS = {
    "multiline": "multiline",
    "dynamicPrompts": "dynamicPrompts",
    "control_after_generate": "control_after_generate",
    "image_upload": "image_upload",
}
NUMBERS = ("min", "max", "step")


class Row(NamedTuple):
    node_type: str
    category: str
    flags: str
    inputs: dict[str, tuple[str, str]]
    outputs: list[tuple[str, str]]


def rows(table: Path) -> list[Row]:
    """Read a table; an input is its name with `?` where optional, its type and its options."""
    with table.open(newline="") as file:
        return [
            Row(
                each["node_type"],
                each["category"],
                each["flags"],
                {name: split_options(rest) for name, rest in pairs(each["inputs"])},
                pairs(each["outputs"]),
            )
            for each in csv.DictReader(file, delimiter="\t")
        ]


def pairs(text: str) -> list[tuple[str, str]]:
    """Split `a:X; b:Y` into pairs."""
    found = [part.partition(":") for part in text.split("; ") if part]
    return [(name, rest) for name, _, rest in found]


def split_options(text: str) -> tuple[str, str]:
    """Split `INT{min=0}` into the type and what is in the braces."""
    kind, _, rest = text.partition("{")
    return kind, rest.rstrip("}")


ROWS = [row for table in TABLES for row in rows(table) if row.node_type in REGISTRY]
INPUTS = [
    pytest.param(row, name, id=f"{row.node_type}.{name}") for row in ROWS for name in row.inputs
]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.node_type)
each_input = pytest.mark.parametrize(("row", "name"), INPUTS)


def spec_of(row: Row, name: str) -> tuple[InputSpec, str]:
    """Return an input as we declare it, and its options in the table."""
    return REGISTRY[row.node_type].by_name[name.rstrip("?")], row.inputs[name][1]


def shown(spec: InputSpec) -> dict[str, Any]:
    """Return the options that an editor gets."""
    return spec.widget.options(None) if spec.widget else {}


def test_what_the_tables_do_not_name_is_of_our_own():
    others = {spec.id for spec in REGISTRY} - {row.node_type for row in ROWS}

    assert {each for each in others if not each.startswith(OURS)} == set()


@each_row
def test_inputs_have_their_names_order_types_and_need(row: Row):
    declared = {
        each.name + ("" if each.required else "?"): each.type
        for each in REGISTRY[row.node_type].inputs
    }

    assert list(declared.items()) == [(name, kind) for name, (kind, _) in row.inputs.items()]


@each_row
def test_outputs_have_their_names_order_and_types(row: Row):
    outputs = REGISTRY[row.node_type].outputs

    assert [(each.name, each.type) for each in outputs] == row.outputs


@each_row
def test_category_and_flags_are_the_tables(row: Row):
    spec = REGISTRY[row.node_type]

    assert spec.category == row.category
    assert spec.is_output == ("output_node" in row.flags)
    assert spec.deprecated == ("deprecated" in row.flags)
    assert spec.experimental == ("experimental" in row.flags)
    assert spec.has_list_outputs == ("output_is_list" in row.flags)


def alike(one: str, other: str) -> bool:
    """Say whether texts are equal, or stand for the same number."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


@each_input
def test_defaults_are_the_tables(row: Row, name: str):
    spec, options = spec_of(row, name)
    default = next((o.partition("=")[2] for o in options.split(",") if "default=" in o), None)

    assert spec.has_default == (default is not None)
    assert default is None or alike(str(shown(spec)["default"]), default)


@each_input
def test_ranges_are_the_tables(row: Row, name: str):
    spec, options = spec_of(row, name)
    given = dict(o.split("=") for o in options.split(",") if o.partition("=")[0] in NUMBERS)

    assert {key: shown(spec)[key] for key in given} == {
        key: literal_eval(number) for key, number in given.items()
    }


@each_input
def test_flags_are_the_tables(row: Row, name: str):
    spec, options = spec_of(row, name)
    given = set(options.split(","))

    assert {flag for flag, option in FLAGS.items() if shown(spec).get(option)} == given & set(FLAGS)
    assert spec.lazy == ("lazy" in given)


@each_input
def test_choices_are_the_tables(row: Row, name: str):
    spec, options = spec_of(row, name)
    listed = options.partition(",default=")[0].split("|") if "|" in options else None

    assert listed is None or shown(spec)["options"] == listed


@pytest.mark.parametrize("spec", REGISTRY, ids=lambda spec: spec.id)
def test_every_node_says_what_it_does(spec: NodeSpec):
    assert spec.description.endswith(".")
    assert spec.title


def test_listing_nodes_loads_neither_torch_nor_pillow():
    code = (
        "import sys; from engine.registry import Registry; "
        "specs = list(Registry.of_packages('nodes')); "
        "[each.widget and each.widget.options(None) for spec in specs for each in spec.inputs]; "
        "sys.exit(bool({'torch', 'numpy', 'PIL', 'diffusers'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_two_types_are_called_alike():
    titles = [spec.title for spec in REGISTRY]

    assert [each for each in titles if titles.count(each) > 1] == []
