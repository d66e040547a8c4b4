"""A failure at the bottom of a tree of groups: the clean-up runs from the leaves to the root."""

import asyncio

from program import Failure, log


async def node(name: str, depth: int) -> None:
    try:
        if depth == 0:
            await asyncio.sleep(10)
            raise Failure(name)
        async with asyncio.TaskGroup() as group:
            group.create_task(node(f"{name}.", depth - 1))
            try:
                await asyncio.sleep(100)
            finally:
                await asyncio.sleep(depth)
                log("body of", name, "is clean")
    finally:
        log(name, "ends")


async def main() -> None:
    try:
        await node("n", 3)
    except ExceptionGroup as error:
        log("caught", error)
