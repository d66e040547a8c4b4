"""A task of a cancelled group shrugs the cancellation off and returns a value."""

import asyncio

from program import log


async def stubborn() -> str:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        log("stubborn goes on")
        await asyncio.sleep(5)
    return "kept"


async def owner(tasks: list[asyncio.Task]) -> None:
    async with asyncio.TaskGroup() as group:
        tasks.append(group.create_task(stubborn()))
    log("never")


async def main() -> None:
    tasks = []
    task = asyncio.create_task(owner(tasks))
    await asyncio.sleep(10)
    task.cancel()
    await asyncio.wait([task])
    log("owner cancelled", task.cancelled(), "child", tasks[0].result())
