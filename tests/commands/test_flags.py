from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.commands.flags import Flags, parse_set
from engine.document import Document, ExposedInput
from engine.errors import SettingError
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import InputSpec, NodeSpec
from engine.widgets import SEED_MAX, Bool, Choice, FileChoice, Float, Int, Text
from tests.graphs import Graphs

INPUTS = {
    "prompt": [("2", "text")],
    "seed": [("5", "seed")],
    "steps": [("5", "steps")],
    "mode": [("5", "mode")],
    "tiled": [("5", "tiled")],
}
FIELDS = (
    InputSpec("seed", "INT", Int(default=0, min=0, max=SEED_MAX), has_default=True),
    InputSpec(
        "steps", "INT", Int(default=20, min=1, max=100), has_default=True, tooltip="How many."
    ),
    InputSpec("cfg", "FLOAT", Float(default=7.0), has_default=True),
    InputSpec("mode", "COMBO", Choice(default="fast", choices=("fast", "good")), has_default=True),
    InputSpec("tiled", "BOOLEAN", Bool(default=False), has_default=True),
    InputSpec("data", "*"),
)


@pytest.fixture
def registry() -> Registry:
    prompt = InputSpec("text", "STRING", Text(multiline=True))
    return Registry(
        [
            NodeSpec("Sampler", lambda **given: None, FIELDS, is_output=True),
            NodeSpec("Prompt", lambda **given: None, (prompt,)),
        ]
    )


@pytest.fixture
def document() -> Document:
    g = Graphs()
    g.node("Prompt", at="2", text="a pear")
    g.node("Sampler", at="5", seed=7, mode="fast")
    return g.document(inputs=INPUTS)


@pytest.fixture
def flags(document: Document, registry: Registry, tmp_path: Path) -> Flags:
    return Flags(document, registry, Folders.at(tmp_path))


def values(document: Document, node_id: str = "5") -> dict[str, Any]:
    return document.nodes[node_id].values


# --name value


def test_flag_sets_the_exposed_input(flags: Flags, document: Document):
    filled = flags.fill(document, ["--prompt", "a red apple", "--steps", "9"])

    assert values(filled, "2")["text"] == "a red apple"
    assert values(filled)["steps"] == "9"


def test_flag_may_be_written_with_an_equals_sign(flags: Flags, document: Document):
    assert values(flags.fill(document, ["--prompt=--x"]), "2")["text"] == "--x"


def test_no_flags_leave_the_document(flags: Flags, document: Document):
    assert flags.fill(document, []) == document


def test_flag_of_several_targets_sets_all(registry: Registry, tmp_path: Path):
    g = Graphs()
    g.node("Sampler", at="a")
    g.node("Sampler", at="b")
    both = g.document(inputs={"seed": [("a", "seed"), ("b", "seed")]})

    filled = Flags(both, registry, Folders.at(tmp_path)).fill(both, ["--seed", "3"])

    assert (values(filled, "a"), values(filled, "b")) == ({"seed": "3"}, {"seed": "3"})


def test_flag_with_an_underscore_may_have_a_dash(registry: Registry, tmp_path: Path):
    g = Graphs()
    g.node("Sampler", at="a")
    named = g.document(inputs={"sampling_steps": [("a", "steps")]})

    filled = Flags(named, registry, Folders.at(tmp_path)).fill(named, ["--sampling-steps", "3"])

    assert values(filled, "a") == {"steps": "3"}


@pytest.mark.parametrize(
    ("word", "value"), [("true", True), ("No", False), ("on", True), ("0", "0"), ("maybe", "maybe")]
)
def test_yes_and_no_are_understood(flags: Flags, document: Document, word: str, value: Any):
    assert values(flags.fill(document, ["--tiled", word]))["tiled"] == value


def test_flag_that_is_not_known_lists_those_that_are(flags: Flags, document: Document):
    with pytest.raises(SettingError) as caught:
        flags.fill(document, ["--size", "9"])

    assert caught.value.message == (
        'The workflow has no flag "--size". Its inputs: --prompt, --seed, --steps, --mode, '
        "--tiled. Any other value is set with --set NODE.INPUT=VALUE."
    )


def test_flag_without_a_value_is_refused(flags: Flags, document: Document):
    with pytest.raises(SettingError, match="expected one argument"):
        flags.fill(document, ["--prompt"])


def test_flag_is_not_abbreviated(flags: Flags, document: Document):
    with pytest.raises(SettingError, match='no flag "--prom"'):
        flags.fill(document, ["--prom", "x"])


# --set


