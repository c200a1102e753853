"""The form of a workflow: what a newcomer sees, values, running, exposing."""

from __future__ import annotations

import copy

from playwright.sync_api import Browser, Locator, expect

from tests.browser.editor import Editor
from tests.browser.forms import DOCUMENT, open_form


def open_inspector(editor: Editor) -> Locator:
    editor.page.locator('[data-panel="inspector"]').click()
    return editor.page.get_by_role("region", name="Inspector")


def names(editor: Editor) -> list[str]:
    return [each["name"] for each in editor.document()["inputs"]]


def test_a_newcomer_gets_a_picture_in_two_clicks(editor: Editor) -> None:
    editor.page.goto(editor.server)
    form = editor.page.get_by_role("form", name="Text to image")
    expect(form.get_by_label("Prompt", exact=True)).to_have_value("a red apple")
    expect(form.get_by_role("button", name="Open the graph")).to_be_visible()
    form.get_by_label("Steps", exact=True).fill("2")

    form.get_by_role("button", name="Run").click()

    result = editor.page.get_by_role("region", name="Result")
    expect(editor.page.get_by_role("progressbar", name="Progress")).to_be_visible()
    expect(result.locator('img[src*="/files/output/text_to_image"]')).to_be_visible(timeout=60_000)
    expect(
        editor.page.get_by_role("region", name="Made before").get_by_role("listitem")
    ).to_have_count(1)


def test_a_bundled_workflow_speaks_the_language_of_its_reader(
    browser: Browser, server: str
) -> None:
    with browser.new_context(locale="zh-CN", bypass_csp=True) as context:
        editor = Editor(context.new_page(), server)
        editor.open()
        form = editor.page.get_by_role("form", name="文生图")
        expect(form.get_by_label("提示词", exact=True)).to_have_value("a red apple")
        expect(form.locator(".form-group h2").first).to_have_text("画什么")
        editor.page.get_by_role("button", name="新建工作流").click()
        expect(editor.page.locator(".templates .card-title").first).to_have_text("文生图")
        editor.page.locator("[data-template=inpaint] .card-main").click()
        expect(editor.node("2").locator(".node-title")).to_have_text("提示词")

        document = editor.document()
    assert document["title"] == "局部重绘"
    assert document["inputs"][1]["name"] == "prompt"


def test_a_form_has_groups_labels_and_help(editor: Editor) -> None:
    open_form(editor)
    form = editor.page.get_by_role("form", name="Formed")

    assert form.locator(".form-group h2").all_inner_texts() == ["What", "How"]
    expect(form.get_by_label("Steps", exact=True)).to_have_accessible_description("How often.")
    expect(form.get_by_label("Seed", exact=True)).to_have_value("18446744073709551615")
    expect(form.get_by_text("For a test.")).to_be_visible()


def test_the_form_and_the_graph_are_one_document(editor: Editor) -> None:
    open_form(editor)
    form = editor.page.get_by_role("form", name="Formed")
    form.get_by_label("Prompt", exact=True).fill("a dog")
    form.get_by_label("Steps", exact=True).press("ArrowUp")
    form.get_by_label("Seed after a run").select_option("New each run")

    document = editor.document()
    assert document["nodes"]["2"]["values"]["text"] == "a dog"
    assert document["nodes"]["5"]["values"]["steps"] == 4
    assert document["nodes"]["5"]["controls"]["seed"] == "randomize"
    form.get_by_role("button", name="Open the graph").click()
    expect(editor.node("2").locator("textarea")).to_have_value("a dog")


def test_a_value_is_exposed_by_one_click(editor: Editor) -> None:
    editor.open(DOCUMENT)
    inspector = open_inspector(editor)
    editor.mouse.click(*editor.title("5"))

    inspector.get_by_role("button", name="Show cfg in the form").click()

    assert editor.document()["inputs"][-1] == {
        "name": "cfg",
        "label": "Cfg",
        "group": "How",
        "targets": [["5", "cfg"]],
    }
    inspector.get_by_role("button", name="Show steps in the form").click()
    assert names(editor) == ["prompt", "seed", "sampler", "cfg"]
    editor.page.locator('[data-face="form"]').click()
    expect(
        editor.page.get_by_role("form", name="Formed").get_by_label("Cfg", exact=True)
    ).to_have_value("2.5")


def test_the_order_is_changed_by_keys(editor: Editor) -> None:
    editor.open(DOCUMENT)
    inspector = open_inspector(editor)
    handle = inspector.get_by_role("button", name="Move Steps")
    handle.focus()

    editor.press("ArrowUp")
    expect(handle).to_be_focused()
    editor.press("ArrowUp")

    assert names(editor) == ["steps", "prompt", "seed", "sampler"]


def test_the_order_is_changed_by_dragging(editor: Editor) -> None:
    editor.open(DOCUMENT)
    inspector = open_inspector(editor)
    boxes = [
        inspector.locator(f'[data-exposed="{each}"] .exposed-handle').bounding_box()
        for each in ("prompt", "sampler")
    ]
    (start, end) = ((box["x"] + 8, box["y"] + box["height"] / 2) for box in boxes if box)

    editor.drag(start, (end[0], end[1] + 6))

    assert names(editor) == ["seed", "steps", "sampler", "prompt"]


