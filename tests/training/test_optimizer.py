"""Steps in proportion to the weights: as the formula says, and blind to how a network's sizes are spread over it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from bayou.training.optimizer import RelativeSteps, step_sizes

SPREAD_ATOL = 1e-3
"""Between what a network and the same with its sizes spread over its layers have learned."""


def test_sizes_are_row_by_column_over_the_whole() -> None:
    weight = torch.tensor([[3.0, 0.0], [4.0, 12.0]])
    rows, columns, whole = torch.tensor([9 / 2, 160 / 2]), torch.tensor([25 / 2, 144 / 2]), 169 / 4
    wanted = torch.tensor([[float((rows[i] * columns[j] / whole) ** 0.5) for j in range(2)] for i in range(2)])
    torch.testing.assert_close(step_sizes(weight), wanted)


def test_a_kernels_sizes_are_those_of_its_channels() -> None:
    kernel = torch.arange(1.0, 5.0).view(4, 1, 1, 1).expand(4, 1, 3, 3)
    torch.testing.assert_close(step_sizes(kernel), kernel)


def test_small_numbers_of_a_vector_count_as_a_tenth_of_the_others() -> None:
    torch.testing.assert_close(step_sizes(torch.tensor([2.0, -2.0, 2.0, -2.0, 0.0]))[:4], torch.full((4,), 2.0))
    torch.testing.assert_close(step_sizes(torch.tensor([0.0, 1.0]))[0], torch.tensor(0.1 / 2**0.5))


def test_a_channel_of_zeros_stays() -> None:
    assert step_sizes(torch.zeros(3, 2)).tolist() == [[0.0, 0.0]] * 3


def outputs_after_steps(spread: Tensor, relative: bool) -> Tensor:
    """What two layers learn whose middle channels are ``spread`` times as large, and made up for in the second."""
    source = torch.Generator().manual_seed(0)
    signs = [torch.randint(0, 2, shape, generator=source) * 2.0 - 1.0 for shape in ((8, 6), (4, 8))]
    first, second = nn.Linear(6, 8, bias=False), nn.Linear(8, 4, bias=False)
    with torch.no_grad():
        first.weight.copy_(signs[0] * spread[:, None])
        second.weight.copy_(signs[1] / spread)
    parameters = [first.weight, second.weight]
    optimizer = torch.optim.AdamW(parameters, lr=0.01, weight_decay=0.0, eps=1e-20)
    steps = RelativeSteps(parameters)
    pictures, wanted = torch.randn(16, 6, generator=source), torch.randn(16, 4, generator=source)
    for _ in range(3):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(second(first(pictures)), wanted).backward()
        if relative:
            steps.take(optimizer.step)
        else:
            optimizer.step()
    return second(first(pictures)).detach()


def test_what_is_learned_does_not_hang_on_how_sizes_are_spread_over_the_layers() -> None:
    even, spread = torch.ones(8), torch.logspace(-2, 2, 8)
    torch.testing.assert_close(
        outputs_after_steps(spread, True), outputs_after_steps(even, True), rtol=0, atol=SPREAD_ATOL
    )
    assert (outputs_after_steps(spread, False) - outputs_after_steps(even, False)).abs().max() > 1


def test_a_second_run_of_steps_takes_sizes_from_the_start() -> None:
    weight = nn.Parameter(torch.tensor([[1.0, 1.0]]))
    steps = RelativeSteps([weight, nn.Parameter(torch.ones(2), requires_grad=False)])
    for _ in range(2):
        steps.take(lambda: weight.data.mul_(3))
    assert weight.tolist() == [[9.0, 9.0]] and len(steps.parameters) == 1
