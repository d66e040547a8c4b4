// Callers that ask for the same key while it is fetched share one fetch, and its failure.

import { Future, sleep, taskGroup } from "corio";
import { Failure, program, type Steps } from "../program.ts";

export default program({
  sentences: ["F5", "K3"],
  *main({ fn, wait, log }) {
    const flights = new Map<string, Future<string>>();
    const fetch = function* (key: string): Steps<string> {
      log("fetching", key);
      yield* wait(sleep(20));
      if (key === "bad") throw new Failure(key);
      return key.toUpperCase();
    };
    const get = function* (key: string): Steps<string> {
      const known = flights.get(key);
      if (known !== undefined) return yield* wait(known.wait());
      const flight = new Future<string>();
      flights.set(key, flight);
      try {
        const value = yield* fetch(key);
        flight.setResult(value);
        return value;
      } catch (error) {
        flight.setException(error);
        throw error;
      } finally {
        flights.delete(key);
        yield* wait(sleep(0));
        flight.exception();
      }
    };
    const caller = fn(function* (name: string, arrives: number, key: string) {
      yield* wait(sleep(arrives));
      try {
        log(name, "got", yield* get(key));
      } catch (error) {
        log(name, error);
      }
    });
    const calls = [
      ["a", 1, "x"],
      ["b", 5, "x"],
      ["c", 9, "bad"],
      ["d", 11, "bad"],
      ["e", 30, "x"],
    ] as const;
    yield* wait(
      taskGroup((group) => {
        for (const [name, arrives, key] of calls) group.spawn(caller, name, arrives, key);
      }),
    );
  },
});