def test_set_reaches_any_value(flags: Flags, document: Document):
    assert values(parse_set(document, "5.cfg=6", flags))["cfg"] == "6"


def test_set_reaches_an_exposed_name(flags: Flags, document: Document):
    assert values(parse_set(document, "prompt=a=b", flags), "2")["text"] == "a=b"


def test_set_of_an_untyped_input_takes_json(flags: Flags, document: Document):
    assert values(parse_set(document, '5.data={"a": [1]}', flags))["data"] == {"a": [1]}


def test_set_of_an_untyped_input_takes_other_text_as_it_is(flags: Flags, document: Document):
    assert values(parse_set(document, "5.data=plain", flags))["data"] == "plain"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("5.cfg", "sets nothing"),
        ("=3", "sets nothing"),
        ("9.cfg=3", 'there is no node "9"'),
        ("5.sharp=3", 'node "5" (Sampler) has no "sharp"'),
        ("other=3", 'no flag "--other=3"'),
    ],
)
def test_set_that_names_nothing_is_refused(
    flags: Flags, document: Document, setting: str, told: str
):
    with pytest.raises(SettingError) as caught:
        parse_set(document, setting, flags)
    assert told in caught.value.message


# --from-file


def test_line_that_is_no_flags_is_the_prompt(flags: Flags, document: Document):
    assert values(flags.fill_line(document, "a red apple"), "2")["text"] == "a red apple"


def test_line_of_flags_is_split_as_a_shell_does(flags: Flags, document: Document):
    filled = flags.fill_line(document, '--prompt "two words" --seed 4')

    assert values(filled, "2")["text"] == "two words"
    assert values(filled)["seed"] == "4"


def test_line_with_an_open_quote_is_refused(flags: Flags, document: Document):
    with pytest.raises(SettingError, match="can not be read: No closing quotation"):
        flags.fill_line(document, '--prompt "open')


def test_line_without_a_prompt_to_fill_is_refused(registry: Registry, tmp_path: Path):
    plain = Document()

    with pytest.raises(SettingError, match='exposes no "prompt"'):
        Flags(plain, registry, Folders.at(tmp_path)).fill_line(plain, "a red apple")


# --n


def test_seeds_are_moved(flags: Flags, document: Document):
    assert values(flags.with_seeds_moved(document, 2)) == {"seed": 9, "mode": "fast"}


def test_seeds_move_past_the_largest_to_nothing(flags: Flags, document: Document):
    largest = document.with_value("5", "seed", SEED_MAX)

    assert values(flags.with_seeds_moved(largest, 1))["seed"] == 0


def test_seed_that_was_not_typed_moves_from_its_default(flags: Flags, document: Document):
    node = document.nodes["2"]
    g = Graphs(nodes={"2": node})
    g.node("Sampler", at="5")

    assert values(flags.with_seeds_moved(g.document(), 3))["seed"] == 3


def test_linked_seed_stays_linked(flags: Flags):
    g = Graphs()
    g.node("Sampler", at="5", seed=g.node("Prompt", at="2"))

    assert values(flags.with_seeds_moved(g.document(), 3)) == {}


def test_seed_that_is_no_number_is_left_for_the_checks(flags: Flags, document: Document):
    wrong = document.with_value("5", "seed", "seven")

    assert values(flags.with_seeds_moved(wrong, 1))["seed"] == "seven"


# subgraph instances


@pytest.fixture
def instance() -> Document:
    inner = Graphs()
    inner.node("Sampler", at="k", seed=100)
    top = Graphs(subgraphs={"s": inner.subgraph(inputs={"noise": [("k", "seed")]})})
    top.node("subgraph:s", at="12", noise=1)
    return top.document(inputs={"seed": [("12", "noise")]})


def test_flag_of_an_instance_has_the_type_of_the_node_inside(
    instance: Document, registry: Registry, tmp_path: Path
):
    assert "--seed INT" in Flags(instance, registry, Folders.at(tmp_path)).describe()


def test_set_reaches_an_exposed_input_of_an_instance(
    instance: Document, registry: Registry, tmp_path: Path
):
    changed = parse_set(instance, "12.noise=5", Flags(instance, registry, Folders.at(tmp_path)))

    assert values(changed, "12") == {"noise": "5"}


def test_seeds_inside_and_on_instances_are_moved(
    instance: Document, registry: Registry, tmp_path: Path
):
    moved = Flags(instance, registry, Folders.at(tmp_path)).with_seeds_moved(instance, 1)

    assert values(moved, "12") == {"noise": 2}
    assert moved.subgraphs["s"].nodes["k"].values == {"seed": 101}


# help


