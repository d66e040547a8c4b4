"""What only waits for a task, and runs out of time, leaves the task alone."""

import asyncio

from program import log


async def work() -> str:
    await asyncio.sleep(30)
    log("the task ends")
    return "value"


async def main() -> None:
    task = asyncio.create_task(work())
    for limit in [10, 12]:
        try:
            await asyncio.wait_for(asyncio.shield(task), limit)
        except TimeoutError as error:
            log(error, "done", task.done())
    log(await asyncio.wait_for(asyncio.shield(task), 10))
