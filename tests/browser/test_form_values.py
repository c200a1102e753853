"""What one types, chooses and throws in a form."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.editor import Editor
from tests.browser.forms import open_form
from tests.browser.values import add_node_type, typed


def test_a_number_stays_within_its_bounds_and_a_seed_keeps_its_digits(editor: Editor) -> None:
    open_form(editor)
    form = editor.page.get_by_role("form", name="Formed")
    steps, seed = form.get_by_label("Steps", exact=True), form.get_by_label("Seed", exact=True)

    steps.fill("-4")
    seed.fill("18446744073709551614")
    steps.focus()
    seed.focus()

    values = editor.document()["nodes"]["5"]["values"]
    assert (values["steps"], values["seed"]) == (1, "18446744073709551614")
    expect(steps).to_have_value("1")


def test_a_bound_that_is_taken_is_told_of_until_something_else_is_typed(editor: Editor) -> None:
    open_form(editor)
    field = editor.page.locator('[data-field="steps"]')
    steps = field.get_by_label("Steps", exact=True)
    steps.fill("20000")
    expect(field.locator(".form-limit")).to_have_count(0)
    steps.press("Tab")

    expect(field.locator(".form-limit")).to_have_text("10000 is the most, and is used.")
    expect(steps).to_have_accessible_description("10000 is the most, and is used. How often.")
    live = editor.page.locator("#live", has_text="Steps: 10000 is the most, and is used.")
    live.wait_for(state="attached")
    steps.fill("20")
    expect(field.locator(".form-limit")).to_have_count(0)
    assert editor.document()["nodes"]["5"]["values"]["steps"] == 20


CHOSEN: dict[str, Any] = {
    "format": "sfumato",
    "version": 1,
    "title": "Formed",
    "nodes": {"1": {"type": "Test", "place": [0, 0, 0, 0], "values": {"one": "a 3"}}},
    "inputs": [
        {"name": "one", "label": "One", "targets": [["1", "one"]]},
        {"name": "other", "label": "Other", "targets": [["1", "other"]]},
    ],
}


def open_chosen(editor: Editor) -> None:
    many = [f"a {each}" for each in range(13)]
    one = typed("one", "choice", choices=many, default="a 0")
    add_node_type(editor, one, typed("other", "choice", choices=many[1:], default="a 1"))
    open_form(editor, CHOSEN)


def test_many_choices_have_a_filter_and_few_have_none(editor: Editor) -> None:
    open_chosen(editor)
    one = editor.page.locator('[data-field="one"]').get_by_role("combobox", name="One")
    expect(one).to_have_text("a 3")
    one.click()
    expect(one).to_have_attribute("aria-expanded", "true")
    editor.page.get_by_placeholder("Filter").fill("12")
    editor.page.get_by_role("listbox", name="One").get_by_role("option").click()

    expect(one).to_have_text("a 12")
    expect(one).to_be_focused()
    assert editor.document()["nodes"]["1"]["values"]["one"] == "a 12"
    assert editor.page.locator('[data-field="other"] select').count() == 1


def test_a_choice_of_many_is_made_by_keys_alone(editor: Editor) -> None:
    open_chosen(editor)
    editor.page.get_by_role("combobox", name="One").focus()
    # the list is not there yet when the next keys come
    editor.keyboard.type("11")
    expect(editor.page.locator(".combobox-filter")).to_have_value("11")
    editor.press("Enter")
    expect(editor.page.locator('[data-field="one"] button')).to_have_text("a 11")

    editor.press("ArrowDown")
    expect(editor.page.locator(".combobox-row.is-active")).to_have_text("a 11")
    editor.press("Escape")
    expect(editor.page.locator('[data-field="one"] button')).to_be_focused()
    assert editor.document()["nodes"]["1"]["values"]["one"] == "a 11"


def test_a_seed_is_thrown_and_told_what_to_do_after_a_run(editor: Editor) -> None:
    open_form(editor)
    form = editor.page.get_by_role("form", name="Formed")

    form.get_by_role("button", name="A random number now").click()
    form.get_by_label("Seed after a run").select_option("New each run")

    node = editor.document()["nodes"]["5"]
    assert str(node["values"]["seed"]) != "18446744073709551615"
    assert node["controls"] == {"seed": "randomize"}


def test_a_value_that_can_not_be_is_marked_with_the_servers_words(editor: Editor) -> None:
    address = f"{editor.server.rstrip('/')}/api/v1/workflows/text_to_image"
    document = editor.page.request.get(address).json()["document"]
    document["nodes"]["5"]["values"]["sampler_name"] = "gone"
    open_form(editor, document)
    field = editor.page.locator('[data-field="sampler"]')

    expect(field.get_by_label("Sampler", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(field.locator(".form-wrong")).to_contain_text("gone", timeout=10_000)


def test_a_number_of_the_form_is_worked_out_and_a_prompt_weighed_by_keys(editor: Editor) -> None:
    open_form(editor)
    editor.page.get_by_label("Steps", exact=True).fill("2*3+1")
    prompt = editor.page.get_by_role("textbox", name="Prompt", exact=True)
    prompt.click()
    editor.press("Control+End")
    editor.press("Control+ArrowUp")

    expect(prompt).to_have_value("a (cat:1.1)")
    nodes = editor.document()["nodes"]
    assert nodes["5"]["values"]["steps"] == 7
    assert nodes["2"]["values"]["text"] == "a (cat:1.1)"
