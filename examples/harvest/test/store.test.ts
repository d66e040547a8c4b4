// The index, on a real server.
import { run } from "corio";
import { connect } from "@corio/postgres";
import { expect, test } from "vitest";
import type { Page } from "../src/site/page.ts";
import { NOTHING } from "../src/site/extract.ts";
import { Store } from "../src/store.ts";
import { indexOf } from "./support/copy.ts";
import { freshDatabase } from "./support/database.ts";

function page(path: string, facts: Partial<Page> = {}): Page {
  return { ...NOTHING, path, status: 200, error: null, type: "text/html", bytes: 10, elapsed: 1.5, ...facts };
}

async function withStore(body: (store: Store, database: string) => Promise<void>): Promise<void> {
  const database = await freshDatabase();
  await run(async () => {
    const store = new Store(await connect(database, { int8: "number" }));
    expect(await store.claim("http://a.test")).toBe("http://a.test");
    await body(store, database);
  });
}

test("an index belongs to the first site that claims it", () =>
  withStore(async (store) => {
    expect(await store.claim("http://b.test")).toBe("http://a.test");
    expect(await store.claim("http://a.test")).toBe("http://a.test");
  }));

test("pages are recorded with their links, or not at all", () =>
  withStore(async (store, database) => {
    await store.save([page("/", { links: ["/a", "http://b.test/"], words: 2, title: "Start" }), page("/a")]);
    const wrong = page("/c", { links: [null as unknown as string] });
    await expect(store.save([page("/b", { links: ["/d"] }), wrong])).rejects.toMatchObject({
      code: "NOT_NULL_VIOLATION",
    });
    const index = await indexOf(database);
    expect(index.links).toEqual(["/ -> /a", "/ -> http://b.test/"]);
    expect(index.pages).toEqual([
      { path: "/", status: 200, error: null, bytes: 10, words: 2, title: "Start" },
      { path: "/a", status: 200, error: null, bytes: 10, words: 0, title: "" },
    ]);
  }));

test("a page that failed is known and not done, until it is recorded again", () =>
  withStore(async (store) => {
    await store.save([
      page("/", { links: ["/a"] }),
      page("/x", { status: 503, error: "503 for GET /x", bytes: null }),
    ]);
    expect(await store.donePages()).toEqual([{ path: "/", bytes: 10 }]);
    expect((await store.knownPaths()).sort()).toEqual(["/a", "/x"]);
    await store.save([page("/x", { bytes: 20, links: ["/y"] })]);
    expect((await store.donePages()).map(({ path }) => path).sort()).toEqual(["/", "/x"]);
    expect((await store.knownPaths()).sort()).toEqual(["/a", "/y"]);
  }));

test("a page that is forgotten takes its links with it, and can be recorded again", () =>
  withStore(async (store, database) => {
    await store.save([page("/", { links: ["/a"] }), page("/a", { links: ["/old"] })]);
    await store.forget(["/a"]);
    await store.save([page("/a", { links: ["/new"] })]);
    expect((await indexOf(database)).links).toEqual(["/ -> /a", "/a -> /new"]);
  }));

test("broken links are told with three of the pages that hold them, the most wanted first", () =>
  withStore(async (store) => {
    const holders = ["/1", "/2", "/3", "/4"].map((path) =>
      page(path, { links: path === "/1" ? ["/gone", "/silent"] : ["/gone"] }),
    );
    const silent = page("/silent", { status: null, error: "no answer", bytes: null });
    await store.save([...holders, page("/gone", { status: 404, bytes: null }), silent, page("/fine")]);
    expect(await store.brokenLinks()).toEqual([
      { path: "/gone", status: 404, error: null, count: 4, holders: ["/1", "/2", "/3"] },
      { path: "/silent", status: null, error: "no answer", count: 1, holders: ["/1"] },
    ]);
  }));

test("a search looks for all words, in their forms, and thinks more of titles", () =>
  withStore(async (store) => {
    await store.save([
      page("/text", { title: "Other", text: "the loops of an event" }),
      page("/title", { title: "Event loop", text: "nothing else" }),
      page("/half", { title: "Event", text: "nothing" }),
    ]);
    expect(await store.search("event loop", 10)).toEqual([
      { path: "/title", title: "Event loop" },
      { path: "/text", title: "Other" },
    ]);
    expect(await store.search("event loop", 1)).toEqual([{ path: "/title", title: "Event loop" }]);
    expect(await store.headline("many events are looped here", "event loop")).toBe(
      "many «events» are «looped» here",
    );
  }));

test("a text of any size, and of any words, is indexed as far as PostgreSQL can", () =>
  withStore(async (store, database) => {
    const words = Array.from({ length: 300_000 }, (_, index) => index.toString(36)).join(" ");
    const signs = Array.from({ length: 200_000 }, (_, index) =>
      String.fromCharCode(0x4e00 + (index % 20_000), 0x4e00 + (index % 19_997)),
    );
    await store.save([
      page("/words", { text: words }),
      page("/signs", { text: signs.join(" ") }),
      page("/long", { text: "x".repeat(500_000) }),
    ]);
    expect((await indexOf(database)).pages.length).toBe(3);
    expect(await store.search("zzz", 10)).toEqual([{ path: "/words", title: "" }]);
  }));
