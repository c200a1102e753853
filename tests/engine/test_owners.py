from dataclasses import replace
from pathlib import Path

import pytest

from engine.context import Context
from engine.document import Document
from engine.engine import Engine
from engine.errors import InvalidGraph, PathError
from engine.paths import Folders
from engine.registry import Registry
from engine.results import NodeResult
from engine.widgets import FileChoice
from tests.fakes import toy
from tests.graphs import Graphs, chain
from tests.model_files import put

PICTURE = FileChoice(kind="input")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Return the folders of the engines here; every user has an input folder."""
    folders = Folders.at(tmp_path)
    for owner in ("default", "ada", "bob"):
        folders.of(owner).input.mkdir(parents=True)
    return folders


@pytest.mark.parametrize("owner", ["", "default"])
def test_the_default_user_has_the_folders_of_the_installation(tmp_path: Path, owner: str):
    folders = Folders.at(tmp_path)

    assert folders.of(owner) is folders


def test_another_user_has_folders_of_their_own_and_shares_the_rest(tmp_path: Path):
    folders = Folders.at(tmp_path)

    own = folders.of("ada")
    folders.add_kind("mine", [tmp_path / "mine"])

    home = tmp_path.resolve() / "users" / "ada"
    assert (own.input, own.output, own.temp) == (home / "input", home / "output", home / "temp")
    assert (own.cache, own.user, own.base) == (folders.cache, folders.user, folders.base)
    assert own.models is folders.models
    assert own.listing is folders.listing


@pytest.mark.parametrize("owner", ["..", "../ada", "/etc", "a/../../b", "a\0b"])
def test_an_owner_that_leads_out_of_the_folder_of_users_is_refused(tmp_path: Path, owner: str):
    with pytest.raises(PathError):
        Folders.at(tmp_path).of(owner)


def reading(registry: Registry, file: str) -> Document:
    """Return a document that shows what is in a file of the input folder."""

    def read(file: str, ctx: Context) -> NodeResult:
        return NodeResult(ui={"text": [PICTURE.locate(file, ctx.folders).read_text()]})

    read_spec = toy("Read", read, (), hidden={"ctx": "context"}, is_output=True)
    (each,) = read_spec.inputs
    registry.add(replace(read_spec, inputs=(replace(each, widget=PICTURE),)))
    g = Graphs()
    g.node("Read", at="read", file=file)
    return g.document()


def test_a_document_reads_files_of_its_owner(engine: Engine, registry: Registry, folders: Folders):
    for owner in ("default", "ada"):
        (folders.of(owner).input / "note.txt").write_text(f"of {owner}")
    document = reading(registry, "note.txt")

    shown = [engine.run(document, owner=owner).ui["read"]["text"] for owner in ("", "ada")]

    assert shown == [["of default"], ["of ada"]]


@pytest.mark.parametrize("owner", ["", "bob"])
@pytest.mark.parametrize(
    "file",
    [
        "secret.txt",
        "../../ada/input/secret.txt",
        "users/ada/input/secret.txt",
        "secret.txt [input]",
    ],
)
def test_a_document_reads_no_file_of_another_user(
    engine: Engine, registry: Registry, folders: Folders, owner: str, file: str
):
    (folders.of("ada").input / "secret.txt").write_text("secret")
    document = reading(registry, file)

    with pytest.raises(InvalidGraph):
        engine.run(document, owner=owner)
    assert engine.validate(document, owner=owner) != []


def test_a_document_can_be_checked_for_its_owner(
    engine: Engine, registry: Registry, folders: Folders
):
    (folders.of("ada").input / "mine.txt").touch()

    assert engine.validate(reading(registry, "mine.txt"), owner="ada") == []


def test_pure_nodes_are_shared_between_owners_and_output_nodes_are_not(engine: Engine):
    engine.run(chain(1), owner="ada")

    report = engine.run(chain(1), owner="bob")

    assert report.ran == ["show"]
    assert report.reused == {"2"}


def test_the_default_user_shares_output_nodes_with_runs_without_an_owner(engine: Engine):
    engine.run(chain(1))

    report = engine.run(chain(1), owner="default")

    assert report.ran == []


def test_an_owner_hears_nothing_of_what_another_ran_before(engine: Engine):
    engine.run(chain(1, first=5), owner="ada")

    report = engine.run(chain(1, first=6), owner="bob")

    assert report.explain("1") == (
        'Node 1 "Number" ran: no result was stored, and it is new to this session.'
    )


def test_models_that_a_user_saved_are_theirs_alone(tmp_path: Path):
    folders = Folders.at(tmp_path)
    put(folders.of("ada").output, "checkpoints/mine.safetensors", "clip/text.safetensors")

    assert folders.of("ada").names("checkpoints") == ["mine.safetensors"]
    assert folders.of("ada").names("text_encoders") == ["text.safetensors"]
    assert folders.of("bob").names("checkpoints") == folders.names("checkpoints") == []
    with pytest.raises(PathError, match="models/checkpoints"):
        folders.of("bob").find("checkpoints", "mine.safetensors")


def test_networks_are_loaded_from_the_files_of_a_runs_owner(
    engine: Engine, registry: Registry, folders: Folders
):
    def where(ctx: Context) -> NodeResult:
        return NodeResult(ui={"text": [str(ctx.runtime.folders.output)]})

    registry.add(toy("Where", where, (), hidden={"ctx": "context"}, is_output=True))
    g = Graphs()
    g.node("Where", at="where")

    shown = engine.run(g.document(), owner="ada").ui["where"]["text"]

    assert shown == [str(folders.of("ada").output)]
