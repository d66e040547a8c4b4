// What the process still holds when clients and servers are closed. A file of its own: nothing else may be open.

import { expect, test } from "vitest";
import { moveOnAfter, run, sleepForever, taskGroup } from "corio";
import { Application, withServer, withSession } from "@corio/http";
import { until } from "./support/plain-server.ts";

const app = new Application()
  .get("/", () => "x")
  .get("/slow", () => sleepForever())
  .get("/endless", async function* () {
    for (;;) yield Buffer.alloc(1024);
  });

function held(kind: RegExp): number {
  return process.getActiveResourcesInfo().filter((name) => kind.test(name)).length;
}

test("no socket and no timer is left when client and server are closed", async () => {
  const timers = held(/Timeout/);
  expect(held(/^TCP/)).toBe(0);
  await run(() =>
    withServer(app, { port: 0, host: "127.0.0.1" }, (server) =>
      withSession({ baseUrl: server.url, timeout: 60_000 }, async (session) => {
        for (let i = 0; i < 20; i++) await (await session.get("/")).read();
        await moveOnAfter(10, () => session.get("/slow"));
        await session.get("/");
        await session.get("/endless");
        expect(held(/^TCP/)).toBeGreaterThan(2);
      }),
    ),
  );
  await until(() => held(/^TCP/) === 0 && held(/Timeout/) <= timers);
});

test("a socket that serves many requests gathers no listeners", async () => {
  await run(() =>
    withServer(app, { port: 0, host: "127.0.0.1" }, (server) =>
      withSession({ baseUrl: server.url, limit: 4 }, async (session) => {
        const warnings: Error[] = [];
        const onWarning = (warning: Error): void => void warnings.push(warning);
        process.on("warning", onWarning);
        await taskGroup(async (group) => {
          for (let i = 0; i < 200; i++) group.spawn(async () => void (await (await session.get("/")).read()));
        });
        expect(session.statistics().idle).toBeLessThanOrEqual(4);
        expect(server.statistics().connections).toBeLessThanOrEqual(4);
        await new Promise((resolve) => setImmediate(resolve));
        process.off("warning", onWarning);
        expect(warnings).toEqual([]);
      }),
    ),
  );
});
