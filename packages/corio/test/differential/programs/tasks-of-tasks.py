"""Tasks made by tasks run after all that was ready before them."""

import asyncio

from program import log


async def child(name: str, depth: int) -> None:
    log("enter", name)
    if depth > 0:
        async with asyncio.TaskGroup() as group:
            for branch in "lr":
                group.create_task(child(name + branch, depth - 1))
    log("leave", name)


async def main() -> None:
    await child("-", 2)
