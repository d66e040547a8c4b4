"""A shop with two tills: customers arrive, wait, are served, or leave when it takes too long."""

import asyncio

from program import log


async def customer(name: str, arrives: int, needs: int, patience: int, tills: asyncio.Semaphore) -> str:
    await asyncio.sleep(arrives)
    try:
        async with asyncio.timeout(patience):
            await tills.acquire()
    except TimeoutError:
        log(name, "leaves")
        return "lost"
    try:
        log(name, "is served")
        await asyncio.sleep(needs)
    finally:
        tills.release()
    log(name, "has paid")
    return "served"


async def main() -> None:
    tills = asyncio.Semaphore(2)
    outcomes = await asyncio.gather(
        customer("ann", 1, 30, 10, tills),
        customer("bob", 2, 13, 10, tills),
        customer("cay", 3, 21, 20, tills),
        customer("dan", 4, 11, 13, tills),
        customer("eve", 20, 9, 50, tills),
        customer("fay", 22, 10, 8, tills),
    )
    log(outcomes)
