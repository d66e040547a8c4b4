"""Cancelling a wait leaves alone what it waits for."""

import asyncio

from program import log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    log(name, "ends")
    return name


async def waiter(tasks: list[asyncio.Task]) -> None:
    try:
        await asyncio.wait(tasks)
    except asyncio.CancelledError as error:
        log("waiter:", error)
        raise


async def main() -> None:
    tasks = [asyncio.create_task(work("a", 20)), asyncio.create_task(work("b", 30))]
    waiting = asyncio.create_task(waiter(tasks))
    await asyncio.sleep(10)
    waiting.cancel("no more")
    await asyncio.wait([waiting])
    log("waiter cancelled", waiting.cancelled(), [task.done() for task in tasks])
    log([await task for task in tasks])
