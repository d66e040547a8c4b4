"""Cancelling what has ended changes nothing."""

import asyncio

from program import Failure, log


async def work(fails: bool) -> str:
    if fails:
        raise Failure("work")
    return "value"


async def main() -> None:
    good = asyncio.create_task(work(False))
    bad = asyncio.create_task(work(True))
    await asyncio.wait([good, bad])
    log("cancel", good.cancel(), bad.cancel(), bad.exception())
    await asyncio.sleep(1)
    log(good.result(), bad.exception(), good.cancelled(), bad.cancelled())
