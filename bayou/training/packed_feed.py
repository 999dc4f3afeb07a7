"""A process's share of each step's data, prepared while the step before is learnt (no torch). Knows no model.

One thread reads samples and chooses packs, in order; a few more read and cut their pictures. What a step gets depends
on the settings and the position alone, never on which thread was quicker.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from bayou.data.packing import Lane, LanePosition, Pack, Stream
from bayou.data.sample import Sample
from bayou.errors import InputError, LimitError
from bayou.inputs.processor import Processor, SampleSize
from bayou.training.packed_sequence import PackedSequence, join_samples
from bayou.training.vlm_settings import Stage, VLMTrainingConfig

OpenStream = Callable[[Stage, int], Stream]
"""A new reader of a stage's samples; the number is the stage's, so that no two see the same order."""


@dataclass(frozen=True, eq=False, slots=True)
class StepData:
    """This process's packs of one step.

    Attributes:
        packs: In order.
        numbers: The number of each among all packs of the step.
        positions: Where each of this process's lanes stands after them.
        waited: Seconds that the trainer stood still for them.
    """

    packs: tuple[PackedSequence, ...]
    numbers: tuple[int, ...]
    positions: Mapping[int, LanePosition]
    waited: float


class PackedFeed:
    """The steps of one stage for one process, from given positions on.

    Args:
        config: The run's settings.
        stage: Which of them is learnt.
        processor: The gate from samples to arrays.
        open_stream: As ``OpenStream``.
        share: This process's number, and how many there are.
        left_out: Told of each sample that is left out, and why.
    """

    def __init__(
        self,
        config: VLMTrainingConfig,
        stage: int,
        processor: Processor,
        open_stream: OpenStream,
        share: tuple[int, int],
        left_out: Callable[[Sample, str], None],
    ) -> None:
        self.config, self.stage, self.processor = config, config.stages[stage], processor
        self.left_out = left_out
        rank, world = share
        self.lanes = [
            Lane(
                open_stream(self.stage, stage),
                number,
                config.lanes,
                self.stage.budget,
                self._measure,
                config.look_ahead,
                left_out,
            )
            for number in range(rank, config.lanes, world)
        ]
        self._ready: queue.Queue[_Planned | BaseException] = queue.Queue(max(1, config.engine.prefetch))
        self._pool = ThreadPoolExecutor(max(1, config.engine.workers))
        self._stopped = threading.Event()

    def __enter__(self) -> PackedFeed:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def steps(self, positions: Mapping[int, LanePosition]) -> Iterator[StepData]:
        """The data of each step from ``positions`` (by lane; those of other processes' lanes are passed over) on.

        Raises:
            InputError: A shard is damaged or gone.
        """
        threading.Thread(target=self._plan, args=(positions,), daemon=True).start()
        while True:
            asked = time.perf_counter()
            planned = self._ready.get()
            if isinstance(planned, BaseException):
                raise planned
            packs = tuple(future.result() for future in planned.packs)
            yield StepData(packs, planned.numbers, planned.positions, time.perf_counter() - asked)

    def _plan(self, positions: Mapping[int, LanePosition]) -> None:
        try:
            rows = {lane.number: lane.packs(positions.get(lane.number, LanePosition())) for lane in self.lanes}
            each = self.stage.packs_a_step // self.config.lanes
            while not self._stopped.is_set():
                chosen = {number: [next(row) for _ in range(each)] for number, row in rows.items()}
                self._put(
                    _Planned(
                        [self._pool.submit(self.join, pack) for row in chosen.values() for pack in row],
                        tuple(number * each + i for number in chosen for i in range(each)),
                        {number: row[-1].after for number, row in chosen.items()},
                    )
                )
        except BaseException as error:  # the trainer's thread raises it
            self._put(error)

    def _put(self, planned: _Planned | BaseException) -> None:
        while not self._stopped.is_set():
            try:
                self._ready.put(planned, timeout=0.1)
                return
            except queue.Full:
                continue

    def _measure(self, sample: Sample) -> SampleSize:
        return self.processor.measure(sample.messages, self.stage.max_tiles, self.stage.msac)

    def join(self, pack: Pack) -> PackedSequence:
        """The sequence of a pack; a picture found damaged only now is left out with its sample.

        Raises:
            InputError: No sample of the pack is left.
        """
        samples = []
        for member in pack.members:
            sample = member.sample
            try:
                made = self.processor.sample(sample.messages, self.stage.max_tiles, self.stage.msac)
                samples.append((sample.key, sample.source, made))
            except (InputError, LimitError) as error:
                self.left_out(sample, str(error))
        if not samples:
            names = ", ".join(f"{member.sample.source}/{member.sample.key}" for member in pack.members)
            raise InputError(f"every sample of a pack has a damaged picture: {names}")
        fill = None if self.config.engine.compile == "off" else self.stage.budget
        return join_samples(samples, self.processor.config.image_token_id, self.config.answer_exponent, fill)


@dataclass(frozen=True, slots=True)
class _Planned:
    packs: Sequence[Future[PackedSequence]]
    numbers: tuple[int, ...]
    positions: Mapping[int, LanePosition]
