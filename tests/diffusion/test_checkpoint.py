from __future__ import annotations

import argparse
import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save, save_file

from engine.diffusion.model_files.checkpoint import read_contents, read_header
from engine.diffusion.model_files.safetensors_header import read_safetensors_header
from engine.diffusion.model_files.tensor_reader import open_tensors
from engine.errors import ModelError

TENSORS = {
    "a": torch.arange(6, dtype=torch.float32).reshape(2, 3),
    "b.half": torch.ones(4, dtype=torch.float16),
    "empty": torch.zeros(0, 3),
    "scalar": torch.tensor(5),
}


def write_raw(path: Path, header: Any, data: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def test_a_safetensors_header_gives_names_shapes_dtypes_and_metadata(tmp_path: Path):
    save_file(TENSORS, tmp_path / "x.safetensors", {"title": "x"})

    header = read_header(tmp_path / "x.safetensors")

    assert header.metadata == {"title": "x"}
    assert header.tensors.keys() == TENSORS.keys()
    assert header.tensors["a"].shape == (2, 3)
    assert header.tensors["b.half"].dtype == "float16"


@pytest.mark.parametrize("suffix", ["safetensors", "ckpt"])
def test_tensors_read_in_parts_equal_those_saved(tmp_path: Path, suffix: str):
    path = tmp_path / f"x.{suffix}"
    if suffix == "ckpt":
        torch.save({"state_dict": TENSORS, "epoch": 3}, path)
    else:
        save_file(TENSORS, path)
    header = read_header(path)

    with open_tensors(header.tensors) as reader:
        read = {name: reader.read(info) for name, info in header.tensors.items()}

    assert all(torch.equal(read[name], tensor) for name, tensor in TENSORS.items())


def test_a_tensor_of_a_file_that_is_read_whole_can_be_asked_for_again(tmp_path: Path):
    path = tmp_path / "x.ckpt"
    torch.save(TENSORS, path, _use_new_zipfile_serialization=False)
    info = read_header(path).tensors["a"]

    with open_tensors({"a": info}) as reader:
        twice = [reader.read(info) for _ in range(2)]

    assert info.offset is None
    assert all(torch.equal(each, TENSORS["a"]) for each in twice)


def test_a_tensor_saved_as_part_of_a_larger_one_is_read_from_its_place(tmp_path: Path):
    whole = torch.arange(24.0).reshape(4, 6)
    torch.save({"columns": whole[1:, 2:4], "turned": whole.t()}, tmp_path / "x.pt")
    header = read_header(tmp_path / "x.pt")

    with open_tensors(header.tensors) as reader:
        columns, turned = (reader.read(header.tensors[name]) for name in ("columns", "turned"))

    assert torch.equal(columns, whole[1:, 2:4])
    assert torch.equal(turned, whole.t())


@pytest.mark.parametrize("keep", [4, 7, 8, 40, -1])
def test_a_truncated_safetensors_file_is_refused_before_its_tensors_are_read(
    tmp_path: Path, keep: int
):
    path = tmp_path / "x.safetensors"
    path.write_bytes(save(TENSORS)[:keep])

    with pytest.raises(ModelError, match=r"truncated|no safetensors file"):
        read_header(path)


def test_the_size_of_a_truncated_file_is_named(tmp_path: Path):
    path = tmp_path / "x.safetensors"
    whole = save(TENSORS)
    path.write_bytes(whole[:-10])

    with pytest.raises(ModelError, match=f"promises {len(whole)} bytes, the file has"):
        read_header(path)


def entry(dtype: str = "F32", shape: Any = (2,), offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


@pytest.mark.parametrize(
    "header",
    [
        {"a": entry(shape=(3,))},
        {"a": entry(shape=(-2,))},
        {"a": entry(shape=(True, 2))},
        {"a": entry(shape=(1,) * 9)},
        {"a": entry(dtype="F99")},
        {"a": entry(offsets=(8, 0))},
        {"a": entry(offsets=(0, 8, 9))},
        {"a": entry(), "b": entry()},
        {"a": entry(), "b": entry(offsets=(16, 24))},
        {"a": entry(shape=(10**12,), offsets=(0, 4 * 10**12))},
        {"a": 7},
        {"__metadata__": 7, "a": entry()},
        b"{" + b"[" * 100_000,
        b'{"a":',
    ],
    ids=lambda header: str(header)[:40],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, header: Any):
    path = write_raw(tmp_path / "x.safetensors", header, bytes(8))

    with pytest.raises(ModelError):
        read_header(path)


def test_bytes_after_the_last_tensor_are_refused(tmp_path: Path):
    path = write_raw(tmp_path / "x.safetensors", {"a": entry()}, bytes(12))

    with pytest.raises(ModelError, match="4 bytes follow"):
        read_header(path)


@given(content=st.binary(max_size=300))
def test_no_bytes_make_the_header_reader_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
):
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(content)

    try:
        read_safetensors_header(path)
    except ModelError as error:
        assert "any.safetensors" in error.message


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        (b"PK\x03\x04" + bytes(30), "a zip archive"),
    ],
)
def test_what_was_found_instead_of_a_safetensors_file_is_named(
    tmp_path: Path, content: bytes, found: str
):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)

    with pytest.raises(ModelError, match=found):
        read_header(path)


