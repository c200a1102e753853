from pathlib import Path

import pytest

from engine.registry import Registry
from engine.spec import NodeSpec
from tools import compatibility

TABLES = Path(__file__).parents[1] / "reference"


def types_of(table: str) -> set[str]:
    rows = (TABLES / f"{table}.tsv").read_text().splitlines()[1:]
    return {row.split("\t")[0] for row in rows}


def test_every_type_is_present_planned_or_not():
    specs = [NodeSpec("KSampler", print), NodeSpec("SfumatoTile", print)]

    page = compatibility.render(
        specs, {"KSampler": "foundation", "LoadAudio": "audio", "KlingCameraControls": "cloud"}
    )

    assert "| `KSampler` | present |" in page
    assert "| `LoadAudio` | planned |" in page
    assert "| `KlingCameraControls` | not |" in page
    assert "| all | 1 | 1 | 1 |" in page
    assert page.endswith("## Our own\n\n`SfumatoTile`.\n")


def test_every_part_has_a_meaning():
    assert set(compatibility.read_types().values()) == set(compatibility.PARTS)


def test_the_page_has_every_type_of_the_tables():
    types = compatibility.read_types()

    assert types_of("core_nodes") | types_of("later_nodes") == types.keys() - {
        each for each in types if types[each] == "later" and each not in types_of("later_nodes")
    }


def test_nodes_of_comfyui_are_all_in_the_list():
    types = compatibility.read_types()
    others = {spec.id for spec in Registry.of_packages("nodes")} - types.keys()

    assert {each for each in others if not each.startswith("Sfumato")} == set()


@pytest.mark.parametrize("part", ["foundation", "palette"])
def test_parts_that_are_done_lack_no_type(part: str):
    here = {spec.id for spec in Registry.of_packages("nodes")}
    wanted = {each for each, of in compatibility.read_types().items() if of == part}

    assert len(wanted) == {"foundation": 41, "palette": 160}[part]
    assert wanted - here == set()
