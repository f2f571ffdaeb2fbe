"""Sürgüler: formülleri torch'la aynı, HTML'i her kuruluşta aynı, klavyeyle çevrilir, betiksiz
resimdir."""

import itertools
import json
import re

import pytest
import torch
from support.browser import needs_browser, opened_browser
from support.node import formulas

from course_lib.errors import BadInput
from course_lib.reading import filter_bank, photo, tr
from course_lib.reading.figures import curves
from course_lib.reading.sliders import (
    blend_slider,
    blob_slider,
    curve_slider,
    depth_slider,
    factor_slider,
    mixing_desk,
    moves_slider,
    neighbour_slider,
    publish_slider,
    reach_slider,
    share_slider,
    stage_slider,
    temperature_slider,
    twin_slider,
    weight_slider,
)
from course_lib.reading.sliders.blend import blended
from course_lib.reading.sliders.desk import desk
from course_lib.reading.sliders.moves import MOVES, after_moves
from course_lib.reading.sliders.publish import published
from course_lib.reading.sliders.reach import DILATIONS, DIMMED, KERNELS, PERIODS, SIZE, at_kernel
from course_lib.reading.sliders.slider import SCRIPT, Knob, in_script, packed, unpacked
from course_lib.reading.sliders.temperature import BINS, GATES, TEMPERATURES, at_temperature

WORDS = {"title": "Başlık", "caption": "Altyazı burada.", "alt": "Alternatif metin burada."}
SAME = 1e-6
KILOBYTES = 12


def made_desk():
    image = photo("çiçek", 90)
    names, maps = filter_bank(image[None])
    region = torch.zeros(maps.shape[2:], dtype=torch.bool)
    region[20:40, 30:60] = True
    return mixing_desk(image, names, maps[0], region, {"Yarım": [0.5] * 8}, **WORDS)


def made_temperature():
    scores = torch.randn(40, generator=torch.Generator().manual_seed(0))
    return temperature_slider(2 * scores, **WORDS)


def made_neighbours():
    generator = torch.Generator().manual_seed(4)
    masks, weights = (torch.rand(2, 2, n, generator=generator) for n in (3, 2))
    return neighbour_slider(["duvar", "çit"], ["a", "b", "c"], masks, weights, **WORDS)


def made_share():
    generator = torch.Generator().manual_seed(5)
    views = tuple(torch.randn(2, 3, generator=generator) for _ in range(2))
    return share_slider(["lamba", "duvar"], ["a", "b", "c"], views, [0.9, 0.16], **WORDS)


def made_twins():
    generator = torch.Generator().manual_seed(6)
    scores = 3 * torch.randn(20, generator=generator)
    T = torch.tensor([0.5, 1.0, 4.0])[:, None]
    masks = (torch.sigmoid(scores / T), torch.sigmoid(scores * T))
    return twin_slider([0.5, 1.0, 4.0], *masks, **WORDS)


def made_reach():
    return reach_slider(**WORDS)


def made_blob():
    masks = torch.rand(2, 2, 5, 6, generator=torch.Generator().manual_seed(7))
    return blob_slider([2, 4], "koordinatlar", ["var", "yok"], masks, **WORDS)


def made_weights():
    weights = torch.rand(2, 2, 3, generator=torch.Generator().manual_seed(7)).softmax(2)
    return weight_slider([2, 4], ["mean", "moments"], ["3×3", "5×5", "7×7"], weights, **WORDS)


def made_blend():
    generator = torch.Generator().manual_seed(8)
    before, after = torch.rand(2, 6, 9, generator=generator)
    return blend_slider(photo("çiçek", 90), before, 0.2 * after, **WORDS)


def made_depth():
    depth = torch.arange(5)
    factors = torch.tensor([1.0, 0.6, 0.2])[:, None]
    return depth_slider([0.0, 0.5, 1.0], factors**depth, (2 - factors) ** depth, **WORDS)


def made_moves():
    maps = torch.rand(1, 3, 5, 5, generator=torch.Generator().manual_seed(10))
    masks_of = {"kanal": lambda m: m.mean((2, 3), keepdim=True), "piksel": lambda m: m / 2}
    return moves_slider(maps, masks_of, **WORDS)


def made_stages():
    parameters, moved = torch.rand(2, 3, 2, generator=torch.Generator().manual_seed(11))
    return stage_slider([8, 16, 32], [56, 28, 14], ["SE", "ECA"], parameters, moved, **WORDS)


