import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { run, taskGroup } from "corio";
import { withSession } from "@corio/http";
import { httpServer, until } from "../support/plain-server.ts";
import type { PlainServer } from "../support/plain-server.ts";

const servers: PlainServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Holds every request until the test answers it. */
async function holding(): Promise<PlainServer & { waiting: { path: string; response: ServerResponse }[] }> {
  const waiting: { path: string; response: ServerResponse }[] = [];
  const server = await httpServer((request, response) => waiting.push({ path: request.url ?? "", response }));
  servers.push(server);
  return Object.assign(server, { waiting });
}

describe("limit", () => {
  test("caps the sockets in use, and lets requests through in the order they came", async () => {
    const server = await holding();
    const order: string[] = [];
    await run(() =>
      withSession({ baseUrl: server.url, limit: 2 }, (session) =>
        taskGroup(async (group) => {
          for (let i = 0; i < 8; i++) {
            group.spawn(async () => {
              await (await session.get(`/${i}`)).read();
            });
          }
          for (let i = 0; i < 8; i++) {
            await until(() => server.waiting.length > 0);
            expect(server.waiting.length).toBeLessThanOrEqual(2);
            expect(session.statistics().inUse).toBeLessThanOrEqual(2);
            const { path, response } = server.waiting.shift()!;
            order.push(path);
            response.end("x");
          }
        }),
      ),
    );
    expect(order).toEqual(["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7"]);
    expect(server.accepted).toBe(2);
  });

  test("per host leaves room for other hosts", async () => {
    const [one, two] = [await holding(), await holding()];
    await run(() =>
      withSession({ limit: 3, limitPerHost: 1 }, (session) =>
        taskGroup(async (group) => {
          const get = async (url: string): Promise<void> => void (await (await session.get(url)).read());
          group.spawn(get, one.url);
          group.spawn(get, one.url);
          group.spawn(get, two.url);
          await until(() => one.waiting.length === 1 && two.waiting.length === 1);
          expect(session.statistics().inUse).toBe(2);
          one.waiting.shift()!.response.end();
          two.waiting.shift()!.response.end();
          await until(() => one.waiting.length === 1);
          one.waiting.shift()!.response.end();
        }),
      ),
    );
    expect([one.accepted, two.accepted]).toEqual([1, 1]);
  });

  test("a waiter that is cancelled gives its place in the line up", async () => {
    const server = await holding();
    const done: number[] = [];
    await run(() =>
      withSession({ baseUrl: server.url, limit: 1 }, (session) =>
        taskGroup(async (group) => {
          const tasks = [0, 1, 2].map((i) =>
            group.spawn(async () => {
              await (await session.get(`/${i}`)).read();
              done.push(i);
            }),
          );
          await until(() => server.waiting.length === 1);
          tasks[1]!.cancel();
          server.waiting.shift()!.response.end();
          await until(() => server.waiting.length === 1);
          server.waiting.shift()!.response.end();
        }),
      ),
    );
    expect(done).toEqual([0, 2]);
  });

  test("an idle connection to one host gives way to another host", async () => {
    const [one, two] = [await holding(), await holding()];
    for (const server of [one, two]) {
      void (async () => {
        await until(() => server.waiting.length > 0);
        server.waiting.shift()!.response.end();
      })();
    }
    await run(() =>
      withSession({ limit: 1 }, async (session) => {
        await (await session.get(one.url)).read();
        expect(session.statistics()).toEqual({ inUse: 0, idle: 1 });
        await (await session.get(two.url)).read();
        await until(() => one.open === 0);
        expect(session.statistics()).toEqual({ inUse: 0, idle: 1 });
      }),
    );
  });

  test("0 is none", async () => {
    const server = await holding();
    await run(() =>
      withSession({ limit: 0 }, (session) =>
        taskGroup(async (group) => {
          for (let i = 0; i < 120; i++)
            group.spawn(async () => void (await (await session.get(server.url)).read()));
          await until(() => server.waiting.length === 120);
          for (const { response } of server.waiting) response.end();
        }),
      ),
    );
  });
});