def test_help_lists_types_ranges_and_defaults(flags: Flags):
    lines = flags.describe().splitlines()

    assert "  --steps INT" in lines
    assert any("How many. From 1 to 100. (default: 20)" in line for line in lines)
    assert any('One of fast, good. (default: "fast")' in line for line in lines)
    assert any('(default: "a pear")' in line for line in lines)


def test_description_of_the_document_stands_before_the_tooltip(
    document: Document, registry: Registry, tmp_path: Path
):
    described = ExposedInput("steps", [("5", "steps")], description="Quality.")
    changed = Document(nodes=document.nodes, inputs=[described])

    assert "Quality. From 1" in Flags(changed, registry, Folders.at(tmp_path)).describe()


def test_help_of_a_workflow_without_inputs_says_so(registry: Registry, tmp_path: Path):
    described = Flags(Document(), registry, Folders.at(tmp_path)).describe()

    assert "exposes no inputs" in described


def test_exposed_input_of_a_node_that_is_gone_is_still_a_flag(
    document: Document, registry: Registry, tmp_path: Path
):
    gone = Document(inputs=[replace_targets(document)])

    assert "--prompt VALUE" in Flags(gone, registry, Folders.at(tmp_path)).describe()


def replace_targets(document: Document) -> ExposedInput:
    return ExposedInput(document.inputs[0].name, [("99", "text")])


def test_number_without_bounds_shows_no_range(registry: Registry, tmp_path: Path):
    spec = registry["Sampler"]
    registry = Registry([replace(spec, inputs=(InputSpec("x", "FLOAT", Float()),))])
    g = Graphs()
    g.node("Sampler", at="5", x=1.0)
    exposed = g.document(inputs={"x": [("5", "x")]})

    assert "From" not in Flags(exposed, registry, Folders.at(tmp_path)).describe()


def test_number_that_is_kept_as_text_is_shown_as_a_number(
    document: Document, registry: Registry, tmp_path: Path
):
    kept = document.with_value("5", "seed", str(SEED_MAX))

    assert f"(default: {SEED_MAX})" in Flags(kept, registry, Folders.at(tmp_path)).describe()


# words that argparse or the system stumble over


def test_value_that_begins_with_a_dash_has_a_way_in(flags: Flags, document: Document):
    with pytest.raises(SettingError) as caught:
        flags.fill(document, ["--prompt", "-red"])

    assert caught.value.message == (
        "The argument --prompt: expected one argument. "
        "A value that begins with a dash is written --name=VALUE."
    )


def test_flags_are_told_as_they_are_spelt(registry: Registry, tmp_path: Path):
    g = Graphs()
    g.node("Sampler", at="5")
    named = g.document(inputs={"mySteps": [("5", "steps")]})

    with pytest.raises(SettingError, match="--mySteps: expected"):
        Flags(named, registry, Folders.at(tmp_path)).fill(named, ["--mySteps"])


def test_very_deep_json_is_taken_as_text(flags: Flags, document: Document):
    deep = "[" * 100_000

    assert values(parse_set(document, f"5.data={deep}", flags))["data"] == deep


# pictures


@pytest.fixture
def picture_flags(registry: Registry, tmp_path: Path) -> tuple[Flags, Document]:
    image = InputSpec("image", "COMBO", FileChoice(kind="input", upload="image"))
    registry.add(NodeSpec("Load", print, (image,)))
    g = Graphs()
    g.node("Load", at="1")
    document = g.document(inputs={"image": [("1", "image")]})
    return Flags(document, registry, Folders.at(tmp_path / "base")), document


def image_of(given: tuple[Flags, Document], text: str) -> str:
    flags, document = given
    return values(flags.fill(document, ["--image", text]), "1")["image"]


def test_picture_from_anywhere_is_taken_into_the_input_folder(
    picture_flags: tuple[Flags, Document], tmp_path: Path
):
    (tmp_path / "cat.png").write_bytes(b"a cat")

    assert image_of(picture_flags, str(tmp_path / "cat.png")) == "cat.png"
    assert (tmp_path / "base" / "input" / "cat.png").read_bytes() == b"a cat"


def test_tilde_is_the_home_folder(
    picture_flags: tuple[Flags, Document], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "cat.png").touch()

    assert image_of(picture_flags, "~/cat.png") == "cat.png"


@pytest.mark.parametrize(
    "text", ["cat.png", "cat.png [output]", "~nobody-here/cat.png", "x" * 5000, "a\0b", "."]
)
def test_what_is_no_file_is_a_name_in_the_input_folder(
    picture_flags: tuple[Flags, Document], text: str
):
    assert image_of(picture_flags, text) == text
