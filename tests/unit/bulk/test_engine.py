"""Jobs in threads: order, barriers, errors and Ctrl-C."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from dynclient.bulk import Outcome
from dynclient.bulk.concurrency import Concurrency
from dynclient.bulk.engine import Engine, Job


class Recorder:
    """Runs jobs and keeps what was recorded."""

    def __init__(self, workers: int = 4) -> None:
        self.recorded: list[int] = []
        self.notified: list[int] = []
        self.is_stopping = False
        self.engine = Engine(
            Concurrency(workers, workers), self.record, self.notify, lambda: self.is_stopping
        )

    def record(self, outcomes: list[Outcome]) -> None:
        self.recorded += [outcome.number for outcome in outcomes]

    def notify(self, outcomes: list[Outcome]) -> None:
        self.notified += [outcome.number for outcome in outcomes]


def job(number: int, work: Callable[[], object] = lambda: None, **options: object) -> Job:
    def send() -> list[Outcome]:
        work()
        return [Outcome("created", str(number), number)]

    return Job(send, **options)  # type: ignore[arg-type]


def test_every_job_is_sent_and_recorded() -> None:
    recorder = Recorder()
    assert recorder.engine.run(job(number) for number in range(500))
    assert sorted(recorder.recorded) == list(range(500))
    assert recorder.notified == recorder.recorded


def test_jobs_run_at_once_up_to_the_limit() -> None:
    recorder = Recorder(3)
    together = threading.Barrier(3)
    assert recorder.engine.run(job(number, lambda: together.wait(30)) for number in range(9))
    assert not together.broken


def test_no_more_jobs_are_read_than_can_be_sent() -> None:
    recorder = Recorder(2)
    read: list[int] = []
    ahead: list[int] = []

    def jobs() -> Iterator[Job]:
        for number in range(50):
            read.append(number)
            ahead.append(len(read) - len(recorder.recorded))
            yield job(number)

    recorder.engine.run(jobs())
    assert max(ahead) <= 3  # two are sent, one waits


def test_a_job_that_comes_after_all_waits_for_them() -> None:
    recorder = Recorder()
    before: list[int] = []
    jobs = [job(n) for n in range(5)]
    jobs.append(job(5, lambda: before.append(len(recorder.recorded)), after_all=True))
    recorder.engine.run(iter(jobs))
    assert before == [5]


def test_jobs_of_one_name_are_sent_one_after_the_other() -> None:
    recorder = Recorder()
    order: list[int] = []
    jobs = [job(n, lambda n=n: order.append(n), names=("same",)) for n in range(50)]
    recorder.engine.run(iter(jobs))
    assert order == list(range(50))


def test_stopping_finishes_what_was_sent() -> None:
    recorder = Recorder(2)

    def stop() -> None:
        recorder.is_stopping = True

    jobs = (job(number, stop if number == 3 else lambda: None) for number in range(100))
    assert not recorder.engine.run(jobs)
    assert {0, 1, 2, 3} <= set(recorder.recorded)
    assert len(recorder.recorded) < 10


def test_stopping_at_the_last_job_is_not_complete() -> None:
    recorder = Recorder(1)

    def stop() -> None:
        recorder.is_stopping = True

    assert not recorder.engine.run(iter([job(0, stop)]))


def test_an_error_of_the_rows_is_raised_after_what_was_sent_is_recorded() -> None:
    recorder = Recorder(8)

    def jobs() -> Iterator[Job]:
        for number in range(6):
            yield job(number)
        raise ValueError("the source is broken")

    with pytest.raises(ValueError, match="the source is broken"):
        recorder.engine.run(jobs())
    assert sorted(recorder.recorded) == list(range(6))


def test_an_error_of_a_callback_is_raised_after_what_was_sent_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorder = Recorder(4)

    def notify(outcomes: list[Outcome]) -> None:
        raise RuntimeError("no more")

    recorder.engine._notify = notify
    with pytest.raises(RuntimeError, match="no more"):
        recorder.engine.run(job(number) for number in range(100))
    assert set(recorder.recorded) >= {0}
    assert len(set(recorder.recorded)) <= 5


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_records_what_was_sent(error: type[BaseException]) -> None:
    recorder = Recorder(4)

    def jobs() -> Iterator[Job]:
        for number in range(4):
            yield job(number)
        raise error

    with pytest.raises(error):
        recorder.engine.run(jobs())
    assert sorted(recorder.recorded) == [0, 1, 2, 3]


def test_ctrl_c_between_any_two_steps_loses_no_outcome() -> None:
    """As if it came right after an outcome was taken."""

    class Interrupted(Recorder):
        def record(self, outcomes: list[Outcome]) -> None:
            if outcomes[0].number == 2 and not self.is_stopping:
                self.is_stopping = True
                raise KeyboardInterrupt
            super().record(outcomes)

    recorder = Interrupted(1)
    with pytest.raises(KeyboardInterrupt):
        recorder.engine.run(job(number) for number in range(9))
    assert recorder.recorded == [0, 1, 2]


def test_an_error_that_ends_the_load_is_raised_and_the_others_are_recorded() -> None:
    recorder = Recorder(4)
    together = threading.Barrier(4)

    def fail() -> None:
        together.wait(30)
        raise PermissionError("nothing is accepted any more")

    jobs = [job(n, fail if n == 2 else lambda: together.wait(30)) for n in range(4)]
    with pytest.raises(PermissionError):
        recorder.engine.run(iter(jobs))
    assert sorted(recorder.recorded) == [0, 1, 3]


def test_no_thread_is_left() -> None:
    before = set(threading.enumerate())
    recorder = Recorder(6)
    recorder.engine.run(job(number) for number in range(50))
    for thread in recorder.engine._threads:
        thread.join(30)
    assert set(threading.enumerate()) <= before