def test_a_truncated_ckpt_is_refused(tmp_path: Path):
    path = tmp_path / "x.ckpt"
    torch.save(TENSORS, path)
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(ModelError, match="damaged or truncated"):
        read_header(path)


@pytest.mark.parametrize(
    ("content", "named"),
    [(argparse.Namespace(), "argparse.Namespace"), (os.getcwd, f"{os.name}.getcwd")],
)
def test_a_ckpt_that_would_run_code_is_refused_and_the_code_is_named(
    tmp_path: Path, content: Any, named: str
):
    path = tmp_path / "x.ckpt"
    torch.save({"state_dict": TENSORS, "callback": content}, path)

    with pytest.raises(ModelError, match=f'holds "{named}", and reading that could run'):
        read_header(path)


def test_an_unknown_suffix_is_refused(tmp_path: Path):
    (tmp_path / "x.txt").write_text("model")

    with pytest.raises(ModelError, match=r"Model files end in \.bin"):
        read_header(tmp_path / "x.txt")


def test_an_empty_folder_is_no_diffusers_model(tmp_path: Path):
    with pytest.raises(ModelError, match="It holds nothing"):
        read_contents(tmp_path)


def test_a_config_beside_the_file_wins_over_one_inside_it(tmp_path: Path):
    inside = json.dumps({"unet": {"attention_head_dim": 4}, "vae": {"norm_num_groups": 8}})
    save_file(TENSORS, tmp_path / "x.safetensors", {"config": inside})
    (tmp_path / "x.json").write_text(json.dumps({"unet": {"attention_head_dim": 5}}))

    configs = read_contents(tmp_path / "x.safetensors").configs

    assert configs["unet"].values == {"attention_head_dim": 5}
    assert configs["unet"].source == '"x.json"'
    assert configs["vae"].source == 'the metadata inside "x.safetensors"'


def test_a_file_beside_that_other_programs_wrote_says_nothing(tmp_path: Path):
    save_file(TENSORS, tmp_path / "x.safetensors")
    (tmp_path / "x.json").write_text('{"description": "a model", "unet": 5, "sd version": "SD1"}')

    assert read_contents(tmp_path / "x.safetensors").configs == {}


def test_a_config_that_is_no_json_is_named(tmp_path: Path):
    save_file(TENSORS, tmp_path / "x.safetensors")
    (tmp_path / "x.json").write_text("{")

    with pytest.raises(ModelError, match=r'x\.json" cannot be read'):
        read_contents(tmp_path / "x.safetensors")


def test_a_file_that_shrinks_while_it_is_read_raises(tmp_path: Path):
    path = tmp_path / "x.safetensors"
    save_file(TENSORS, path)
    header = read_header(path)
    path.write_bytes(path.read_bytes()[:-30])

    with pytest.raises(ModelError, match="ends within"), open_tensors(header.tensors) as reader:
        for info in header.tensors.values():
            reader.read(info)


def test_reading_a_safetensors_header_needs_no_torch(tmp_path: Path):
    save_file(TENSORS, tmp_path / "x.safetensors")
    code = (
        "import sys, pathlib; from engine.diffusion.model_files.checkpoint import read_contents;"
        "read_contents(pathlib.Path(sys.argv[1])); sys.exit('torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code, tmp_path / "x.safetensors"], check=False)

    assert done.returncode == 0
