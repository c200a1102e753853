"""The tests of this pack: `python -m pytest custom_nodes/example_pack`."""

import pytest

from engine import EngineError
from engine.testing import Graph, conditioning, latent, mask, picture, run, run_node


def test_fading_fully_gives_white():
    assert run_node("ExampleFade", image=picture(), amount=1.0)[0].min() == 1


def test_fading_stays_inside_the_mask():
    image = picture()
    faded = run_node("ExampleFade", image=image, amount=1.0, mask=mask())[0]

    assert (faded[:, :, :32] == image[:, :, :32]).all()


def test_size_has_two_outputs():
    assert list(run_node("ExampleSize", image=picture(40, 24))) == [40, 24]


def test_average_of_equal_pictures_is_that_picture():
    given = {f"images.image{index}": picture() for index in range(3)}

    assert (run_node("ExampleAverage", **given)[0] - picture()).abs().max() < 1e-6


def test_crops_are_put_together_again_as_a_batch():
    g = Graph()
    drawn = g.node("EmptyImage", width=64, height=32)
    sheet = g.node("ExampleSheet", images=g.node("ExampleCrops", image=drawn, count=4))

    assert [each.size for each in run(g, sheet=sheet).images] == [(16, 32)] * 4


def test_chosen_filter_has_inputs_of_its_own():
    given = {"filter": "power", "filter.gamma": 2.0}

    assert (
        run_node("ExampleFilter", image=picture(), **given)[0] - picture() ** 2
    ).abs().max() < 1e-6


def test_grain_depends_on_the_seed():
    first, again, other = (run_node("ExampleGrain", image=picture(), seed=s)[0] for s in (1, 1, 2))

    assert (first == again).all()
    assert (first != other).any()


def test_old_documents_count_grain_in_percent():
    g = Graph()
    drawn = g.node("EmptyImage", width=16, height=16, color=0x808080)
    old = g.node("ExampleGrain", image=drawn, seed=1, amount=10, version=1)
    new = g.node("ExampleGrain", image=drawn, seed=1, amount=0.1, version=2)
    outputs = run(g, old=old, new=new).outputs

    assert (outputs["old"][0] == outputs["new"][0]).all()


def test_mirrored_twice_is_as_before():
    once = run_node("ExampleMirrorLatent", samples=latent())[0]

    assert (run_node("ExampleMirrorLatent", samples=once)[0].samples == latent().samples).all()


def test_weakened_conditioning_keeps_its_numbers():
    weak = run_node("ExampleWeaken", conditioning=conditioning(), strength=0.25)[0]

    assert [each.strength for each in weak.entries] == [0.25]


def test_only_the_chosen_value_is_made():
    g = Graph()
    a = g.node("EmptyImage", at="a", width=16, height=16)
    b = g.node("EmptyImage", at="b", width=32, height=32)
    report = run(g, it=g.node("ExampleEither", first=True, a=a, b=b)).report

    assert "a" in report.ran
    assert "b" not in report.ran


def test_small_pictures_go_no_further():
    g = Graph()
    small = g.node("ExampleOnlyLarge", image=g.node("EmptyImage", width=16, height=16))
    report = run(g, it=g.node("ExampleFade", at="fade", image=small)).report

    assert "fade" in report.blocked


def test_fade_twice_stands_for_two_nodes():
    faded = run_node("ExampleFadeTwice", image=picture())[0]

    assert (faded - (picture() + (1 - picture()) * 0.75)).abs().max() < 1e-6


def test_shouting_is_refused_before_anything_runs():
    with pytest.raises(EngineError, match="Write it small"):
        run_node("ExampleWord", word="HA")


def test_words_are_shown():
    assert run_node("ExampleShowWords", text="a red apple").ui["text"] == ["a", "red", "apple"]


def test_written_file_is_told():
    [path] = run_node("ExampleWriteText", text="hello").files

    assert path.read_text() == "hello"


def test_counter_is_kept_for_its_node():
    ran = run_node("ExampleCounter", step=3, latent=latent())

    assert ran[0] == 3
    assert (ran[1].samples == latent().samples).all()


def test_blend_of_a_picture_with_itself_is_that_picture():
    assert (
        run_node("ExampleBlend", below=picture(), above=picture(), mode="mix")[0] - picture()
    ).abs().max() < 1e-6
