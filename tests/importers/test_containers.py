"""What lies in a file: JSON of every kind, PNG, WebP, and what is none of these."""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.errors import EngineError, WorkflowError
from engine.importers.containers import Found, look_into, look_into_bytes
from tests.importers.pictures import (
    chunk,
    international,
    packed,
    plain,
    png,
    tiff,
    webp,
)

PROMPT: dict[str, Any] = {"1": {"class_type": "Number", "inputs": {"value": 3}}}
WORKFLOW: dict[str, Any] = {"version": 0.4, "nodes": [{"id": 1, "type": "Number"}], "links": []}
OURS: dict[str, Any] = {"format": "sfumato", "version": 1, "title": "Mine"}


def found(data: bytes | dict[str, Any], name: str = "a.json") -> Found:
    return look_into_bytes(json.dumps(data).encode() if isinstance(data, dict) else data, name)


# JSON


def test_our_document_is_known_by_its_format():
    assert found(OURS) == Found(document=OURS)


def test_workflow_is_known_by_its_nodes():
    assert found(WORKFLOW) == Found(workflow=WORKFLOW)


def test_api_prompt_is_known_by_its_nodes():
    assert found(PROMPT) == Found(prompt=PROMPT)


def test_api_prompt_may_be_wrapped_as_it_is_sent():
    sent = {"prompt": PROMPT, "client_id": "x"}

    assert found(sent) == Found(prompt=PROMPT)


def test_workflow_that_is_sent_with_a_prompt_is_found():
    sent = {"prompt": PROMPT, "extra_data": {"extra_pnginfo": {"workflow": WORKFLOW}}}

    assert found(sent) == Found(workflow=WORKFLOW, prompt=PROMPT)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_is_read_in_every_encoding_of_unicode(encoding: str):
    text = json.dumps({**OURS, "title": "Äpfel"}, ensure_ascii=False)

    document = found(text.encode(encoding)).document

    assert document is not None
    assert document["title"] == "Äpfel"


def test_numbers_that_json_has_not_become_words_and_are_noted():
    text = json.dumps({"1": {"class_type": "A", "inputs": {"x": [float("nan"), float("-inf")]}}})

    seen = found(text.encode())

    assert seen.prompt == {"1": {"class_type": "A", "inputs": {"x": ["NaN", "-Infinity"]}}}
    assert seen.notes == ("2 numbers were NaN or infinite; written as text.",)


def test_a_single_number_that_json_has_not_is_noted_as_one():
    text = json.dumps({"1": {"class_type": "A", "inputs": {"x": float("nan")}}})

    assert found(text.encode()).notes == ("1 number was NaN or infinite; written as text.",)


def test_half_a_character_is_replaced():
    seen = found(b'{"1": {"class_type": "\\ud800", "inputs": {}}}')

    assert seen.prompt == {"1": {"class_type": "\ufffd", "inputs": {}}}


def test_of_a_key_that_is_there_twice_the_last_counts():
    seen = found(b'{"format": "x", "format": "sfumato", "version": 1}')

    assert seen.document == {"format": "sfumato", "version": 1}


def test_long_texts_are_read():
    prompt = {"1": {"class_type": "Text", "inputs": {"text": "x" * 10_000_000}}}

    assert found(prompt).prompt == prompt


@pytest.mark.parametrize("depth", [300, 200_000])
def test_deep_nesting_is_refused(depth: int):
    text = '{"1": {"class_type": "A", "inputs": {"x": ' + "[" * depth + "]" * depth + "}}}"

    with pytest.raises(WorkflowError, match="nested too deeply: at most 200 levels"):
        found(text.encode())


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b'{"templates": []}', "a file of node templates"),
        (b"{}", "an empty object"),
        (b"[1, 2]", "a list"),
        (b"7", "a single value"),
        (b'{"a": 1, "b": 2}', 'an object with the keys "a", "b"'),
        (b'{"1": {"class_type": "A"}}', 'an object with the keys "1"'),
        (b'{"nodes": []}', 'an object with the keys "nodes"'),
    ],
)
def test_json_that_is_no_workflow_is_told_by_its_looks(data: bytes, looks_like: str):
    with pytest.raises(WorkflowError, match=f'"a.json" is not a .*: it is {looks_like}'):
        found(data)


