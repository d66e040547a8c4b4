#!/usr/bin/env python3
"""Harvest as one writes it in Python: asyncio, aiohttp, aiofiles, asyncpg, selectolax. The same work, in the same order, with
the same statements: peer.py URL OUT DATABASE [CONCURRENCY]. Prints one line of JSON. For measuring only: a bare crawl, without
the resuming, the report and the progress of the other."""
import asyncio
import json
import os
import random
import re
import sys
import time
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import aiofiles
import aiofiles.os
import aiohttp
import asyncpg
from selectolax.lexbor import LexborHTMLParser

SCHEMA = """
create schema if not exists harvest;
create table if not exists harvest.pages (
  path text primary key, status integer, error text, type text not null, bytes bigint, title text not null,
  words integer not null, elapsed double precision not null, fetched timestamptz not null default now(),
  search tsvector not null);
create index if not exists pages_search on harvest.pages using gin (search);
create table if not exists harvest.links (
  page text not null references harvest.pages on delete cascade, target text not null, primary key (page, target));
"""
SAVE_PAGES = """
insert into harvest.pages (path, status, error, type, bytes, title, words, elapsed, search)
select path, status, error, type, bytes, title, words, elapsed,
  setweight(to_tsvector('english', title), 'A') || to_tsvector('english', body)
from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::integer[], $8::float8[], $9::text[])
  as page (path, status, error, type, bytes, title, words, elapsed, body)
on conflict (path) do update set (status, error, type, bytes, title, words, elapsed, fetched, search) =
  (excluded.status, excluded.error, excluded.type, excluded.bytes, excluded.title, excluded.words, excluded.elapsed, now(), excluded.search)
"""
SAVE_LINKS = "insert into harvest.links select * from unnest($1::text[], $2::text[]) on conflict do nothing"
SELECTOR = ("a[href],area[href],link[href],img[src],script[src],iframe[src],frame[src],source[src],embed[src],input[src],"
            "audio[src],video[src],track[src],object[data]")
ATTRIBUTE = {"a": "href", "area": "href", "link": "href", "object": "data"}
LONGEST_TEXT = 200_000
BATCH = 50


def extract(html, url, origin):
    tree = LexborHTMLParser(html)
    links = {}
    for node in tree.css(SELECTOR):
        target = urldefrag(urljoin(url, node.attributes.get(ATTRIBUTE.get(node.tag, "src")) or "")).url
        if target.startswith(origin + "/"):
            links[re.sub(r"/index\.html(?=\?|$)", "/", target[len(origin):])] = None
        elif target.startswith(("http://", "https://")):
            links[target] = None
    title = tree.css_first("title")
    title = " ".join(title.text().split()) if title else ""
    for node in tree.css("script,style,template,title"):
        node.decompose()
    words = tree.root.text(separator=" ").split() if tree.root else []
    return title, " ".join(words), len(words), list(links)


async def save(file, chunks):
    """Whole or absent: another name until the last byte is written, and is on the disk."""
    temporary = f"{file}.{random.randrange(1 << 40):x}.tmp"
    size = 0
    try:
        async with aiofiles.open(temporary, "wb") as handle:
            async for chunk in chunks:
                await handle.write(chunk)
                size += len(chunk)
            if FSYNC:
                await handle.flush()
                await asyncio.to_thread(os.fsync, handle.fileno())
        await aiofiles.os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise
    return size


async def one(body):
    yield body


FSYNC = os.environ.get("PEER_FSYNC") == "1"


