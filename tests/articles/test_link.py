from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from digest.articles.link import Pair, cut


def test_the_mean_over_all_pairs_decides_and_not_the_nearest_one() -> None:
    chain = [(0, 1, 0.9), (1, 2, 0.5), (2, 3, 0.9)]
    assert cut(4, chain, least=0.4) == [0, 0, 2, 2]
    assert cut(4, chain, least=0.1) == [0, 0, 0, 0]
    assert cut(4, [*chain, (0, 2, 0.5), (0, 3, 0.5), (1, 3, 0.5)], least=0.4) == [0, 0, 0, 0]


def test_the_nearest_are_joined_first() -> None:
    assert cut(3, [(0, 1, 0.5), (1, 2, 0.6)], least=0.4) == [0, 1, 1]


def test_without_pairs_all_are_alone_and_no_places_are_no_sets() -> None:
    assert cut(2, [], least=0.4) == [0, 1]
    assert cut(0, [], least=0.4) == []


def test_sets_stay_whole_never_meet_each_other_and_draw_others() -> None:
    pairs = [(0, 1, 1.0), (0, 4, 0.5), (1, 4, 0.9)]
    assert cut(5, pairs, least=0.4, whole=[[0, 2], [1, 3]]) == [0, 1, 0, 1, 1]
    assert cut(3, [], least=0.4, whole=[[0, 2], [2, 1]]) == [0, 1, 0]


def test_copies_are_joined_unless_they_are_told_apart_and_whole_sets_win() -> None:
    assert cut(2, [], least=0.4, same=[(0, 1)]) == [0, 0]
    assert cut(2, [(0, 1, 1.0)], least=0.4, same=[(0, 1)], apart=[(1, 0)]) == [0, 1]
    assert cut(2, [], least=0.4, whole=[[0, 1]], apart=[(0, 1)]) == [0, 0]


def test_what_is_apart_stays_apart_through_a_third() -> None:
    pairs = [(0, 1, 0.9), (1, 2, 0.8), (0, 2, 0.9)]
    assert cut(3, pairs, least=0.4, apart=[(0, 2)]) == [0, 0, 2]


places = st.integers(0, 7)
graphs = st.dictionaries(
    st.tuples(places, places).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0.01, 1.0).map(lambda likeness: round(likeness, 3)),
)


def pairs_of(graph: dict[tuple[int, int], float]) -> list[Pair]:
    return [(one, other, likeness) for (one, other), likeness in graph.items()]


@given(graphs, st.floats(0.05, 0.95))
def test_it_cuts_the_tree_of_average_link(
    graph: dict[tuple[int, int], float], least: float
) -> None:
    import numpy as np
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    assume(len(set(graph.values())) == len(graph))
    distances = np.ones((8, 8)) - np.eye(8)
    for (one, other), likeness in graph.items():
        distances[one, other] = distances[other, one] = 1 - likeness
    tree = linkage(squareform(distances), method="average")
    heights = tree[:, 2]
    # Two joins at one height can be done in either order; near the cut rounding decides.
    assume((np.abs(np.diff(np.sort(heights[heights < 1 - 1e-9]))) > 1e-6).all())
    assume((np.abs(heights - (1 - least)) > 1e-6).all())
    parts = fcluster(tree, 1 - least, criterion="distance").tolist()
    found = cut(8, pairs_of(graph), least=least)
    assert [parts.index(part) for part in parts] == found


@given(
    graphs, st.lists(st.lists(places, max_size=3), max_size=3),
    st.lists(st.tuples(places, places), max_size=5), st.lists(st.tuples(places, places), max_size=5),
)  # fmt: skip
def test_whole_and_apart_are_honoured(
    graph: dict[tuple[int, int], float], whole: list[list[int]],
    same: list[tuple[int, int]], apart: list[tuple[int, int]],
) -> None:  # fmt: skip
    found = cut(8, pairs_of(graph), least=0.3, whole=whole, same=same, apart=apart)
    owner = {one: number for number, own in reversed([*enumerate(whole)]) for one in own}
    for one in owner:
        for other in owner:
            assert (found[one] == found[other]) == (owner[one] == owner[other])
    for one, other in apart:
        together = owner.get(one, -1) == owner.get(other, -2)
        assert one == other or found[one] != found[other] or together
    assert all(found[found[place]] == found[place] <= place for place in range(8))
