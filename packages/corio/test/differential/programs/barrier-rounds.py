"""A barrier lets its parties go on together, round after round, each with another number."""

import asyncio

from program import log


async def party(name: str, barrier: asyncio.Barrier, paces: list[int], numbers: list[int]) -> None:
    for pace in paces:
        await asyncio.sleep(pace)
        log(name, "arrives,", barrier.n_waiting, "are there")
        numbers.append(await barrier.wait())
        log(name, "goes on")


async def main() -> None:
    barrier = asyncio.Barrier(3)
    numbers: list[int] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(party("a", barrier, [1, 9], numbers))
        group.create_task(party("b", barrier, [5, 2], numbers))
        group.create_task(party("c", barrier, [3, 4], numbers))
    log("numbers", sorted(numbers[:3]), sorted(numbers[3:]))
    log("parties", barrier.parties, "waiting", barrier.n_waiting)