def made_curves():
    knobs = [Knob("n", "blok", [1, 2], ["1", "2"], 1), Knob("bn", "BN", [0, 1], ["yok", "var"], 0)]
    lines = {
        "kısayollu": [[1.0, 10.0], [1.0, 100.0], [1.0, 2.0, 10.0], [1.0, 3.0, 1000.0]],
        "kısayolsuz": [[1.0, 0.1]] * 4,
    }
    still = curves([0, 1], {"a": [1.0, 2.0]}, xlabel="blok", ylabel="büyüklük", **WORDS)
    return curve_slider(
        knobs, lines, still, what="büyüklük", xlabel="blok", title="Başlık", floor=-0.5
    )


def made_factors():
    openings = torch.linspace(0, 1, 5)
    both = torch.stack([openings, 1 + openings])
    return factor_slider(openings.tolist(), [1, 2], openings, both, start=2, **WORDS)


def made_published():
    runs = 80 + 10 * torch.rand(3, 4, generator=torch.Generator().manual_seed(13))
    still = curves([0, 1], {"a": [1.0, 2.0]}, xlabel="blok", ylabel="büyüklük", **WORDS)
    return publish_slider(["a", "b", "c"], [0, 1, 2, 3], runs, still, title="Başlık")


SLIDERS = {
    "desk": made_desk, "temperature": made_temperature, "neighbours": made_neighbours,
    "share": made_share, "twins": made_twins, "reach": made_reach, "blob": made_blob,
    "blend": made_blend, "depth": made_depth, "weights": made_weights, "moves": made_moves,
    "stages": made_stages, "curves": made_curves, "factors": made_factors,
    "published": made_published,
}  # fmt: skip


def apart(got, want) -> list[str]:
    """Sayfanın torch'tan ayrıldığı sonuçların adları."""
    found = sorted(got.keys() ^ want.keys())
    for name in got.keys() & want.keys():
        mine, theirs = torch.as_tensor(got[name], dtype=torch.float64), want[name].double()
        if not torch.allclose(mine, theirs, atol=SAME, rtol=SAME):
            found.append(name)
    return found


def test_the_desk_adds_up_as_torch_does():
    generator = torch.Generator().manual_seed(1)
    maps = torch.rand(8, 12, generator=generator, dtype=torch.float64)
    region = torch.arange(12) % 3 == 0
    gains = [torch.rand(8, generator=generator, dtype=torch.float64) for _ in range(20)]
    gains.append(torch.zeros(8, dtype=torch.float64))  # hepsi kapalı
    data = {"maps": maps.tolist(), "region": region.int().tolist()}
    for got, g in zip(
        formulas([("desk", data, g.tolist(), [0] * 8) for g in gains]), gains, strict=True
    ):
        assert apart(got, desk(maps, g, region)) == []


def test_the_temperature_computes_what_torch_computes():
    generator = torch.Generator().manual_seed(2)
    scores = 4 * torch.randn(50, generator=generator, dtype=torch.float64)
    # hardsigmoid'in köşeleri grid'in dışında: orada iki taraf da haklıdır
    grid = torch.linspace(-7.03, 7.01, 41, dtype=torch.float64)
    data = {
        "gates": list(GATES), "grid": grid.tolist(), "scores": scores.tolist(), "bins": BINS,
    }  # fmt: skip
    settings = list(itertools.product(TEMPERATURES, enumerate(GATES)))
    cases = [("gate", data, [T, k], [0, k]) for T, (k, _) in settings]
    for got, (T, (_, gate)) in zip(formulas(cases), settings, strict=True):
        assert apart(got, at_temperature(scores, grid, T, gate)) == []


def test_the_blend_is_the_weighted_sum_torch_makes():
    generator = torch.Generator().manual_seed(9)
    before, after = torch.rand(2, 12, generator=generator, dtype=torch.float64)
    data = {"maps": [before.tolist(), after.tolist()]}
    alphas = (0.0, 0.3, 1.0)
    for got, alpha in zip(
        formulas([("blend", data, [a], [0]) for a in alphas]), alphas, strict=True
    ):
        assert apart(got, blended(before, after, alpha)) == []