def test_label_group_and_help_of_an_input_are_edited(editor: Editor) -> None:
    editor.open(DOCUMENT)
    inspector = open_inspector(editor)
    row = inspector.locator('[data-exposed="steps"]')
    row.locator("summary").click()

    row.get_by_label("Label").fill("Rounds")
    row.get_by_label("Group").fill("Time")
    row.get_by_label("Help").fill("")

    assert editor.document()["inputs"][2] == {
        "name": "steps",
        "label": "Rounds",
        "group": "Time",
        "targets": [["5", "steps"]],
    }


def test_the_workflow_has_a_title_and_a_description(editor: Editor) -> None:
    editor.open(DOCUMENT)
    inspector = open_inspector(editor)

    inspector.get_by_label("Title of the workflow").fill("Renamed")
    inspector.get_by_label("Description").fill("Other words.")

    document = editor.document()
    assert (document["title"], document["description"]) == ("Renamed", "Other words.")


def test_a_node_is_renamed_muted_and_coloured_in_the_inspector(editor: Editor) -> None:
    editor.open(DOCUMENT)
    inspector = open_inspector(editor)
    editor.mouse.click(*editor.title("5"))

    inspector.get_by_label("Title").fill("Painter")
    inspector.get_by_role("button", name="Mute").click()
    inspector.get_by_role("button", name="Blue").click()

    node = editor.document()["nodes"]["5"]
    assert (node["title"], node["mode"], node["color"]) == ("Painter", "mute", "blue")
    expect(editor.node("5").locator(".node-title")).to_have_text("Painter")


def test_what_a_link_feeds_is_not_typed_in_the_form(editor: Editor) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["nodes"]["9"] = {
        "type": "CLIPTextEncode",
        "place": [40, 300, 200, 0],
        "values": {"text": ""},
    }
    document["nodes"]["2"]["links"]["text"] = ["9", 0, "STRING"]
    open_form(editor, document)

    expect(editor.page.locator('[data-field="prompt"]')).to_contain_text("A node gives this value.")


def test_a_workflow_that_exposes_nothing_says_how(editor: Editor) -> None:
    open_form(editor, {**DOCUMENT, "inputs": []})

    expect(editor.page.get_by_text("exposes no inputs yet")).to_be_visible()


def test_a_widget_in_the_graph_is_exposed_by_one_click(editor: Editor) -> None:
    editor.open(DOCUMENT)
    row = editor.node("5").locator('[data-widget="cfg"]')
    row.hover()

    editor.page.locator(".expose-button").click()

    assert names(editor)[-1] == "cfg"
    expect(editor.page.locator(".expose-button")).to_have_attribute("aria-pressed", "true")


def test_the_values_of_an_earlier_run_are_taken_again(editor: Editor) -> None:
    document = editor.page.request.get(
        f"{editor.server.rstrip('/')}/api/v1/workflows/text_to_image"
    ).json()["document"]
    open_form(editor, {**document, "id": "taken-again", "title": "Taken again"})
    form = editor.page.get_by_role("form", name="Taken again")
    form.get_by_label("Steps", exact=True).fill("2")
    form.get_by_label("Prompt", exact=True).fill("a green leaf")
    form.get_by_role("button", name="Run").click()
    made = editor.page.get_by_role("region", name="Made before").get_by_role("listitem").first
    made.wait_for(timeout=60_000)
    form.get_by_label("Prompt", exact=True).fill("a blue sea")

    made.hover()
    made.get_by_role("button", name="Use these values again").click()

    expect(form.get_by_label("Prompt", exact=True)).to_have_value("a green leaf")
    editor.page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(form.get_by_label("Prompt", exact=True)).to_have_value("a blue sea")


def test_a_picture_that_is_deleted_leaves_the_form(editor: Editor) -> None:
    address = f"{editor.server.rstrip('/')}/api/v1/workflows/text_to_image"
    document = editor.page.request.get(address).json()["document"]
    open_form(editor, {**document, "id": "deleted-again", "title": "Deleted again"})
    editor.page.get_by_label("Steps", exact=True).fill("2")
    editor.page.get_by_role("button", name="Run").last.click()
    tiles = editor.page.get_by_role("region", name="Made before").get_by_role("listitem")
    expect(tiles).to_have_count(1, timeout=60_000)
    tiles.get_by_role("button", name="Open").click()
    expect(editor.page.get_by_role("dialog", name="Picture")).to_be_visible()
    editor.press("Delete")
    dialog = editor.page.get_by_role("dialog", name="Delete “")
    dialog.get_by_role("button", name="Delete the picture").click()

    expect(editor.page.locator("[data-overlay=lightbox]")).to_have_count(0)
    expect(tiles).to_have_count(0)
    expect(editor.page.get_by_text("What you make appears here.")).to_be_visible()


def test_a_form_shows_what_a_run_says(editor: Editor) -> None:
    said = {"type": "PreviewAny", "links": {"source": ["1", 0, "STRING"]}}
    nodes = {"1": {"type": "PrimitiveString", "values": {"value": "seed 7"}}, "2": said}
    asks = [{"name": "text", "label": "Text", "targets": [["1", "value"]]}]
    open_form(editor, {**DOCUMENT, "nodes": nodes, "inputs": asks})
    editor.page.locator(".form-run").get_by_role("button", name="Run").click()

    result = editor.page.get_by_role("region", name="Result")
    expect(result.get_by_text("seed 7")).to_be_visible()
    expect(result.get_by_text("What you make appears here.")).to_have_count(0)
