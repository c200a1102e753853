"""ComfyUI's forms of a pack: classes in a mapping, and an entry point."""

from __future__ import annotations

from tests.packs.conftest import MakeShelf, Write

CLASSES = '''
class Scale:
    """Scale."""

    CATEGORY = "toy"
    FUNCTION = "run"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("INT", {"default": 1})}}

    def run(self, value):
        return (value * 2,)


class Broken:
    CATEGORY = "toy"
    FUNCTION = "run"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        raise ValueError("no inputs today")

    def run(self):
        return (1,)
'''
MAPPING = 'NODE_CLASS_MAPPINGS = {"Scale": Scale, "Broken": Broken}\n'
TITLES = 'NODE_DISPLAY_NAME_MAPPINGS = {"Scale": "Scale It"}\n'

EXTENSION = """
from comfy_api.latest import ComfyExtension, io


class Third(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="Third", display_name="Third One", category="toy",
            inputs=[io.Int.Input("value", default=1)], outputs=[io.Int.Output()],
        )

    @classmethod
    def execute(cls, value):
        return io.NodeOutput(value + 1)
"""
ENTRYPOINT = """
class Extension(ComfyExtension):
    async def get_node_list(self):
        return [Third]


async def comfy_entrypoint():
    return Extension()
"""


def test_classes_are_nodes_with_their_titles(write: Write, make_shelf: MakeShelf):
    write("a", CLASSES + MAPPING + TITLES)

    spec = make_shelf().find("Scale")

    assert spec is not None
    assert (spec.title, spec.category, spec.source) == ("Scale It", "toy", "a")
    assert spec.code


def test_a_broken_class_is_told_with_its_place_and_the_others_stay(
    write: Write, make_shelf: MakeShelf
):
    path = write("a", CLASSES + MAPPING)

    (record,) = make_shelf().packs()

    assert record.nodes == ("Scale",)
    (problem,) = record.problems
    assert "no inputs today" in problem.message
    assert (problem.file, problem.line) == (str(path / "__init__.py"), 24)


def test_a_class_that_takes_a_built_in_id_is_named(write: Write, make_shelf: MakeShelf):
    path = write("a", CLASSES + 'NODE_CLASS_MAPPINGS = {"KSampler": Scale}')

    (record,) = make_shelf().packs()

    assert record.nodes == ()
    assert (record.problems[0].file, record.problems[0].line) == (str(path / "__init__.py"), 2)


def test_what_is_no_class_is_told(write: Write, make_shelf: MakeShelf):
    write("a", CLASSES + 'NODE_CLASS_MAPPINGS = {"Scale": Scale, "Text": "text", 3: Scale}')

    (record,) = make_shelf().packs()

    assert record.nodes == ("Scale",)
    assert len(record.problems) == 2


def test_a_mapping_that_is_none_is_told(write: Write, make_shelf: MakeShelf):
    write("a", "NODE_CLASS_MAPPINGS = [3]")

    (record,) = make_shelf().packs()

    assert "NODE_CLASS_MAPPINGS is no dict" in record.problems[0].message


def test_an_empty_mapping_is_all_right(write: Write, make_shelf: MakeShelf):
    write("a", "NODE_CLASS_MAPPINGS = {}")

    assert make_shelf().packs()[0].problems == ()


def test_an_entry_point_gives_nodes(write: Write, make_shelf: MakeShelf):
    write("a", EXTENSION + ENTRYPOINT)

    spec = make_shelf().find("Third")

    assert spec is not None
    assert (spec.title, spec.source) == ("Third One", "a")
    assert spec.code


def test_a_mapping_may_hold_the_new_form_too(write: Write, make_shelf: MakeShelf):
    write("a", EXTENSION + 'NODE_CLASS_MAPPINGS = {"Renamed": Third}')

    (record,) = make_shelf().packs()

    assert (record.nodes, record.problems) == (("Renamed",), ())


def test_an_entry_point_that_fails_is_told(write: Write, make_shelf: MakeShelf):
    path = write("a", "\nasync def comfy_entrypoint():\n    raise ValueError('not today')\n")

    (record,) = make_shelf().packs()

    assert "comfy_entrypoint failed: ValueError: not today" in record.problems[0].message
    assert (record.problems[0].file, record.problems[0].line) == (str(path / "__init__.py"), 3)


def test_our_own_nodes_may_stand_beside(write: Write, make_shelf: MakeShelf):
    own = "from engine import node\n@node(category='toy')\ndef own() -> int: ...\n"
    write("a", CLASSES + MAPPING.replace(', "Broken": Broken', "") + own)

    assert make_shelf().packs()[0].nodes == ("Own", "Scale")
