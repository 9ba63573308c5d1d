from standex.edges.web.replay_walks import KnownWalk, walkers_in

S = 10**9


def walk(*, first=0, begun=10, over=40, has_object=True) -> KnownWalk:
    return KnownWalk(
        has_object=has_object,
        from_utc_ns=begun * S,
        to_utc_ns=over * S,
        first_utc_ns=first * S,
    )


def test_a_tester_is_who_was_first_followed_at_that_very_moment() -> None:
    began = {1: 12 * S, 2: 12 * S + 1, 3: 20 * S}
    assert walkers_in([walk(first=12)], began) == {1: True}
    assert walkers_in([walk(first=12), walk(first=20, has_object=False)], began) == {
        1: True,
        3: False,
    }
    assert walkers_in([walk(first=13)], began) == {}


def test_where_the_moment_was_not_kept_only_who_came_alone_is_known() -> None:
    assert walkers_in([walk()], {1: 12 * S, 2: 50 * S}) == {1: True}
    assert walkers_in([walk()], {1: 12 * S, 2: 30 * S}) == {}
    assert walkers_in([walk()], {}) == {}
