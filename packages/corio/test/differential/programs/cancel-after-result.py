"""A task is cancelled when what it waits for has a value already."""

import asyncio

from program import log


async def worker(future: asyncio.Future) -> None:
    try:
        log("got", await future)
        await asyncio.sleep(5)
        log("never")
    except asyncio.CancelledError as error:
        log(error)
        raise


async def main() -> None:
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(worker(future))
    await asyncio.sleep(10)
    future.set_result("value")
    log("cancel", task.cancel())
    await asyncio.wait([task])
    log("cancelled", task.cancelled())
