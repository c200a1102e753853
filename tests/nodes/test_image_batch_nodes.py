from pathlib import Path

import torch

from engine.engine import Engine, Settings
from engine.paths import Folders
from engine.registry import Registry
from engine.testing.graphs import Graph
from nodes import image_batch


def pictures(count: int, height: int = 2, width: int = 3) -> torch.Tensor:
    """Return pictures whose value is their place."""
    return torch.arange(count).float().reshape(-1, 1, 1, 1).expand(-1, height, width, 3)


def places(batch: torch.Tensor) -> list[float]:
    return batch[:, 0, 0, 0].tolist()


def test_the_size_is_width_height_and_count():
    assert image_batch.get_image_size(pictures(5, 2, 3)) == (3, 2, 5)


def test_some_pictures_are_taken_of_a_batch():
    assert places(image_batch.image_from_batch(pictures(5), 1, 2)) == [1.0, 2.0]


def test_beyond_the_batch_the_last_picture_is_taken():
    assert places(image_batch.image_from_batch(pictures(5), 9, 4)) == [4.0]


def test_a_batch_is_repeated_whole():
    assert places(image_batch.repeat_image_batch(pictures(2), 3)) == [0.0, 1.0] * 3


def test_pictures_are_batched_anew_across_batches():
    cut = image_batch.rebatch_images([pictures(3), pictures(4)], [2])

    assert [places(each) for each in cut] == [[0.0, 1.0], [2.0, 0.0], [1.0, 2.0], [3.0]]


def test_a_batch_ends_where_the_size_changes():
    cut = image_batch.rebatch_images([pictures(3), pictures(1, 4, 4)], [8])

    assert [tuple(each.shape) for each in cut] == [(3, 2, 3, 3), (1, 4, 4, 3)]


def test_several_pictures_are_resized_to_the_first():
    given = {"image0": pictures(1), "image1": torch.ones(2, 8, 12, 4), "image2": pictures(1)}

    joined = image_batch.batch_several_images(given)

    assert joined.shape == (4, 2, 3, 4)
    assert places(joined) == [0.0, 1.0, 1.0, 0.0]
    assert (joined[..., 3] == 1).all()


def test_several_pictures_are_two_at_least():
    spec = Registry.of_packages("nodes")["BatchImagesNode"]

    names = [(each.name, each.required) for each in spec.inputs_for({}, ["images.image2"])]
    assert names == [("images.image0", True), ("images.image1", True), ("images.image2", False)]


def test_lists_are_rebatched_in_a_graph(tmp_path: Path):
    engine = Engine.with_built_ins(Folders.at(tmp_path), Settings(device="cpu"))
    g = Graph()
    pictures = [g.node("EmptyImage", width=8, height=4, batch_size=n, color=0) for n in (3, 2)]
    several = {"images.image0": pictures[0], "images.image1": pictures[1]}
    whole = g.node("BatchImagesNode", **several)
    cut = g.node("RebatchImages", images=whole, batch_size=2)
    g.node("PreviewAny", source=g.node("GetImageSize", image=cut)[2], at="shown")

    report = engine.run(g.document())

    assert report.ui["shown"]["text"] == ["2", "2", "1"]
    engine.close()