def test_only_the_published_seeds_count_and_their_best_is_named():
    generator = torch.Generator().manual_seed(13)
    runs = torch.rand(3, 4, generator=generator, dtype=torch.float64)
    data = {"runs": runs.tolist(), "names": ["a", "b", "c"]}
    settings = list(itertools.product((0.0, 1.0), repeat=4))
    cases = [("published", data, list(ticks), [0] * 4) for ticks in settings]
    for got, ticks in zip(formulas(cases), settings, strict=True):
        want = published(runs, torch.tensor(ticks, dtype=torch.float64))
        best = got.pop("best")
        assert best == ("abc"[int(want["means"].argmax())] if any(ticks) else "yok")
        assert all(got.pop(f"m{i}") == [got["means"][i]] * 2 for i in range(3))
        assert apart(got, want) == []


def test_the_reach_is_a_dilated_convolution_s():
    settings = list(itertools.product(KERNELS, DILATIONS, PERIODS))
    data = {"size": SIZE, "dimmed": DIMMED}
    cases = [("reach", data, list(setting), [0, 0, 0]) for setting in settings]
    for got, setting in zip(formulas(cases), settings, strict=True):
        assert apart(got, at_kernel(SIZE, *setting)) == []
    assert float(at_kernel(SIZE, 7, 2, 2)["high"]) == pytest.approx(
        1.0
    )  # bir piksellik çizgi: hep aynı renk


def test_a_move_and_its_way_back_cancel_and_move_every_pixel_somewhere():
    maps = torch.arange(2 * 25.0).view(1, 2, 5, 5)
    for name, (go, back) in MOVES.items():
        assert torch.equal(back(go(maps)), maps), name
        assert torch.equal(go(maps).flatten(2).sort().values, maps.flatten(2))
        assert torch.equal(go(maps), maps) == (name == "aslı")


def test_a_channel_mask_stays_and_a_pixel_mask_follows_its_pixel():
    maps = torch.rand(1, 3, 5, 5, generator=torch.Generator().manual_seed(12))
    for name, (_, stayed, followed) in after_moves(lambda m: m.mean((2, 3), True), maps).items():
        assert stayed < SAME, name
        assert followed < SAME
    for name, (_, stayed, followed) in after_moves(lambda m: m / 2, maps).items():
        assert (stayed > 0.1) == (name != "aslı")
        assert followed < SAME
    left = after_moves(lambda m: m.roll(1, -1), maps)["ters"]
    assert left[2] < SAME  # yana kaydıran, baş aşağı dönenle birlikte döner
    assert after_moves(lambda m: m.roll(1, -2), maps)["ters"][2] > 0.1  # aşağı kaydıran dönmez


def test_frames_are_chosen_by_the_knobs_places():
    frames = {"m": [[k, k] for k in range(6)], "s": list(range(6))}
    data = {"frames": frames, "sizes": [2, 3]}
    places = list(itertools.product(range(2), range(3)))
    got = formulas([("frames", data, [0, 0], list(at)) for at in places])
    assert got == [{"m": [k, k], "s": k} for k in range(6)]


