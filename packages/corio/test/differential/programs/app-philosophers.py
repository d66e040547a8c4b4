"""Five philosophers with five forks, which each takes in the order of their numbers: nobody starves."""

import asyncio

from program import log


async def philosopher(number: int, forks: list[asyncio.Lock]) -> None:
    first, second = sorted([number, (number + 1) % len(forks)])
    for meal in range(2):
        await asyncio.sleep(3 + 2 * number)
        log(number, "is hungry")
        async with forks[first], forks[second]:
            log(number, "eats meal", meal, "with", [first, second])
            await asyncio.sleep(17 + 3 * number)
        log(number, "thinks")


async def main() -> None:
    forks = [asyncio.Lock() for _ in range(5)]
    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(philosopher(number, forks))
    log("forks in use", [fork.locked() for fork in forks])
