from hls_projects.proof.diagrams import PartBounds


def test_what_nets_came_from_bounds_their_sum():
    bounds = PartBounds({1: 1, 2: -1, 3: 1, 4: 4})
    assert (bounds.of([1]), bounds.of([1, 2, 4])) == (1, 6)
    bounds.join([1, 2, 3], [5, 6], 0)
    assert bounds.of([5, 6]) == bounds.of([6]) == 3
    assert bounds.of([6, 4]) == 7


def test_two_nets_of_one_source_do_not_count_it_twice():
    bounds = PartBounds({1: 1, 2: 1, 3: 1, 4: 1})
    bounds.join([1, 2, 3], [5, 6], 0)
    bounds.join([5, 4], [7, 8], 1)
    assert bounds.of([6, 8]) == 5
