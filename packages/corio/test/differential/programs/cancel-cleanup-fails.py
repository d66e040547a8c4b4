"""Clean-up that fails: the task has failed, and is not cancelled."""

import asyncio

from program import Failure, log


async def worker() -> None:
    try:
        await asyncio.sleep(100)
    finally:
        try:
            await asyncio.sleep(2)
            raise Failure("inner clean-up")
        finally:
            await asyncio.sleep(2)
            log("outer clean-up")


async def main() -> None:
    task = asyncio.create_task(worker())
    await asyncio.sleep(10)
    log("cancel", task.cancel())
    try:
        await task
    except Failure as error:
        log("joined:", error)
    log("cancelled", task.cancelled(), task.exception())
