"""A service stops: it takes nothing new, ends what is in hand if it is quick, and breaks off the rest."""

import asyncio

from program import log


async def handle(request: str, cost: int) -> None:
    try:
        log(request, "begins")
        await asyncio.sleep(cost)
        log(request, "is answered")
    except asyncio.CancelledError:
        log(request, "is broken off")
        await asyncio.sleep(1)
        log(request, "is rolled back")
        raise


async def serve(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(None) as limit:
            async with asyncio.TaskGroup() as group:
                for request, cost in [("quick", 25), ("slow", 30), ("endless", 900)]:
                    if stop.is_set():
                        log(request, "is refused")
                        continue
                    group.create_task(handle(request, cost))
                    try:
                        async with asyncio.timeout(12):
                            await stop.wait()
                            log("stopping")
                    except TimeoutError:
                        log("ready for the next one")
                stopped_at = asyncio.get_running_loop().time()
                limit.reschedule(stopped_at + 20)
    except TimeoutError as error:
        log("the rest was given up:", error)
    log("stopped")


async def main() -> None:
    for delay in [20, 40]:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(delay, stop.set)
        await serve(stop)
