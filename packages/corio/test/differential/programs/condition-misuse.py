"""Waiting or notifying without the lock is an error."""

import asyncio

from program import log


async def main() -> None:
    condition = asyncio.Condition()
    try:
        await condition.wait()
    except RuntimeError as error:
        log("wait:", error)
    try:
        condition.notify()
    except RuntimeError as error:
        log("notify:", error)
    async with condition:
        condition.notify()
        log("with the lock there is nobody to notify")
