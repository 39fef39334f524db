"""Turns: one at a time, in the order they came, and never for ever."""

from __future__ import annotations

import threading

import pytest

from digest.system.turns import Turns

PATIENCE = 30.0


def test_one_at_a_time_and_nobody_is_lost() -> None:
    turns, inside, most, done = Turns(), [], [], []

    def work() -> None:
        for _ in range(50):
            with turns.turn(PATIENCE):
                inside.append(1)
                most.append(len(inside))
                inside.pop()
        done.append(1)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert max(most) == 1 and len(most) == 400 and len(done) == 8


def test_who_came_first_goes_first() -> None:
    turns, order = Turns(), []

    def work(name: int) -> None:
        with turns.turn(PATIENCE):
            order.append(name)

    with turns.turn(PATIENCE):
        threads = []
        for name in range(5):
            threads.append(threading.Thread(target=work, args=(name,)))
            threads[-1].start()
            while len(turns._waiting) <= name:
                pass
    for one in threads:
        one.join()
    assert order == [0, 1, 2, 3, 4]


def test_patience_ends_and_the_one_who_gave_up_leaves_no_gap() -> None:
    turns, without = Turns(), []
    with turns.turn(PATIENCE):
        thread = threading.Thread(target=lambda: _enter(turns, 0.01, without))
        thread.start()
        thread.join()
        assert without == [1] and not turns._waiting
    _enter(turns, PATIENCE, without)
    assert without == [1, 1]


def test_an_error_passes_the_turn_on() -> None:
    turns, without = Turns(), []
    with pytest.raises(ValueError), turns.turn(PATIENCE):
        raise ValueError
    _enter(turns, 0.01, without)
    assert without == [1] and not turns._taken


def _enter(turns: Turns, patience: float, seen: list[int]) -> None:
    with turns.turn(patience):
        seen.append(1)
