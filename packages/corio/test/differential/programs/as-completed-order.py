"""Tasks are handed out in the order in which they end; a failure is its own task's affair."""

import asyncio

from program import Failure, log


async def work(name: str, delay: int) -> str:
    await asyncio.sleep(delay)
    if name == "bad":
        raise Failure(name)
    return name


async def main() -> None:
    tasks = [asyncio.create_task(work(name, delay)) for name, delay in [("slow", 30), ("bad", 20), ("fast", 10)]]
    async for task in asyncio.as_completed(tasks):
        try:
            log("completed", task.result())
        except Failure as error:
            log("failed", error)
    log("end")
