"""Callers that ask for the same key while it is fetched share one fetch, and its failure."""

import asyncio

from program import Failure, log


async def main() -> None:
    flights: dict[str, asyncio.Future] = {}

    async def fetch(key: str) -> str:
        log("fetching", key)
        await asyncio.sleep(20)
        if key == "bad":
            raise Failure(key)
        return key.upper()

    async def get(key: str) -> str:
        flight = flights.get(key)
        if flight is not None:
            return await flight
        flights[key] = flight = asyncio.get_running_loop().create_future()
        try:
            value = await fetch(key)
            flight.set_result(value)
            return value
        except Failure as error:
            flight.set_exception(error)
            raise
        finally:
            del flights[key]
            await asyncio.sleep(0)
            flight.exception()

    async def caller(name: str, arrives: int, key: str) -> None:
        await asyncio.sleep(arrives)
        try:
            log(name, "got", await get(key))
        except Failure as error:
            log(name, error)

    async with asyncio.TaskGroup() as group:
        for name, arrives, key in [
            ("a", 1, "x"),
            ("b", 5, "x"),
            ("c", 9, "bad"),
            ("d", 11, "bad"),
            ("e", 30, "x"),
        ]:
            group.create_task(caller(name, arrives, key))
