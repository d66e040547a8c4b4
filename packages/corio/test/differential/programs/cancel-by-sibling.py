"""Tasks cancel one another: each is told once, in its own turn."""

import asyncio

from program import log


async def worker(name: str, others: list[asyncio.Task]) -> None:
    try:
        await asyncio.sleep(100 if name != "c" else 10)
        log(name, "cancels the others", [other.cancel(f"by {name}") for other in others])
    except asyncio.CancelledError as error:
        log(name, error)
        raise


async def main() -> None:
    others = []
    tasks = [asyncio.create_task(worker(name, others)) for name in "abc"]
    others.extend(tasks[:2])
    await asyncio.wait(tasks)
    log([task.cancelled() for task in tasks])
