from collections.abc import Callable
from typing import Any

import pytest

from engine.context import Context
from engine.engine import Engine
from engine.events import Event, Warned
from engine.registry import Registry
from engine.results import NodeResult
from tests.fakes import toy
from tests.graphs import Graphs, chain, diamond


@pytest.fixture
def keeps_all_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.cache.OPEN_S", -1.0)


@pytest.mark.usefixtures("keeps_all_on_disk")
def test_second_engine_reuses_what_the_first_wrote(
    make_engine: Callable[..., Engine], calls: list[str]
):
    make_engine(cache_disk_bytes=2**20).run(diamond())
    calls.clear()

    report = make_engine(cache_disk_bytes=2**20).run(diamond())

    assert calls == []
    assert report.ui == {"show": {"text": ["112"]}}


@pytest.mark.usefixtures("keeps_all_on_disk")
def test_damaged_result_on_disk_is_made_again(make_engine: Callable[..., Engine], calls: list[str]):
    first = make_engine(cache_disk_bytes=2**20)
    first.run(chain(2))
    for path in (first.folders.cache / "results").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    calls.clear()

    report = make_engine(cache_disk_bytes=2**20).run(chain(2))

    assert report.outputs == {"result": [3]}
    assert report.error is None
    assert len(calls) == 4


def saving(registry: Registry) -> Any:
    def save(ctx: Context, value: int) -> NodeResult:
        path = ctx.folders.base / "saved.txt"
        path.write_text(str(value))
        ctx.wrote(path)
        return NodeResult(ui={"text": ["saved"]})

    registry.add(toy("Save", save, outputs=(), is_output=True, hidden={"ctx": "context"}))
    g = Graphs()
    g.node("Save", at="save", value=g.node("Number", value=1))
    return g.document()


def test_output_node_is_reused_while_its_file_stands(engine: Engine, registry: Registry):
    document = saving(registry)
    engine.run(document)

    assert engine.run(document).reused == {"save"}


def test_output_node_runs_again_when_its_file_is_gone(engine: Engine, registry: Registry):
    document = saving(registry)
    engine.run(document)
    (engine.folders.base / "saved.txt").unlink()

    report = engine.run(document)

    assert report.ran == ["save"]
    assert (engine.folders.base / "saved.txt").exists()


def test_output_node_runs_again_when_its_file_has_another_size(engine: Engine, registry: Registry):
    document = saving(registry)
    engine.run(document)
    (engine.folders.base / "saved.txt").write_text("other")

    assert engine.run(document).ran == ["save"]


def test_file_that_changes_while_a_node_reads_it_is_not_remembered(
    engine: Engine, registry: Registry
):
    path = engine.folders.base / "in.txt"
    registry.add(_reader(lambda: path.write_text("later, and longer")))
    path.write_text("now")
    g = Graphs()
    document = g.document(result=g.node("Read", at="read", name="in.txt"))
    engine.run(document)
    path.write_text("now")

    assert engine.run(document).ran == ["read"]


def test_file_that_vanishes_while_a_node_reads_it_is_no_failure(engine: Engine, registry: Registry):
    path = engine.folders.base / "in.txt"
    registry.add(_reader(path.unlink))
    path.write_text("now")
    g = Graphs()

    report = engine.run(g.document(result=g.node("Read", at="read", name="in.txt")))

    assert report.error is None


def _reader(meanwhile: Callable[[], Any]) -> Any:
    from dataclasses import replace

    from engine.spec import InputSpec
    from engine.widgets import Prompt

    def read(name: str) -> str:
        meanwhile()
        return name

    widget = Prompt(find=lambda text, folders: [folders.base / text])
    spec = toy("Read", read)
    return replace(spec, inputs=(InputSpec("name", "STRING", widget, reads_files=True),))


def test_file_that_a_linked_name_leads_to_is_part_of_the_key(engine: Engine, registry: Registry):
    registry.add(_reader(lambda: None))
    path = engine.folders.base / "in.txt"
    path.write_text("one")
    g = Graphs()
    name = g.node("Text", at="name", text="in.txt")
    document = g.document(result=g.node("Read", at="read", name=name))
    engine.run(document)
    unchanged = engine.run(document)
    path.write_text("other")
    changed = engine.run(document)

    assert "read" in unchanged.reused
    assert "read" in changed.ran


def test_node_below_a_linked_file_name_is_reused_too(engine: Engine, registry: Registry):
    registry.add(_reader(lambda: None))
    (engine.folders.base / "in.txt").write_text("one")
    g = Graphs()
    read = g.node("Read", name=g.node("Text", text="in.txt"))
    document = g.document(result=g.node("Length", at="length", text=read))
    engine.run(document)

    assert "length" in engine.run(document).reused


def test_linked_file_name_that_leads_nowhere_is_a_failure(engine: Engine, registry: Registry):
    registry.add(_reader(lambda: None))
    g = Graphs()
    read = g.node("Read", at="read", name=g.node("Text", text="gone.txt"))

    error = engine.run(g.document(result=read)).error

    assert error is not None
    assert error.node_id == "read"
    assert '"gone.txt" can not be read' in error.message


@pytest.fixture
def warned(registry: Registry) -> Callable[..., list[tuple[str, str]]]:
    """Return a runner that tells what was warned of, and where."""

    def doubtful(ctx: Context, value: int) -> int:
        ctx.warn(f"{value} is doubtful")
        return value

    registry.add(toy("Doubtful", doubtful, hidden={"ctx": "context"}))

    def run(engine: Engine, value: int = 1, shown: str = "a") -> list[tuple[str, str]]:
        told: list[tuple[str, str]] = []
        g = Graphs()
        source = g.node("Doubtful", at="d", value=g.node("Number", value=value))
        g.node("Show", at=shown, value=g.node("Add", a=source, b=source))

        def hear(event: Event) -> None:
            if isinstance(event, Warned):
                told.append((event.node_id, event.message))

        engine.run(g.document(), on_event=hear)
        return told

    return run


def test_warning_is_told_again_while_the_result_of_its_node_stands(
    engine: Engine, warned: Callable[..., list[tuple[str, str]]]
):
    first = warned(engine)

    assert first == [("d", "1 is doubtful")]
    assert warned(engine) == first


def test_warning_is_told_where_only_a_later_result_is_reused(
    engine: Engine, warned: Callable[..., list[tuple[str, str]]]
):
    first = warned(engine)

    assert warned(engine, shown="b") == first
    assert warned(engine, value=2) == [("d", "2 is doubtful")]


@pytest.mark.usefixtures("keeps_all_on_disk")
def test_warning_is_told_again_by_another_process(
    make_engine: Callable[..., Engine], warned: Callable[..., list[tuple[str, str]]]
):
    first = warned(make_engine(cache_disk_bytes=2**20))

    assert warned(make_engine(cache_disk_bytes=2**20)) == first
