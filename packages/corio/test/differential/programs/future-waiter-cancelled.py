"""One of two waiters for a future is cancelled."""

import asyncio

from program import log


async def waiter(name: str, future: asyncio.Future) -> None:
    try:
        log(name, "got", await future)
    except asyncio.CancelledError as error:
        log(name, error)


async def main() -> None:
    future = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(waiter("first", future))
        group.create_task(waiter("second", future))
        await asyncio.sleep(10)
        first.cancel()
        await asyncio.sleep(10)
        log("future done", future.done())
        if not future.done():
            future.set_result("value")
