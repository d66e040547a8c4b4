import { expect, test } from "vitest";
import { parseRobots } from "../../src/site/robots.ts";

test("robots.txt forbids by the group that names us, else by that for all", () => {
  const all = parseRobots("http://a.test", "User-agent: *\nDisallow: /private/\nAllow: /private/door.html\n");
  expect(all.allows("/")).toBe(true);
  expect(all.allows("/private/x.html?y")).toBe(false);
  expect(all.allows("/private/door.html")).toBe(true);
  const us = parseRobots(
    "http://a.test",
    "User-agent: *\nDisallow: /\n\nUser-agent: corio-harvest\nDisallow: /x\nCrawl-delay: 2\n",
  );
  expect(us.allows("/y")).toBe(true);
  expect(us.allows("/x")).toBe(false);
  expect(us.delay).toBe(2000);
});

test("an empty robots.txt allows everything at once", () => {
  const robots = parseRobots("http://a.test", "");
  expect(robots.allows("/anything")).toBe(true);
  expect(robots.delay).toBe(0);
});