@pytest.mark.parametrize("data", [b"hello", b"{", b"\0" * 40, b'{"a": 1' + b"0" * 5000 + b"}"])
def test_what_is_not_json_is_refused(data: bytes):
    with pytest.raises(WorkflowError, match=r'"a.json" is not'):
        found(data)


def test_empty_file_is_refused():
    with pytest.raises(WorkflowError, match=r'"a.json" is empty'):
        found(b"")


# PNG


def in_text_chunk(text: str) -> bytes:
    return plain("workflow", text)


@pytest.mark.parametrize(
    "carrier",
    [
        in_text_chunk,
        lambda text: packed("workflow", text.encode()),
        lambda text: international("workflow", text, is_packed=False),
        lambda text: international("workflow", text, is_packed=True),
        lambda text: plain("Workflow", text),
        lambda text: chunk(b"comf", b"workflow\0" + text.encode()),
    ],
    ids=["tEXt", "zTXt", "iTXt", "packed iTXt", "capitalised", "animation"],
)
def test_workflow_in_a_png(carrier: Any):
    assert found(png(carrier(json.dumps(WORKFLOW)))) == Found(workflow=WORKFLOW)


def test_png_as_pillow_writes_it():
    info = PngInfo()
    info.add_text("prompt", json.dumps(PROMPT))
    info.add_itxt("workflow", json.dumps({**WORKFLOW, "id": "Ä"}, ensure_ascii=False), zip=True)
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG", pnginfo=info)

    assert found(file.getvalue()) == Found(workflow={**WORKFLOW, "id": "Ä"}, prompt=PROMPT)


def test_everything_in_a_png_is_found():
    texts = [("prompt", PROMPT), ("workflow", WORKFLOW), ("sfumato", OURS)]

    seen = found(png(*(plain(key, json.dumps(value)) for key, value in texts)))

    assert seen == Found(OURS, WORKFLOW, PROMPT)


def test_png_that_ends_too_early_gives_what_was_there():
    whole = png(plain("prompt", json.dumps(PROMPT)), plain("workflow", json.dumps(WORKFLOW)))

    seen = found(whole[: whole.index(b"workflow") + 30])

    assert seen.prompt == PROMPT


def test_metadata_that_is_not_json_makes_room_for_the_next():
    seen = found(png(plain("workflow", "oops"), plain("prompt", json.dumps(PROMPT))), "a.png")

    assert seen.prompt == PROMPT
    assert '"workflow of a.png" is not JSON' in seen.notes[0]


def test_metadata_of_another_kind_makes_room_for_the_next():
    seen = found(png(plain("workflow", "[1]"), plain("prompt", json.dumps(PROMPT))), "a.png")

    assert seen.notes == ('The "workflow" in "a.png" is no workflow: it is a list.',)


def test_picture_whose_metadata_is_no_json_is_refused():
    with pytest.raises(WorkflowError, match=r'PNG without .*inside. "workflow of a.png"'):
        found(png(plain("workflow", "oops")), "a.png")


def test_picture_without_metadata_is_refused():
    with pytest.raises(WorkflowError, match=r'"a.png" is a PNG without a workflow inside.'):
        found(png(plain("Software", "x")), "a.png")


def test_generation_parameters_are_named_and_not_read():
    with pytest.raises(WorkflowError, match="A1111's web UI writes them: \"a red apple"):
        found(png(plain("parameters", "a red apple\nSteps: 20")), "a.png")


@pytest.mark.parametrize("kind", ["zTXt", "iTXt"])
def test_zip_bomb_stops_at_the_limit(kind: str):
    packer = zlib.compressobj()
    mega = b" " * 2**20
    bomb = b"".join(packer.compress(mega) for _ in range(70)) + packer.flush()
    head = {"zTXt": b"workflow\0\0", "iTXt": b"workflow\0\1\0\0\0"}[kind]

    with pytest.raises(WorkflowError, match="too large: at most 64 MB are read"):
        found(png(chunk(kind.encode(), head + bomb)), "a.png")


