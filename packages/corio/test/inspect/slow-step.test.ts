// A step that holds the event loop.

import { describe, expect, test } from "vitest";
import { checkpoint, createTask, Event, instrument, run, setDebug, type Report } from "corio";
import { createVirtualHost, realHost } from "corio/lowlevel";
import { dialects } from "../support/dialects.ts";

describe("a step of a task", () => {
  for (const { name, fn, wait } of dialects) {
    for (const debug of [true, false]) {
      test(`that takes too long is ${debug ? "reported, with the task" : "nothing without debug mode"} (X8) (${name})`, async () => {
        let time = 0;
        const reports: Report[] = [];
        const host = { ...createVirtualHost(realHost), now: () => time };
        await run(
          fn(function* () {
            const go = new Event();
            const task = createTask(
              { name: "busy" },
              fn(function* () {
                yield* wait(go.wait());
                time += 150;
                yield* wait(checkpoint());
                time += 50;
              }),
            );
            yield* wait(checkpoint());
            go.set();
            yield* wait(task.join());
          }),
          { host, debug, onReport: (report) => void reports.push(report) },
        );
        const messages = reports.map(({ message }) => message);
        if (!debug) expect(messages).toEqual([]);
        else {
          expect(messages).toHaveLength(1);
          expect(messages[0]).toMatch(/150 ms/);
          expect(messages[0]).toContain("task busy");
        }
      });
    }
  }

  for (const { name, fn, wait } of dialects) {
    test(`is not one that was begun when debug mode was left, and ends when it is on again (${name})`, async () => {
      let time = 0;
      const reports: Report[] = [];
      const host = { ...createVirtualHost(realHost), now: () => time };
      // Steps are then seen throughout.
      const remove = instrument({});
      await run(
        fn(function* () {
          const go = new Event();
          yield* wait(checkpoint());
          setDebug(false);
          createTask(() => {
            time += 150;
            go.set();
          });
          yield* wait(go.wait());
          setDebug(true);
          yield* wait(checkpoint());
        }),
        { host, debug: true, onReport: (report) => void reports.push(report) },
      );
      remove();
      expect(reports.map(({ message }) => message)).toEqual([]);
    });
  }
});
