"""Drawings of a graph: every node, value and gradient of the record is there, in a form that is well formed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpcli.errors import InputError, display_width
from bpcli.language.reader import parse
from bpcli.numbers import show
from bpcli.render.drawings import characters as drawing
from bpcli.render.drawings import dot, mermaid, svg
from bpcli.render.drawings.diagram import MOST_BOXES, STYLES, Diagram, diagram, structure
from bpcli.render.languages import LANGUAGES
from bpcli.tracing.record import Trace, record
from calculus.programs import ALL, CUTTING, texts, valued

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bpcli.graph import Program
    from conftest import Runner

    Run = tuple[Program, dict[str, float]]

SMALL = valued(ALL + CUTTING, 6)


def traced(text: str, **at: float) -> Trace:
    return record(parse(text, given=at), at)


def drawn(text: str, style: str = "variable", **at: float) -> Diagram:
    return diagram(traced(text, **at), style)


def gradients(trace: Trace) -> dict[str, str]:
    """Name -> the derivative that arrives there, from the rows of the record."""
    found = {}
    for row in trace.backward:
        if row.count == row.arriving:
            found[trace.nodes[row.argument].name] = show(row.total)
    return found


def told(trace: Trace) -> list[str]:
    """What a drawing with variables in its boxes has to show."""
    output = trace.nodes[trace.output].name if trace.output in trace.nodes else trace.program.output_name
    pieces = [node.name for node in trace.nodes.values()]
    pieces += [show(node.value) for node in trace.nodes.values()]
    return pieces + [f"d{output}/d{name} = {slope}" for name, slope in gradients(trace).items()]


# The terminal


@given(SMALL, st.sampled_from([60, 80, 120]), st.sampled_from(STYLES), st.booleans())
def test_no_line_is_wider_than_the_page_and_nothing_is_lost(run: Run, width: int, style: str, plain: bool) -> None:
    trace = record(*run)
    made = diagram(trace, style)
    assume(len(made.boxes) <= MOST_BOXES)
    # A word is never cut: one formula of a single word may be wider than the page.
    longest = max(display_width(word) for box in made.boxes for word in box.title.split(" "))
    assume(longest + 12 < width)
    lines = [*drawing.diagram_lines(made, width, plain)]
    for line in lines:
        assert display_width(line) <= width, line
    if plain:
        assert all(line.isascii() for line in lines)
    page = " ".join(lines)
    words = set(re.findall(r"[^\s│|┊:]+", page))
    if style == "variable":
        for node in trace.nodes.values():
            assert node.name in words
        for name, slope in gradients(trace).items():
            assert re.search(rf"/d{name} = {re.escape(slope)}(?!\S)", page)
    for box in made.boxes:
        for word in box.title.split(" "):
            assert word in page


@given(texts(ALL + CUTTING, 6), st.sampled_from([60, 80]), st.sampled_from(STYLES))
def test_a_structure_without_values_is_drawn_too(text: str, width: int, style: str) -> None:
    made = structure(parse(text), style)
    assume(len(made.boxes) <= MOST_BOXES)
    lines = [*drawing.diagram_lines(made, width)]
    longest = max((display_width(word) for word in " ".join(lines).split()), default=0)
    assert all(display_width(line) <= max(width, longest) for line in lines)
    assert "nan" not in " ".join(lines)


def followed(lines: list[str]) -> set[tuple[str, str]]:
    """The pairs of boxes that the lines of a drawing join, found by walking along its characters."""
    grid = {(row, column): char for row, line in enumerate(lines) for column, char in enumerate(line)}
    steps = {
        "│": "ud", "┊": "ud", "─": "lr", "└": "ur", "┘": "ul", "┌": "dr", "┐": "dl", "├": "udr", "┤": "udl",
        "┬": "dlr", "┴": "ulr", "┼": "udlr", "▼": "",
    }  # fmt: skip
    moves = {"u": (-1, 0), "d": (1, 0), "l": (0, -1), "r": (0, 1)}
    back = {"u": "d", "d": "u", "l": "r", "r": "l"}
    tops = [(row, match) for row, line in enumerate(lines) for match in re.finditer("[╭┌][─▼]{3,}[╮┐]", line)]
    found = set()
    names = {}
    for row, match in tops:
        left, right = match.span()
        inside = lines[row + 1][left + 1 : right - 1].split()
        for column in range(left, right):
            if grid[row, column] == "▼":
                names[row, column] = inside[0]
    for row, match in tops:
        left, right = match.span()
        name = lines[row + 1][left + 1 : right - 1].split()[0]
        bottom = next(
            each for each in range(row + 1, len(lines))
            if grid.get((each, left)) in ("╰", "└") and grid.get((each, right - 1)) in ("╯", "┘")
        )  # fmt: skip
        work = [((bottom, column), "d") for column in range(left, right) if grid[bottom, column] == "┬"]
        seen = set()
        while work:
            place, direction = work.pop()
            if (place, direction) in seen:
                continue
            seen.add((place, direction))
            at = place[0] + moves[direction][0], place[1] + moves[direction][1]
            char = grid.get(at, " ")
            if char == "▼":
                found.add((name, names[at]))
                continue
            if direction in "lr" and char == "│":
                # The line goes on behind the one that crosses it.
                work.append((at, direction))
                continue
            assert back[direction] in steps.get(char, ""), (name, at, char)
            work += [(at, each) for each in steps[char] if each != back[direction]]
    return found


@given(SMALL, st.sampled_from([60, 80, 120]))
def test_the_lines_join_what_the_graph_joins(run: Run, width: int) -> None:
    trace = record(*run)
    made = diagram(trace)
    assume(len(made.boxes) <= MOST_BOXES)
    picture = drawing.drawn(made, width)
    assume(picture is not None)
    assert picture is not None
    named = {box.number: box.name for box in made.boxes}
    assert followed([*picture.lines()]) == {(named[line.source], named[line.target]) for line in made.lines}


def tangled(seed: int) -> tuple[str, dict[str, float]]:
    """A program of up to 35 operations that use whatever is near them, most of them more than once."""
    random = Random(seed)
    names = [f"x{number}" for number in range(random.randint(2, 6))]
    pool, statements = list(names), []
    for number in range(random.randint(5, 35)):
        one, other = (random.choice(pool[-random.randint(2, 12) :]) for _ in range(2))
        called = random.choice(["tanh", "sin", "relu", "sigmoid", "detach"])
        formulas = [f"{one} {random.choice('+-*')} {other}", f"{called}({one})", f"max({one}, {other}, 1/3)"]
        statements.append(f"t{number} = {random.choices(formulas, [6, 3, 1])[0]}")
        pool.append(f"t{number}")
    text = "; ".join([*statements, " + ".join(pool[-4:])])
    return text, {name: random.uniform(-1, 1) for name in parse(text).inputs}


@pytest.mark.parametrize("seed", range(40))
def test_a_tangled_graph_is_drawn_at_60_columns_and_on_a_page(seed: int) -> None:
    text, at = tangled(seed)
    made = diagram(record(parse(text), at))
    picture = drawing.drawn(made, 60)
    assert picture is not None
    lines = [*picture.lines()]
    assert max(map(display_width, lines[:-1])) <= 60  # the last is a sentence
    named = {box.number: box.name for box in made.boxes}
    assert followed(lines) == {(named[line.source], named[line.target]) for line in made.lines}
    assert float(read_svg(made).get("width", "inf")) <= svg.PAGE


def test_the_flagship_is_drawn_as_by_hand() -> None:
    lines = [*drawing.diagram_lines(drawn("(x+w)*w", x=2, w=3), 80)]
    page = "\n".join(lines)
    # By hand: the two ways from w, each with its local derivative, and what the boxes hold.
    assert lines[:2] == ["y = (x + w) * w", "y = 15  dy/dx = 3  dy/dw = 8"]
    assert page.count("▼") == 4
    for piece in ("w = 3", "a = 5", "dy/da = 3", "dy/dw = 8", "dy/dx = 3", "= 15"):
        assert piece in page
    assert max(map(display_width, lines[:-1])) <= 60  # the last is a sentence


def test_an_edge_that_is_shut_is_dashed_and_says_why() -> None:
    # By hand: relu at -2 passes nothing, floor is flat, detach cuts.
    page = "\n".join(drawing.diagram_lines(drawn("relu(w*x) + floor(x) + detach(w)", x=2, w=-1), 120))
    for reason in ("┊ 0, a > 0 is false", "┊ 0, flat", "┊ 0, cut"):
        assert reason in page


def test_what_is_too_wide_for_lines_is_a_list() -> None:
    made = drawn("a_very_long_name_of_a_weight_1*a_very_long_name_of_an_input_2", a_very_long_name_of_a_weight_1=2,
                 a_very_long_name_of_an_input_2=3)  # fmt: skip
    assert drawing.drawn(made, 30) is None
    page = " ".join(" ".join(drawing.diagram_lines(made, 30)).split())
    assert "each box with what it uses" in page
    assert "<- a_very_long_name_of_an_input_2" in page


def test_a_graph_that_nobody_could_read_is_refused() -> None:
    made = structure(parse("+".join(f"sin({number}*x)" for number in range(40))))
    with pytest.raises(InputError) as caught:
        drawing.drawn(made, 80)
    assert caught.value.kind == "graph-too-large"
    with pytest.raises(InputError):
        [*svg.diagram_lines(made)]
    # Graphviz draws it.
    assert len([*dot.diagram_lines(made)]) > len(made.boxes)


def test_wide_characters_take_two_columns() -> None:
    lines = [*drawing.diagram_lines(drawn("权*输入 + 权", 权=2, 输入=3), 80)]
    for line in lines:
        for start in [match.start() for match in re.finditer("│", line)]:
            assert display_width(line[:start]) >= start
    boxes = [line for line in lines if "权 = 2" in line]
    above = lines[lines.index(boxes[0]) - 1]
    assert display_width(boxes[0].rstrip()) == display_width(above.rstrip())


# Graphviz and Mermaid

TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|->|[{}\[\];,=]|\w+)', re.ASCII)


def read_dot(text: str) -> tuple[dict[str, str], list[tuple[str, str, dict[str, str]]]]:
    """The nodes with their labels and the edges with their facts: the part of the grammar of Graphviz that is used."""
    tokens, place = [], 0
    while place < len(text.rstrip()):
        match = TOKEN.match(text, place)
        assert match is not None, text[place : place + 30]
        tokens.append(match[1])
        place = match.end()
    assert tokens[:3] == ["digraph", "bpcli", "{"]
    assert tokens[-1] == "}"
    nodes: dict[str, str] = {}
    edges = []
    statement: list[str] = []
    for token in tokens[3:-1]:
        if token != ";":
            statement.append(token)
            continue
        facts: dict[str, str] = {}
        head = statement
        if "[" in statement:
            opened = statement.index("[")
            head, inside = statement[:opened], statement[opened + 1 :]
            assert inside.pop() == "]"
            while inside:
                name, equals, value = inside[:3]
                assert equals == "="
                facts[name] = value
                inside = inside[3:]
                if inside:
                    assert inside.pop(0) == ","
        if len(head) == 3 and head[1] == "->":
            edges.append((head[0], head[2], facts))
        elif len(head) == 1 and head[0] not in ("node", "edge"):
            nodes[head[0]] = facts["label"]
        else:
            assert head[0] in ("node", "edge") or head[1] == "="
        statement = []
    assert not statement
    return nodes, edges


@given(SMALL, st.sampled_from(STYLES))
def test_graphviz_can_read_it_and_nothing_is_lost(run: Run, style: str) -> None:
    trace = record(*run)
    made = diagram(trace, style)
    nodes, edges = read_dot("\n".join(dot.diagram_lines(made)))
    assert len(nodes) == len(made.boxes)
    assert len(edges) == len(made.lines)
    assert all(source in nodes and target in nodes for source, target, _ in edges)
    assert [facts.get("style") == "dashed" for _, _, facts in edges] == [line.shut for line in made.lines]
    if style == "variable":
        page = " ".join(nodes.values())
        assert all(piece in page for piece in told(trace))


MERMAID_NODE = re.compile(r'  (\w+)(?:\(\["([^"]*)"\]\)|\["([^"]*)"\]|\("([^"]*)"\))')
MERMAID_EDGE = re.compile(r'  (\w+) (-->|-\.->)(?:\|"([^"]*)"\|)? (\w+)')


def unescaped(text: str) -> str:
    return re.sub(r"#(\d+);", lambda match: chr(int(match[1])), text.replace("<br/>", " "))


@given(SMALL, st.sampled_from(STYLES))
def test_mermaid_can_read_it_and_nothing_is_lost(run: Run, style: str) -> None:
    trace = record(*run)
    made = diagram(trace, style)
    head, *lines = mermaid.diagram_lines(made)
    assert head == "flowchart LR"
    nodes, edges = {}, []
    for line in lines:
        node, edge = MERMAID_NODE.fullmatch(line), MERMAID_EDGE.fullmatch(line)
        assert (node is None) != (edge is None), line
        if node is not None:
            nodes[node[1]] = unescaped(next(filter(None, node.groups()[1:])))
        elif edge is not None:
            edges.append((edge[1], edge[4], edge[2]))
    assert len(nodes) == len(made.boxes)
    assert [each[2] == "-.->" for each in edges] == [line.shut for line in made.lines]
    assert all(source in nodes and target in nodes for source, target, _ in edges)
    if style == "variable":
        page = " ".join(nodes.values())
        assert all(piece in page for piece in told(trace))


@pytest.mark.parametrize("name", ['a"b', "<b>x</b>", "end", "#1;", "a|b", "`x`", "\\"])
def test_no_text_ends_a_string_of_mermaid_or_graphviz(name: str) -> None:
    assert not set(re.sub(r"#\d+;", "", mermaid.escaped(name))) & set('"<>|#`;\\')
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', dot.quoted(name))


# SVG

SPACE = "{http://www.w3.org/2000/svg}"


def read_svg(made: Diagram) -> ElementTree.Element:
    return ElementTree.fromstring("\n".join(svg.diagram_lines(made)))


@given(SMALL, st.sampled_from(STYLES))
def test_an_svg_is_well_formed_and_shows_everything(run: Run, style: str) -> None:
    trace = record(*run)
    made = diagram(trace, style)
    assume(len(made.boxes) <= MOST_BOXES)
    root = read_svg(made)
    assert root.tag == f"{SPACE}svg"
    written = [element.text or "" for element in root.iter(f"{SPACE}text")]
    for box in made.boxes:
        assert box.title in written
        assert box.value in ("", *written)
        assert all(slope in written for slope in box.slopes)
    for line in made.lines:
        assert line.label in ("", *written)
    dashed = [path for path in root.iter(f"{SPACE}path") if "dashed" in path.get("class", "")]
    assert len(dashed) == sum(line.shut for line in made.lines)
    assert root.find(f"{SPACE}title") is not None
    assert root.find(f"{SPACE}desc") is not None
    if style == "variable":
        page = " ".join(written)
        assert all(piece in page for piece in told(trace))


@given(SMALL, st.sampled_from(STYLES))
def test_everything_lies_on_the_page_and_boxes_lie_apart(run: Run, style: str) -> None:
    made = diagram(record(*run), style)
    assume(len(made.boxes) <= MOST_BOXES)
    root = read_svg(made)
    width, height = float(root.get("width", 0)), float(root.get("height", 0))
    boxes = []
    for group in root.iter(f"{SPACE}g"):
        (rect,) = group.iter(f"{SPACE}rect")
        x, y, wide, high = (float(rect.get(name, "nan")) for name in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width + 0.6
        assert 0 <= y <= y + high <= height + 0.6
        boxes.append((x, y, x + wide, y + high))
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


@given(SMALL, st.sampled_from(STYLES))
def test_an_svg_grows_as_values_flow(run: Run, style: str) -> None:
    """As in every other drawing no line ends left of where it begins, or above it."""
    made = diagram(record(*run), style)
    assume(len(made.boxes) <= MOST_BOXES)
    for path in read_svg(made).iter(f"{SPACE}path"):
        if path.get("class", "").startswith("line"):
            numbers = [float(each) for each in re.findall(r"-?[\d.]+", path.get("d", ""))]
            (left, top), (right, bottom) = numbers[:2], numbers[-2:]
            assert right > left or bottom > top
            steps = list(zip(numbers[::2], numbers[1::2], strict=True))
            ways = [[step[axis] for step in steps] for axis in (0, 1)]
            assert any(way == sorted(way) for way in ways)


def test_an_svg_takes_nothing_from_the_network() -> None:
    text = "\n".join(svg.diagram_lines(drawn("(x+w)*w", x=2, w=3)))
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in text


def test_text_of_the_user_is_no_markup() -> None:
    root = read_svg(drawn("where(x < 1 and w > 2, x, w)", x=2, w=3))
    assert "a = x < 1" in [element.text for element in root.iter(f"{SPACE}text")]


def test_forward_mode_draws_its_tangents() -> None:
    made = diagram(record(parse("(x+w)*w"), {"x": 2, "w": 3}, mode="forward"))
    # By hand: dy/dx = w = 3, dy/dw = x + 2 w = 8, of the sum 1 each.
    assert {box.name: box.slopes for box in made.boxes} == {
        "x": ("dx/dx = 1",),
        "w": ("dw/dw = 1",),
        "a": ("da/dx = 1", "da/dw = 1"),
        "y": ("dy/dx = 3", "dy/dw = 8"),
    }


# The command


def test_a_graph_without_values_is_the_structure(run: Runner) -> None:
    answer = run("graph", "(x+w)*w")
    assert answer.code == 0
    assert "y = a*w" in answer.out
    assert "dy" not in answer.out


def test_some_values_are_not_enough(run: Runner) -> None:
    answer = run("graph", "(x+w)*w", "--x", "2")
    assert answer.code == 2
    assert "--w 3" in answer.err


@pytest.mark.parametrize("width", [60, 80])
def test_the_drawing_is_as_wide_as_the_terminal(run: Runner, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    values = {"w1": 1, "x1": 2, "w2": 3, "x2": 4, "w3": -2, "x3": 7, "b": 0.1}
    answer = run("graph", "tanh(w1*x1 + w2*x2 + w3*x3 + b)", *(f"--{name}={value}" for name, value in values.items()))
    assert answer.code == 0
    assert max(map(display_width, answer.out.splitlines())) <= width
    assert answer.out.count("▼") == 13


def test_quiet_is_the_drawing_alone(run: Runner) -> None:
    whole, alone = run("graph", "x^2", "--x", "3").out, run("graph", "x^2", "--x", "3", "-q").out
    assert alone in whole
    assert alone.lstrip()[0] == "╭"
    assert alone.rstrip()[-1] == "┘"


def test_a_terminal_gets_the_same_drawing_in_colours(capsys: pytest.CaptureFixture[str]) -> None:
    from bpcli.render.terminal import print_diagram

    made = drawn("(x+w)*w", x=2, w=3)
    print_diagram(made, 60)
    shown = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert shown == [line.rstrip() for line in drawing.diagram_lines(made, 60)]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_picture_are_of_its_language(language: str, style: str) -> None:
    made = diagram(traced("relu(x)*w + where(w > 1, w, floor(x))*detach(w)", x=-2, w=3), style, language=language)
    root = ElementTree.fromstring("\n".join(svg.diagram_lines(made)))
    words = " ".join("".join(each.itertext()) for each in root.iter() if each.tag.endswith(("}text", "}desc")))
    left = {*re.findall(r"[A-Za-z]{3,}", words)} - {"relu", "where", "floor", "detach"}
    assert bool(re.search("[\u4e00-\u9fff]", words)) == (language == "zh")
    assert (not left) == (language == "zh"), left
    drawing_words = " ".join(drawing.diagram_lines(made, 80))
    assert bool(re.search("[\u4e00-\u9fff]", drawing_words)) == (language == "zh")


def test_a_picture_says_what_adds_up() -> None:
    """By hand: back to w come 1 * 5 and 3 * 1; of two thirds and a third, which no digits tell, the sign is ≈."""
    (told,) = drawn("(x+w)*w", x=2, w=3).sums
    assert told == "each line back to w brings gradient * local: dy/dw = 1 * 5 + 3 * 1 = 8"
    assert drawn("x*w", x=2, w=3).sums == ()
    (told,) = drawn("x*(2/3) + x/3", x=1).sums
    assert "≈ 1" in told
    picture = " ".join(svg.diagram_lines(drawn("(x+w)*w", x=2, w=3)))
    assert "dy/dw = 1 * 5 + 3 * 1 = 8</text>" in picture


def test_a_long_program_is_titled_by_its_last_statement() -> None:
    text = "; ".join(["a0 = x", *(f"a{place + 1} = a{place}*w + a{place}" for place in range(12)), "a12"])
    assert drawn(text, x=0.3, w=-0.5).title == "a12 = a11 * w + a11"
