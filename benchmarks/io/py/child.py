#!/usr/bin/env python3
"""child.ts's twin for asyncio and uvloop, in streams or in protocols.

    child.py asyncio-streams|asyncio-protocols|uvloop-streams|uvloop-protocols server echo|tls
    child.py … client BENCH N MILLISECONDS [PORT]
"""
import asyncio
import gc
import json
import pathlib
import ssl
import sys
import time

MOST_CALLS = 5

HOST = "127.0.0.1"
SMALL = b"s" * 64
MEDIUM = b"m" * 1024
PIECE = b"p" * 65536
CONNECTIONS = 64
HANDSHAKES = 8
CHILDREN = 20
MEBI = 1024 * 1024

PEMS = pathlib.Path(__file__).resolve().parents[3] / "packages/io/test/fixtures/tls"


class Timer:
    def __init__(self):
        self.start_time = self.stop_time = 0

    def start(self):
        self.start_time = time.perf_counter_ns()

    def stop(self):
        self.stop_time = time.perf_counter_ns()


def server_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEMS / "server.pem", PEMS / "server.key")
    return context


def client_context():
    return ssl.create_default_context(cafile=PEMS / "authority.pem")


async def at_once(n, width, work):
    """Shares the work out to so many tasks."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(n // width + (i < n % width))) for i in range(width)]
    return sum(task.result() for task in tasks)


class Streams:
    """With asyncio's StreamReader and StreamWriter."""

    @staticmethod
    async def echo(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    @staticmethod
    async def greet(reader, writer):
        writer.write(b"k")
        await writer.drain()
        writer.close()

    @classmethod
    async def serve(cls, kind):
        if kind == "tls":
            return await asyncio.start_server(cls.greet, HOST, 0, ssl=server_context())
        return await asyncio.start_server(cls.echo, HOST, 0)

    @staticmethod
    async def ping_pong(reader, writer, message, times):
        received = 0
        for _ in range(times):
            writer.write(message)
            await writer.drain()
            received += len(await reader.readexactly(len(message)))
        return received

    @classmethod
    async def pingpong(cls, n, port, timer):
        reader, writer = await asyncio.open_connection(HOST, port)
        timer.start()
        received = await cls.ping_pong(reader, writer, SMALL, n)
        timer.stop()
        writer.close()
        await writer.wait_closed()
        return received

    @classmethod
    async def many(cls, n, port, timer):
        connections = [await asyncio.open_connection(HOST, port) for _ in range(CONNECTIONS)]
        timer.start()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(cls.ping_pong(reader, writer, MEDIUM, n // CONNECTIONS))
                for reader, writer in connections
            ]
        timer.stop()
        for _, writer in connections:
            writer.close()
            await writer.wait_closed()
        return sum(task.result() for task in tasks)

    @staticmethod
    async def stream(n, port, timer):
        reader, writer = await asyncio.open_connection(HOST, port)
        total = n * MEBI

        async def send():
            for _ in range(total // len(PIECE)):
                writer.write(PIECE)
                await writer.drain()

        timer.start()
        sending = asyncio.create_task(send())
        received = 0
        while received < total:
            received += len(await reader.read(65536))
        await sending
        timer.stop()
        writer.close()
        await writer.wait_closed()
        return received

    @staticmethod
    async def handshakes(n, port, timer):
        context = client_context()

        async def work(count):
            right = 0
            for _ in range(count):
                reader, writer = await asyncio.open_connection(
                    HOST, port, ssl=context, server_hostname="localhost"
                )
                right += await reader.read() == b"k"
                writer.close()
                await writer.wait_closed()
            return right

        timer.start()
        result = await at_once(n, HANDSHAKES, work)
        timer.stop()
        return result

    @staticmethod
    async def spawn_true(count):
        right = 0
        for _ in range(count):
            child = await asyncio.create_subprocess_exec(
                "true",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            right += await child.wait() == 0
        return right

    @classmethod
    async def spawn(cls, n, port, timer):
        timer.start()
        result = await cls.spawn_true(n)
        timer.stop()
        return result

    @classmethod
    async def spawn20(cls, n, port, timer):
        timer.start()
        result = await at_once(n, CHILDREN, cls.spawn_true)
        timer.stop()
        return result


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()


class Greet(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"k")
        transport.close()


class PingPong(asyncio.Protocol):
    def __init__(self, message, times):
        self.message = message
        self.left = times
        self.missing = len(message)
        self.received = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def begin(self):
        self.transport.write(self.message)

    def data_received(self, data):
        self.received += len(data)
        self.missing -= len(data)
        if self.missing > 0:
            return
        self.left -= 1
        if self.left == 0:
            self.done.set_result(self.received)
            return
        self.missing = len(self.message)
        self.transport.write(self.message)


class Stream(asyncio.Protocol):
    def __init__(self, total):
        self.total = self.left = total
        self.received = 0
        self.paused = False
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def begin(self):
        while self.left > 0 and not self.paused:
            self.left -= len(PIECE)
            self.transport.write(PIECE)

    def pause_writing(self):
        self.paused = True

    def resume_writing(self):
        self.paused = False
        self.begin()

    def data_received(self, data):
        self.received += len(data)
        if self.received == self.total:
            self.done.set_result(self.received)


class Answer(asyncio.Protocol):
    def __init__(self):
        self.data = b""
        self.done = asyncio.get_running_loop().create_future()

    def data_received(self, data):
        self.data += data

    def connection_lost(self, error):
        self.done.set_result(self.data)


class Protocols:
    """With transports and protocols, by callbacks."""

    @staticmethod
    async def serve(kind):
        loop = asyncio.get_running_loop()
        if kind == "tls":
            return await loop.create_server(Greet, HOST, 0, ssl=server_context())
        return await loop.create_server(Echo, HOST, 0)

    @staticmethod
    async def echoed(port, timer, number, make):
        loop = asyncio.get_running_loop()
        pairs = [await loop.create_connection(make, HOST, port) for _ in range(number)]
        timer.start()
        for _, protocol in pairs:
            protocol.begin()
        received = 0
        for _, protocol in pairs:
            received += await protocol.done
        timer.stop()
        for transport, _ in pairs:
            transport.close()
        return received

    @classmethod
    async def pingpong(cls, n, port, timer):
        return await cls.echoed(port, timer, 1, lambda: PingPong(SMALL, n))

    @classmethod
    async def many(cls, n, port, timer):
        return await cls.echoed(port, timer, CONNECTIONS, lambda: PingPong(MEDIUM, n // CONNECTIONS))

    @classmethod
    async def stream(cls, n, port, timer):
        return await cls.echoed(port, timer, 1, lambda: Stream(n * MEBI))

    @staticmethod
    async def handshakes(n, port, timer):
        context = client_context()
        loop = asyncio.get_running_loop()

        async def work(count):
            right = 0
            for _ in range(count):
                _, protocol = await loop.create_connection(
                    Answer, HOST, port, ssl=context, server_hostname="localhost"
                )
                right += await protocol.done == b"k"
            return right

        timer.start()
        result = await at_once(n, HANDSHAKES, work)
        timer.stop()
        return result


def say(**result):
    print(json.dumps(result), flush=True)


async def serve(api, kind):
    server = await api.serve(kind)
    say(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def once(client, n, port):
    gc.collect()
    timer = Timer()
    check = await client(n, port, timer)
    return (timer.stop_time - timer.start_time) / n, check


async def measure(api, bench, n, budget, port):
    client = getattr(api, bench, None)
    if client is None:
        say(missing=True)
        return
    cpu = time.process_time_ns()
    await once(client, n, port)
    times = []
    spent = 0
    while len(times) < MOST_CALLS and (not times or spent < budget):
        begun = time.perf_counter()
        ns, check = await once(client, n, port)
        spent += (time.perf_counter() - begun) * 1000
        times.append(ns)
    cpu = time.process_time_ns() - cpu
    say(ns=round(sorted(times)[len(times) // 2], 1), cpu=cpu, calls=len(times), check=check)


def main():
    contestant, role, what, *rest = sys.argv[1:]
    loop, _, style = contestant.partition("-")
    api = Protocols if style == "protocols" else Streams
    if role == "server":
        program = serve(api, what)
    else:
        n, budget, *port = map(int, rest)
        program = measure(api, what, n, budget, port[0] if port else 0)
    if loop == "uvloop":
        import uvloop

        uvloop.run(program)
    else:
        asyncio.run(program)


main()
