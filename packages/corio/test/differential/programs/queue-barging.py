"""A newcomer asks for an item in the step in which one is put for a getter that waits."""

import asyncio

from program import log


async def main() -> None:
    queue = asyncio.Queue()

    async def getter() -> None:
        log("patient got", await queue.get())

    async with asyncio.TaskGroup() as group:
        group.create_task(getter())
        await asyncio.sleep(10)
        queue.put_nowait("item")
        try:
            log("newcomer got", queue.get_nowait())
        except asyncio.QueueEmpty as error:
            log("newcomer:", error)
        await asyncio.sleep(10)
        queue.put_nowait("another")