def test_length_beyond_the_end_of_the_file_is_no_harm():
    with pytest.raises(WorkflowError, match="without a workflow inside"):
        found(png()[:33] + b"\xff\xff\xff\xfftEXtworkflow\0{}")


# WebP


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"], ids=["bare", "prefixed"])
def test_graphs_in_a_webp(order: str, prefix: bytes):
    tags = [
        (0x010F, b"workflow:" + json.dumps(WORKFLOW).encode() + b"\0"),
        (0x0110, b"prompt:" + json.dumps(PROMPT).encode() + b"\0"),
    ]

    assert found(webp(prefix + tiff(tags, order))) == Found(workflow=WORKFLOW, prompt=PROMPT)


def test_keywords_in_a_webp_may_be_capitalised():
    tags = [(0x9286, b"Prompt:" + json.dumps(PROMPT).encode())]

    assert found(webp(tiff(tags))) == Found(prompt=PROMPT)


def test_webp_as_pillow_writes_it():
    picture = Image.new("RGB", (8, 8))
    exif = picture.getexif()
    exif[0x0110] = f"prompt:{json.dumps(PROMPT)}"
    exif[0x010F] = f"workflow:{json.dumps(WORKFLOW)}"
    file = io.BytesIO()
    picture.save(file, "WEBP", exif=exif)

    assert found(file.getvalue()) == Found(workflow=WORKFLOW, prompt=PROMPT)


def test_tags_that_share_their_bytes_stop_at_the_limit():
    text = b"prompt:" + b"x" * 1_000_000
    entry = struct.pack("<HHII", 1, 2, len(text), 8 + 2 + 12 * 80)
    exif = b"II" + struct.pack("<HIH", 42, 8, 80) + entry * 80 + text

    with pytest.raises(WorkflowError, match="too large"):
        found(webp(exif))


@pytest.mark.parametrize("exif", [b"", b"II", b"II*\0\xff\xff\xff\xff", tiff([])[:9]])
def test_damaged_exif_is_no_workflow(exif: bytes):
    with pytest.raises(WorkflowError, match="is a WebP without a workflow inside"):
        found(webp(exif))


# other files


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "a JPEG"),
        (b"\0\0\0\x20ftypisom", "a video"),
        (b"fLaC", "a FLAC"),
        (b"<svg xmlns=''/>", "an SVG"),
        (b"glTF\2\0\0\0", "a GLB"),
        (b'\x20\1\0\0\0\0\0\0{"a"', "a safetensors"),
    ],
)
def test_other_media_are_named_and_not_read(data: bytes, kind: str):
    with pytest.raises(WorkflowError, match=f'"a.bin" is {kind}.*not read yet'):
        found(data, "a.bin")


def test_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(WorkflowError, match="can not be read: No such file"):
        look_into(tmp_path / "none.json")


def test_folder_is_refused(tmp_path: Path):
    with pytest.raises(WorkflowError, match="can not be read"):
        look_into(tmp_path)


def test_file_is_read_from_disk(tmp_path: Path):
    path = tmp_path / "a.png"
    path.write_bytes(png(plain("prompt", json.dumps(PROMPT))))

    assert look_into(path) == Found(prompt=PROMPT)


@given(st.binary(max_size=200), st.sampled_from([b"", png()[:33], webp(tiff([]))[:12], b"{"]))
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes):
    try:
        look_into_bytes(start + data, "a")
    except EngineError as problem:
        assert '"a"' in problem.message


# files that are none, and texts that are no JSON


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes")
def test_pipe_is_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "a.json")

    with pytest.raises(WorkflowError, match="is no file but a pipe or a device"):
        look_into(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x1f\x8b\x08 and so on", "is a gzip archive"),
        ('{"a": "ü"}'.encode("latin-1"), "byte 7 is no text. Save it as UTF-8"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not read: it holds a number of too many digits"),
    ],
)
def test_why_a_text_is_no_json_is_told(data: bytes, problem: str):
    with pytest.raises(WorkflowError, match=problem):
        found(data)