class Harvest:
    def __init__(self, start, out, concurrency):
        parts = urlsplit(start)
        self.origin, self.out, self.concurrency = f"{parts.scheme}://{parts.netloc}", out, concurrency
        self.frontier, self.todo = asyncio.Queue(), asyncio.Queue(concurrency)
        self.results, self.seen = asyncio.Queue(concurrency), set()
        self.pages = self.bytes = self.links = 0
        self.folders = set()
        self.robots, self.start = RobotFileParser(), parts.path or "/"

    def discover(self, paths):
        for path in paths:
            if path.startswith("/") and path not in self.seen:
                self.seen.add(path)
                if self.robots.can_fetch("corio-harvest", self.origin + path):
                    self.frontier.put_nowait(path)

    async def feeder(self):
        while True:
            await self.todo.put(await self.frontier.get())

    async def worker(self):
        while True:
            await self.results.put(await self.bring(await self.todo.get()))

    async def bring(self, path):
        started = time.perf_counter()
        for attempt in range(3):
            try:
                async with asyncio.timeout(10):
                    page = await self.fetch(path)
                break
            except (TimeoutError, aiohttp.ClientError) as error:
                if attempt == 2:
                    page = (path, None, str(error), "", None, "", 0, "", [])
                else:
                    await asyncio.sleep(0.1 * 2**attempt)
        return (*page, (time.perf_counter() - started) * 1000)

    async def fetch(self, path):
        async with self.session.get(self.origin + path, allow_redirects=False) as response:
            kind = response.content_type
            if response.status != 200:
                return path, response.status, None, kind, None, "", 0, "", []
            file = os.path.join(self.out, (path + "index.html" if path.endswith("/") else path)[1:].replace("?", "%3F"))
            folder = os.path.dirname(file)
            if folder not in self.folders:
                await aiofiles.os.makedirs(folder, exist_ok=True)
                self.folders.add(folder)
            if kind not in ("text/html", "application/xhtml+xml"):
                return path, 200, None, kind, await save(file, response.content.iter_chunked(65536)), "", 0, "", []
            body = await response.read()
            title, text, words, links = extract(body, self.origin + path, self.origin)
            return path, 200, None, kind, await save(file, one(body)), title, words, text[:LONGEST_TEXT], links

    async def writer(self, database):
        while True:
            batch = [await self.results.get()]
            while len(batch) < BATCH and not self.results.empty():
                batch.append(self.results.get_nowait())
            columns = list(zip(*batch))
            links = [(page[0], target) for page in batch for target in page[8]]
            async with database.transaction():
                await database.execute(SAVE_PAGES, *columns[:7], columns[9], columns[7])
                await database.execute(SAVE_LINKS, *map(list, zip(*links))) if links else None
            self.links += len(links)
            for page in batch:
                self.pages += 1
                self.bytes += page[4] or 0
                self.discover(page[8])
                self.frontier.task_done()

    async def run(self, database_url):
        database = await asyncpg.connect(database_url)
        await database.execute(SCHEMA)
        connector = aiohttp.TCPConnector(limit=self.concurrency)
        async with aiohttp.ClientSession(connector=connector, headers={"User-Agent": "corio-harvest"}) as self.session:
            async with self.session.get(self.origin + "/robots.txt") as response:
                self.robots.parse((await response.text()).splitlines() if response.status == 200 else [])
            self.discover([self.start])
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.feeder()), group.create_task(self.writer(database))]
                tasks += [group.create_task(self.worker()) for _ in range(self.concurrency)]
                await self.frontier.join()
                for task in tasks:
                    task.cancel()
        await database.close()


def main():
    url, out, database = sys.argv[1:4]
    concurrency = int(sys.argv[4]) if len(sys.argv) > 4 else 64
    os.makedirs(out, exist_ok=True)

    async def run():
        harvest = Harvest(url, out, concurrency)
        started = time.perf_counter()
        await harvest.run(database)
        return harvest, time.perf_counter() - started

    if os.environ.get("PEER_UVLOOP") == "1":
        import uvloop
        harvest, seconds = uvloop.run(run())
    else:
        harvest, seconds = asyncio.run(run())
    print(json.dumps({"pages": harvest.pages, "bytes": harvest.bytes, "links": harvest.links, "seconds": round(seconds, 3)}))


main()
