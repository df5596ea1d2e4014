"""The façade and the map."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from node.web.facade import LEVELS, Block, facade, key
from node.web.worldmap import HEIGHT, WIDTH, Place, land, lay_out, project
from vocab.framework import load

STATES = ["", "planned", "under-way", "in-place", "stopped", "not-applicable"]
CODES = [action.code for action in load().actions]
BLOCKS = st.dictionaries(
    st.sampled_from(CODES), st.builds(Block, st.sampled_from(STATES), st.booleans())
)


def fills(drawing: str) -> list[tuple[float, float]]:
    """(bottom, height) of each filled rectangle."""
    found = re.findall(r'class="b" x="[^"]*" y="([^"]*)" width="[^"]*" height="([^"]*)"', drawing)
    return [(float(y) + float(height), float(height)) for y, height in found]


@given(BLOCKS, st.booleans())
def test_it_is_well_formed_and_every_block_stays_inside(
    blocks: dict[str, Block], rtl: bool
) -> None:
    drawing = facade(blocks, "A & B <c>", codes=True, rtl=rtl)
    root = ElementTree.fromstring(str(drawing))  # noqa: S314 - our own drawing
    for rect in root.iter("rect"):
        x, y, wide, high = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= -0.1
        assert y >= -0.1
        assert x + wide <= 640.1
        assert y + high <= 300.1


@given(BLOCKS)
def test_each_state_that_has_begun_is_one_filled_block(blocks: dict[str, Block]) -> None:
    begun = sum(block.state in LEVELS for block in blocks.values())
    assert len(fills(facade(blocks, "x"))) == begun


def test_a_block_fills_from_the_ground_up() -> None:
    (planned, low), (under_way, half), (in_place, full) = (
        fills(facade({"F1": Block(state)}, "x"))[0]
        for state in ("planned", "under-way", "in-place")
    )
    assert planned == under_way == in_place == 300
    assert low < half < full


def test_what_was_stopped_is_crossed_and_not_filled() -> None:
    drawing = facade({"S1": Block("stopped")}, "x")
    assert not fills(drawing)
    assert drawing.count('class="x"') == 1


def test_rows_run_from_the_right_where_people_read_so() -> None:
    def place(drawing: str) -> float:
        found = re.search(r'class="b" x="([^"]*)"', drawing)
        assert found
        return float(found[1])

    block = {"F1": Block("in-place")}
    assert place(facade(block, "x")) < place(facade(block, "x", rtl=True))


def test_a_title_is_text_and_never_markup() -> None:
    drawing = facade({}, '"><script>alert(1)</script>')
    assert "<script" not in drawing


def test_a_key_says_nothing_to_those_who_listen() -> None:
    assert 'aria-hidden="true"' in key("planned")


def test_known_places_lie_where_they_are() -> None:
    assert project(0, 0)[0] == WIDTH / 2
    south, north = project(-34.8, 20)[1], project(71, 25)[1]
    assert 345 < south < 352
    assert north < south


@given(
    st.lists(
        st.builds(
            Place,
            st.text("abc ", min_size=1, max_size=30),
            st.just("/cities/a"),
            st.floats(-56, 80),
            st.floats(-180, 180),
        ),
        max_size=40,
    )
)
def test_no_label_covers_another(places: list[Place]) -> None:
    dots = lay_out(places)
    assert [dot.place for dot in dots] == places
    boxes = []
    for dot in dots:
        if dot.label:
            wide = len(dot.label) * 7.4
            shift = {"start": 0.0, "middle": wide / 2, "end": wide}[dot.anchor]
            boxes.append(
                (dot.text_x - shift, dot.text_y - 13, dot.text_x - shift + wide, dot.text_y + 4)
            )
    for at, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[2] <= WIDTH
        assert one[3] <= HEIGHT
        for other in boxes[at + 1 :]:
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            assert apart


def test_the_outline_is_one_path_and_nothing_else() -> None:
    assert re.fullmatch(r"[MlzLHVhv0-9 .\-]+", land())
