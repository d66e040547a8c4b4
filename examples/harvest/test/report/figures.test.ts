import { expect, test } from "vitest";
import { count, size, time } from "../../src/report/figures.ts";

test("numbers are shown as people read them", () => {
  expect([0, 999.6, 1234567].map(count)).toEqual(["0", "1,000", "1,234,567"]);
  expect([0, 999, 1000, 15_240, 150_000, 16_149_686, 2e13].map(size)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "15.2 kB",
    "150 kB",
    "16.1 MB",
    "20.0 TB",
  ]);
  expect([0.4, 999, 1000, 61_000, 3_599_000].map(time)).toEqual([
    "0 ms",
    "999 ms",
    "1.0 s",
    "1 min 1 s",
    "59 min 59 s",
  ]);
});