def test_the_module_is_small_and_asks_nothing_from_outside():
    text = SCRIPT.read_text("utf-8")
    assert len(text.encode()) <= KILOBYTES * 1000
    assert "</script" not in text
    assert set(re.findall(r"https?://[^\"]+", text)) == {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("made", SLIDERS.values(), ids=SLIDERS)
def test_html_is_the_same_each_time_and_holds_the_still_picture(made):
    page = made()._repr_html_()
    assert page == made()._repr_html_()
    assert page.count("<img ") == 1
    assert 'alt="Alternatif metin burada."' in page
    spec = json.loads(re.search(r'application/json">(.*?)</script>', page)[1])
    assert spec["presets"][-1]["label"] == "Başa dön"
    assert "Altyazı burada." in page
    assert "Alternatif metin burada." in repr(made())


def test_packed_maps_lose_less_than_half_a_step():
    image = torch.rand(5, 7, generator=torch.Generator().manual_seed(3))
    back = torch.from_numpy(unpacked(packed(image, 0.0, 1.0))).view(5, 7)
    assert float((back - image).abs().max()) <= 0.5 / 255 + 1e-9


def test_text_cannot_close_the_script():
    assert "</script" not in in_script('{"a": "</script>"}')
    assert json.loads(in_script('{"a": "</script>"}')) == {"a": "</script>"}


def test_a_knob_without_a_text_for_each_value_is_refused():
    with pytest.raises(BadInput, match="2 değer, 1 yazı"):
        Knob("T", "sıcaklık", [1, 2], ["1"], 0)
    with pytest.raises(BadInput, match="start=2"):
        Knob("T", "sıcaklık", [1, 2], ["1", "2"], 2)


@pytest.fixture(scope="module")
def page_of(tmp_path_factory):
    """Sürgülerin sayfasını, betikli ya da betiksiz, görünmez tarayıcıda açar."""
    place = tmp_path_factory.mktemp("surgu") / "sayfa.html"
    body = "".join(made()._repr_html_() for made in SLIDERS.values())
    place.write_text(f"<!doctype html><meta charset=utf-8>{body}", "utf-8")
    with opened_browser() as browser:

        def opened(**options):
            page = browser.new_context(**options).new_page()
            page.goto(place.as_uri())
            return page

        yield opened


@needs_browser
def test_the_keyboard_turns_the_knobs_and_the_page_says_the_value(page_of):
    page, errors = page_of(), []
    page.on("pageerror", lambda error: errors.append(error))
    knob = page.get_by_label("sıcaklık T").first
    knob.press("Home")
    assert knob.get_attribute("aria-valuetext") == "0,2"
    said = page.get_by_text(re.compile("^T = 0,2, sigmoid: doymuş katsayı %"))
    assert said.count() == 1
    knob.press("ArrowRight")
    assert knob.get_attribute("aria-valuetext") == "0,3"
    knob.press("End")
    assert page.get_by_text(re.compile("^T = 20, sigmoid: doymuş katsayı %0,")).count() == 1
    page.get_by_label("kapı").press("End")
    assert page.get_by_text(re.compile("^T = 20, hardsigmoid: ")).count() == 1
    assert not errors


@needs_browser
def test_buttons_set_all_knobs_and_the_table_follows(page_of):
    page = page_of()
    box = page.locator("[data-surgu]").first
    knobs = box.locator("input[type=range]")
    table = box.locator("table")
    assert knobs.count() == 8
    before = table.text_content()
    knobs.first.press("Home")
    assert table.text_content() != before
    box.get_by_role("button", name="Yarım").click()
    assert [k.get_attribute("aria-valuetext") for k in knobs.all()] == ["0,50"] * 8
    assert table.text_content() == before  # hepsi aynı ölçüde kısılınca oran değişmez
    box.get_by_role("button", name="Başa dön").click()
    assert table.text_content() == before


@needs_browser
def test_bars_show_the_frame_the_two_knobs_choose(page_of):
    box = page_of().locator("[data-surgu]").nth(list(SLIDERS).index("neighbours"))
    table = box.locator("td")
    frames = made_neighbours().spec()["data"]["frames"]
    for companion, axis in itertools.product(range(2), range(2)):
        for label, place in (("komşusu", companion), ("softmax'ın ekseni", axis)):
            box.get_by_label(label).press("End" if place else "Home")
        chosen = 2 * companion + axis
        wanted = [*frames["weights"][chosen], *frames["mask"][chosen]]
        assert table.all_text_contents() == [tr(v, 2) for v in wanted]


@needs_browser
def test_the_reader_mixes_two_views_and_a_button_shows_the_router_s_share(page_of):
    box = page_of().locator("[data-surgu]").nth(list(SLIDERS).index("share"))
    share = box.get_by_label("tepenin payı")
    masks = torch.tensor(made_share().spec()["data"]["frames"]["mask"]).view(2, -1, 3)
    for key, place in (("Home", 0), ("End", -1)):
        share.press(key)
        assert box.locator("td").all_text_contents() == [tr(v, 2) for v in masks[0, place].tolist()]
    box.get_by_role("button", name="Yönlendirici: duvar").click()
    assert share.get_attribute("aria-valuetext") == "0,16"
    assert box.get_by_text(re.compile("^duvar, tepenin payı 0,16: ")).count() == 1


@needs_browser
def test_the_twins_part_as_the_temperature_rises(page_of):
    box = page_of().locator("[data-surgu]").nth(list(SLIDERS).index("twins"))
    T = box.get_by_label("sıcaklık T")
    said = box.get_by_text(re.compile("^T = 1: doymuş katsayı sağlamda %(\\d+), hatalıda %\\1\\."))
    assert said.count() == 1  # T = 1 iken ikisi aynıdır
    T.press("End")
    assert box.locator("td").nth(0).text_content() == "0"
    assert int(box.locator("td").nth(1).text_content() or 0) > 50


@needs_browser
def test_the_blob_and_the_reach_follow_their_knobs(page_of):
    page = page_of()
    for name, value in (("blob", "at"), ("weights", "weights"), ("moves", "changes")):
        box = page.locator("[data-surgu]").nth(list(SLIDERS).index(name))
        for knob in box.locator("input").all():
            knob.press("End")
        wanted = torch.tensor(SLIDERS[name]().spec()["data"]["frames"][value])[-1].flatten()
        assert box.locator("td").all_text_contents() == [tr(v, 2) for v in wanted.tolist()]
    box = page.locator("[data-surgu]").nth(list(SLIDERS).index("reach"))
    box.get_by_label("genişletme d").press("ArrowRight")
    said = "^k = 7, d = 2: 13 piksele uzanır, 49 noktaya bakar; .*yanıtı 0,00 ile 1,00 arası"
    assert box.get_by_text(re.compile(said)).count() == 1


def test_a_curve_slider_refuses_a_place_without_a_curve_and_a_value_without_a_logarithm():
    knob = Knob("n", "blok", [1, 2], ["1", "2"], 0)
    still = made_curves().still
    frames = made_curves().spec()["data"]["frames"]
    assert min(frames["c1"][0]) == -0.5  # eksenin dibinde çizilir …
    assert frames["c1_son"][0] == -1  # … olduğu gibi söylenir
    for wrong in ([[1.0]], [[1.0], [0.0]]):
        with pytest.raises(BadInput, match="2 yeri"):
            curve_slider([knob], {"a": wrong}, still, what="b", xlabel="c", title="d")


@needs_browser
def test_the_curves_follow_both_knobs(page_of):
    box = page_of().locator("[data-surgu]").nth(list(SLIDERS).index("curves"))
    assert box.locator("td").all_text_contents() == ["1,0", "−1,0"]  # 2 blok, BN yok
    box.get_by_label("BN").press("End")
    assert box.get_by_text(re.compile("^blok 2, BN var; .*kısayollu 3,0, kısayolsuz −1,0")).count()
    box.get_by_label("blok").press("Home")
    assert box.locator("td").all_text_contents() == ["2,0", "−1,0"]


@needs_browser
def test_the_factor_is_the_chosen_box_s(page_of):
    box = page_of().locator("[data-surgu]").nth(list(SLIDERS).index("factors"))
    for key, wanted in (("Home", ["0,0", "1,0"]), ("End", ["1,0", "2,0"])):
        box.get_by_label("kutu").press(key)
        assert box.locator("td").all_text_contents() == wanted


@needs_browser
def test_the_stage_shows_what_each_module_costs_there(page_of):
    box = page_of().locator("[data-surgu]").nth(list(SLIDERS).index("stages"))
    frames = made_stages().spec()["data"]["frames"]
    for key, place in (("Home", 0), ("End", -1)):
        box.get_by_label("harita").press(key)
        wanted = [*frames["parameters"][place], *frames["moved"][place]]
        assert box.locator("td").all_text_contents() == [tr(v, 2) for v in wanted]


@needs_browser
def test_alpha_turns_the_blend_and_the_depth(page_of):
    page = page_of()
    box = page.locator("[data-surgu]").nth(list(SLIDERS).index("blend"))
    box.get_by_label("alpha").press("Home")
    assert box.get_by_text("alpha = 0,00: girdinin ortalama büyüklüğünden kalan %100.").count() == 1
    box = page.locator("[data-surgu]").nth(list(SLIDERS).index("depth"))
    assert box.locator("td").all_text_contents() == ["−2,8", "1,0"]  # 0,2⁴ ve 1,8⁴
    box.get_by_label("alpha").press("Home")
    assert box.locator("td").all_text_contents() == ["0,0", "0,0"]


@needs_browser
def test_without_scripts_the_still_picture_stands(page_of):
    live, still = page_of(), page_of(java_script_enabled=False)
    assert live.locator("img").count() == 0
    assert live.locator("canvas").count() == 6
    assert [i.get_attribute("alt") for i in still.locator("img").all()] == [WORDS["alt"]] * len(
        SLIDERS
    )
    assert all(i.bounding_box()["width"] > 100 for i in still.locator("img").all())


@needs_browser
@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_page_needs_no_sideways_scroll(page_of, width):
    page = page_of(viewport={"width": width, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
