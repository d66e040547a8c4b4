"""A waiter runs one turn after the result is set, and who joins the waiter another turn later."""

import asyncio

from program import log


async def wait_for_it(future: asyncio.Future) -> str:
    value = await future
    log("waiter has it")
    return value


async def join_it(task: asyncio.Task) -> None:
    log("joiner has", await task)


async def main() -> None:
    future = asyncio.get_running_loop().create_future()
    waiter = asyncio.create_task(wait_for_it(future))
    joiner = asyncio.create_task(join_it(waiter))
    await asyncio.sleep(1)
    future.set_result("value")
    for turn in range(4):
        log("turn", turn)
        await asyncio.sleep(0)
    await joiner
