"""The inner group fails while the outer one is being cancelled by a failure of its own."""

import asyncio

from program import Failure, log


async def worker(name: str, delay: int, cleanup: int) -> None:
    try:
        await asyncio.sleep(delay)
        log(name, "fails")
        raise Failure(name)
    except asyncio.CancelledError:
        await asyncio.sleep(cleanup)
        log(name, "fails in its clean-up")
        raise Failure(f"clean-up of {name}") from None


async def main() -> None:
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(worker("outer", 10, 0))
            try:
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(worker("inner", 50, 5))
                    await asyncio.sleep(100)
            except ExceptionGroup as error:
                log("inner group:", error)
            await asyncio.sleep(20)
            log("never")
    except ExceptionGroup as error:
        log("outer group:", error)
