"""The one report that people see after an import."""

from __future__ import annotations

from engine.importers.report import CORE, MissingModel, MissingType, Note, Report


def test_nothing_missing_is_one_line():
    assert Report("comfyui-ui").as_text() == "Read a ComfyUI workflow; nothing is missing."


def test_missing_types_are_grouped_by_the_pack_that_has_them():
    types = [
        MissingType("FaceDetailer", ["3"], "impact-pack", "8.1"),
        MissingType("SAMLoader", ["4", "5"], "impact-pack", "8.1"),
        MissingType("EmptySD3LatentImage", ["6"], CORE, "0.3.64"),
        MissingType("Odd", ["7"]),
    ]

    assert Report("comfyui-ui", types).as_text().splitlines() == [
        "Read a ComfyUI workflow.",
        "Missing node types:",
        "  from a pack that the file does not name:",
        "    Odd (node 7)",
        "  ComfyUI's own, not built in yet:",
        "    EmptySD3LatentImage (node 6)",
        '  from the pack "impact-pack", version 8.1:',
        "    FaceDetailer (node 3)",
        "    SAMLoader (nodes 4, 5)",
    ]


def test_missing_model_is_told_with_all_that_is_known():
    url = "https://example.org/a.safetensors"
    model = MissingModel("a.safetensors", "loras", url, "0a1b", "SHA256", ["2"], ["b.safetensors"])

    assert Report("comfyui-api", [], [model]).as_text().splitlines()[1:] == [
        "Missing models:",
        "  loras/a.safetensors (node 2)",
        f"    {url}",
        "    SHA256 0a1b",
        '    nearest here: "b.safetensors"',
    ]


def test_notes_name_node_and_input():
    notes = [Note("3", "steps", "is many."), Note("3", "", "is odd."), Note("", "", "All.")]

    assert Report("sfumato", notes=notes).as_text().splitlines()[1:] == [
        "Notes:",
        '  Node 3, input "steps": is many.',
        "  Node 3: is odd.",
        "  All.",
    ]


def test_many_nodes_are_counted():
    many = MissingType("Odd", [str(index) for index in range(20)])

    assert "(nodes 0, 1, 2, 3, 4, 5, 6, 7 and 12 more)" in Report("x", [many]).as_text()


def test_notes_alone_are_complete():
    assert Report("sfumato", notes=[Note("", "", "x")]).is_complete
    assert not Report("sfumato", [MissingType("Odd", ["1"])]).is_complete


def test_machines_are_told_the_same():
    told = Report("comfyui-api", [MissingType("Odd", ["1"])]).as_json()

    assert told["missing_types"] == [{"type": "Odd", "nodes": ["1"], "pack": "", "version": ""}]
    assert told["is_complete"] is False


def test_control_characters_do_not_reach_the_terminal():
    report = Report("comfyui-ui", [MissingType("\x1b[2JEvil\0", ["1\x9b"])])

    assert report.as_text().splitlines()[-1] == "    \ufffd[2JEvil\ufffd (node 1\ufffd)"
