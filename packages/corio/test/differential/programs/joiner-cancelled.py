"""A task that joins another one is cancelled."""

import asyncio

from program import log


async def inner() -> str:
    try:
        await asyncio.sleep(50)
        return "value"
    except asyncio.CancelledError:
        log("inner is cancelled")
        raise


async def outer(task: asyncio.Task) -> None:
    try:
        await task
    except asyncio.CancelledError as error:
        log("outer", error)
        raise


async def main() -> None:
    worker = asyncio.create_task(inner())
    joiner = asyncio.create_task(outer(worker))
    await asyncio.sleep(10)
    joiner.cancel("stop")
    for name, task in [("joiner", joiner), ("worker", worker)]:
        try:
            log(name, await task)
        except asyncio.CancelledError as error:
            log(name, error)
