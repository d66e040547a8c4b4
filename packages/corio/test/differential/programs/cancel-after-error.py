"""A task is cancelled when what it waits for has failed already."""

import asyncio

from program import Failure, log


async def worker(future: asyncio.Future) -> None:
    try:
        await future
    except Failure as error:
        log("handles", error)
        await asyncio.sleep(5)
        log("never")


async def main() -> None:
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(worker(future))
    await asyncio.sleep(10)
    future.set_exception(Failure("broken"))
    task.cancel()
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
