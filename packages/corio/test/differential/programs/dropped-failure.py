"""The failure of a task that nobody holds is reported once."""

import asyncio

from program import Failure, log


async def failing() -> None:
    await asyncio.sleep(1)
    log("fails")
    raise Failure("dropped")


async def main() -> None:
    asyncio.create_task(failing())
    await asyncio.sleep(10)
    log("end")
