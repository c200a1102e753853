"""Choices and prompts: rows 59 and 61."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.values import (
    PROMPT,
    SAMPLER,
    document,
    values,
)


@pytest.fixture
def editor(shared: Editor) -> Editor:
    return shared


def test_row_59_a_choice_is_filtered_and_taken_by_keys(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    sampler = editor.node("1").get_by_role("combobox", name="sampler_name")
    sampler.click()
    listbox = editor.page.get_by_role("listbox", name="sampler_name")
    expect(listbox).to_be_visible()
    expect(editor.page.get_by_role("option", name="euler", exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    editor.keyboard.type("dpm2m")
    expect(listbox.get_by_role("option").first).to_have_text(re.compile("dpmpp_2m"))
    editor.press("Enter")

    expect(listbox).to_have_count(0)
    expect(sampler).to_be_focused()
    assert values(editor, "1")["sampler_name"] == "dpmpp_2m"


def test_row_59_a_missing_choice_is_marked_and_kept(editor: Editor) -> None:
    editor.open(
        document(n1={"type": "CheckpointLoaderSimple", "values": {"ckpt_name": "gone.safetensors"}})
    )
    field = editor.node("1").get_by_role("combobox", name="ckpt_name")
    expect(field).to_contain_text("gone.safetensors")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.click()
    listbox = editor.page.get_by_role("listbox", name="ckpt_name")
    expect(listbox.get_by_role("option")).to_have_count(2)
    editor.press("Escape")

    assert values(editor, "1")["ckpt_name"] == "gone.safetensors"


def test_typing_on_a_choice_opens_its_list_with_the_filter(editor: Editor) -> None:
    editor.open(document(n1=SAMPLER))
    editor.node("1").get_by_role("combobox", name="scheduler").focus()
    editor.keyboard.type("k")
    listbox = editor.page.get_by_role("listbox", name="scheduler")
    expect(listbox.get_by_role("option").first).to_have_text(re.compile("karras"))
    editor.press("Enter")
    assert values(editor, "1")["scheduler"] == "karras"


def test_row_61_weights_by_keys(editor: Editor) -> None:
    editor.open(document(n1=PROMPT))
    area = editor.node("1").get_by_role("textbox", name="text")
    area.click()
    editor.press("Control+Home")
    for _ in range(3):
        editor.press("ArrowRight")
    editor.press("Control+ArrowUp")
    expect(area).to_have_value("a (red:1.1) apple")
    editor.press("Control+ArrowUp")
    assert values(editor, "1")["text"] == "a (red:1.2) apple"
    for _ in range(2):
        editor.press("Control+ArrowDown")
    assert values(editor, "1")["text"] == "a red apple"


def test_typing_a_prompt_is_undone_as_one(editor: Editor) -> None:
    editor.open(document(n1=PROMPT))
    area = editor.node("1").get_by_role("textbox", name="text")
    area.click()
    editor.press("End")
    editor.keyboard.type(" and a pear")
    assert values(editor, "1")["text"] == "a red apple and a pear"
    editor.press("Escape")
    editor.press("Control+z")

    expect(area).to_have_value("a red apple")


def test_tokens_are_counted_for_the_checkpoint_upstream(editor: Editor) -> None:
    clip = {**PROMPT, "links": {"clip": ["1", 1, "CLIP"]}}
    editor.open(
        document(
            n1={"type": "CheckpointLoaderSimple", "values": {"ckpt_name": "emoji-mini"}}, n2=clip
        )
    )
    editor.node("2").get_by_role("textbox", name="text").click()

    expect(editor.node("2").get_by_text("5/77")).to_be_visible(timeout=30_000)
    editor.press("Control+a")
    editor.keyboard.insert_text("apple " * 90)
    expect(editor.node("2").get_by_text("94/154")).to_be_visible(timeout=10_000)


def test_names_are_offered_no_more_once_the_caret_has_left_them(editor: Editor) -> None:
    editor.page.route(
        "**/api/v1/models/embeddings*",
        lambda route: route.fulfill(json={"models": [{"name": "hands.pt"}], "total": 1}),
    )
    editor.open(document(n1=PROMPT))
    area = editor.node("1").get_by_role("textbox", name="text")
    area.click()
    editor.press("Control+End")
    editor.keyboard.type(", embedding:ha")
    names = editor.page.get_by_role("listbox", name="Names")
    expect(names).to_be_visible()
    editor.press("Home")
    expect(names).to_have_count(0)
    editor.press("Enter")

    assert values(editor, "1")["text"] == "\na red apple, embedding:ha"
