"""How a picture was made, read from its prompt."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.document import Document, ExposedInput, ExposedOutput, LinkSource, Node, Subgraph
from engine.server.files.generation import (
    FIRST_WORDS,
    Generation,
    from_document,
    from_parameters,
    from_prompt,
)
from tests.server.pictures import PROMPT


def with_inputs(node: str, **inputs: Any) -> dict[str, Any]:
    changed = {**PROMPT[node], "inputs": {**PROMPT[node]["inputs"], **inputs}}
    return {**PROMPT, node: changed}


def test_sampler_tells_how_a_picture_was_made():
    assert from_prompt(PROMPT) == Generation(
        prompt="a red apple",
        negative="blurry",
        model="sd15.safetensors",
        seed="18446744073709551615",
        sampler="euler",
        scheduler="karras",
        steps=20,
        cfg=7.5,
    )


def test_linked_values_are_followed():
    prompt = with_inputs("5", seed=["8", 0], steps=["9", 0])
    prompt |= {
        "8": {"class_type": "PrimitiveInt", "inputs": {"value": 42}},
        "9": {"class_type": "Steps", "inputs": {"int": 7}},
    }

    found = from_prompt(prompt)

    assert (found.seed, found.steps) == ("42", 7)


def test_linked_text_is_followed():
    prompt = with_inputs("2", text=["8", 0])
    prompt["8"] = {
        "class_type": "StringConcatenate",
        "inputs": {"string_a": "a pear", "string_b": ["9", 0], "delimiter": ", "},
    }
    prompt["9"] = {"class_type": "PrimitiveString", "inputs": {"value": "on a table"}}

    assert from_prompt(prompt).prompt == "a pear\non a table"


def test_node_with_both_conditionings_does_not_mix_them():
    prompt = with_inputs("5", positive=["8", 0], negative=["8", 1])
    prompt["8"] = {
        "class_type": "ControlNetApplyAdvanced",
        "inputs": {"positive": ["2", 0], "negative": ["3", 0], "strength": 1.0},
    }

    found = from_prompt(prompt)

    assert (found.prompt, found.negative) == ("a red apple", "blurry")


def test_combined_conditionings_give_all_texts():
    prompt = with_inputs("5", positive=["8", 0])
    prompt["8"] = {
        "class_type": "ConditioningCombine",
        "inputs": {"conditioning_1": ["2", 0], "conditioning_2": ["9", 0]},
    }
    prompt["9"] = {"class_type": "CLIPTextEncode", "inputs": {"text": "oil", "clip": ["1", 1]}}

    assert from_prompt(prompt).prompt == "a red apple\noil"


def test_first_of_two_samplers_tells_the_seed():
    prompt = {"0": {**PROMPT["5"], "inputs": {**PROMPT["5"]["inputs"]}}, **PROMPT}
    prompt["0"]["inputs"] |= {"latent_image": ["5", 0], "seed": 1, "steps": 5}

    assert from_prompt(prompt).steps == 20


def test_custom_sampler_is_followed_through_its_parts():
    prompt = {
        **{key: PROMPT[key] for key in "1234"},
        "10": {"class_type": "RandomNoise", "inputs": {"noise_seed": 5}},
        "11": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "heun"}},
        "12": {
            "class_type": "BasicScheduler",
            "inputs": {"scheduler": "beta", "steps": 9, "denoise": 1, "model": ["1", 0]},
        },
        "13": {
            "class_type": "CFGGuider",
            "inputs": {"positive": ["2", 0], "negative": ["3", 0], "cfg": 3, "model": ["1", 0]},
        },
        "14": {
            "class_type": "SamplerCustomAdvanced",
            "inputs": {
                "noise": ["10", 0],
                "guider": ["13", 0],
                "sampler": ["11", 0],
                "sigmas": ["12", 0],
                "latent_image": ["4", 0],
            },
        },
    }

    assert from_prompt(prompt) == Generation(
        *("a red apple", "blurry", "sd15.safetensors", "5", "heun", "beta", 9, 3.0)
    )


def test_prompt_without_a_sampler_tells_nothing():
    assert from_prompt({key: PROMPT[key] for key in "124"}) == Generation()


def test_cycle_ends():
    prompt = with_inputs("5", positive=["8", 0])
    prompt["8"] = {"class_type": "Loop", "inputs": {"a": ["9", 0], "text": "round"}}
    prompt["9"] = {"class_type": "Loop", "inputs": {"a": ["8", 0], "b": ["5", 0]}}

    assert from_prompt(prompt).prompt == "round"


def test_parameters_of_a1111_are_read():
    text = (
        "a (red:1.2) apple,\non a table\nNegative prompt: blurry, low\n"
        "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 123, "
        'Size: 512x512, Model hash: abc, Model: v1-5, Lora hashes: "a: 1, b: 2", Version: 1.9'
    )

    assert from_parameters(text) == Generation(
        prompt="a (red:1.2) apple,\non a table",
        negative="blurry, low",
        model="v1-5",
        seed="123",
        sampler="DPM++ 2M",
        scheduler="Karras",
        steps=20,
        cfg=7.5,
    )


def test_parameters_without_settings_are_a_prompt():
    assert from_parameters("just words") == Generation(prompt="just words")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each),
    max_leaves=10,
)
INPUTS = st.dictionaries(
    st.sampled_from(["seed", "steps", "cfg", "positive", "negative", "text", "model", "guider"]),
    JSON | st.tuples(st.sampled_from("abc"), st.integers(-2, 3)).map(list),
)


@given(
    st.dictionaries(st.sampled_from("abc"), INPUTS.map(lambda inputs: {"inputs": inputs}) | JSON)
)
def test_any_prompt_is_read(prompt: dict[str, Any]):
    found = from_prompt(prompt)

    assert found.steps is None or isinstance(found.steps, int)


def test_document_tells_the_first_words_of_its_prompt():
    values = {"seed": "7", "steps": 20}
    nodes = {
        "1": Node(type="CLIPTextEncode", values={"text": "a red apple " * 100}),
        "2": Node(type="KSampler", values=values, links={"positive": LinkSource("1", 0)}),
    }

    found = from_document(Document(nodes=nodes))

    assert (found.seed, found.steps) == ("7", 20)
    assert found.prompt == ("a red apple " * 100)[:FIRST_WORDS]


SUBGRAPHS = {
    "words": Subgraph(
        nodes={"1": Node(type="CLIPTextEncode", values={"text": "a cat"})},
        inputs=[ExposedInput(name="text", targets=[("1", "text")])],
        outputs=[ExposedOutput(name="out", source=("1", 0))],
    ),
    "drawing": Subgraph(
        nodes={
            "1": Node(type="subgraph:words", values={"text": "a red apple"}),
            "2": Node(
                type="KSampler",
                values={"seed": "7", "steps": 20},
                links={"positive": LinkSource("1", 0)},
            ),
        },
    ),
}


def test_a_prompt_in_subgraphs_tells_jobs_apart():
    found = from_document(Document(nodes={"1": Node(type="subgraph:drawing")}, subgraphs=SUBGRAPHS))

    assert (found.prompt, found.seed) == ("a red apple", "7")


def test_a_subgraph_that_is_not_there_hides_no_prompt_outside():
    nodes = {"5": Node(type="subgraph:gone"), **SUBGRAPHS["drawing"].nodes}
    nodes["1"] = Node(type="CLIPTextEncode", values={"text": "a pear"})

    assert from_document(Document(nodes=nodes, subgraphs=SUBGRAPHS)).prompt == "a pear"
