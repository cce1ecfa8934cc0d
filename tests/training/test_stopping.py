import os
import signal
import threading

import pytest

from convscope.training.stopping import stop_on_interrupt


def press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_press_stops_after_the_batch_under_way():
    with stop_on_interrupt() as stop:
        seen = []
        for batch in stop.batches(range(10)):
            seen.append(batch)
            if batch == 3:
                press()
    assert seen == [0, 1, 2, 3]
    assert stop.made


def test_the_second_press_stops_at_once():
    with stop_on_interrupt():
        press()
        with pytest.raises(KeyboardInterrupt):
            press()


def test_afterwards_a_press_means_what_it_meant_before():
    with stop_on_interrupt() as stop:
        pass
    with pytest.raises(KeyboardInterrupt):
        press()
    assert not stop.made


def test_in_another_thread_nothing_is_caught_and_nothing_fails():
    made = []

    def work() -> None:
        with stop_on_interrupt() as stop:
            made.append(list(stop.batches(range(3))))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert made == [[0, 1, 2]]
