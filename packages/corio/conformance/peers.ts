// Corner cases that trio and anyio test: where each one's meaning is tested here.

import { anyio } from "./peers/anyio.ts";
import { trio } from "./peers/trio.ts";
import type { Suite } from "./port.ts";

export const peersIntroduction = `
# Corner cases of trio and anyio

trio and anyio have structured concurrency, and the corner cases that come with it. This is what became of those that concern task
groups, scopes, shields, deadlines, reasons and the line of waiters. *Same*: the meaning holds, and the tests named show it, or those of the
sentences named ([conformance with asyncio](conformance.md)). *Better*: Corio deviates on purpose; the tests show how. *n/a*: what it tests does not
exist in Corio or in JavaScript. The widest difference: trio throws at every await until the block is left, Corio tells a task once and
bounds what it may do then.

Made by \`npm run conformance -- --write\` from \`packages/corio/conformance/\`. Do not edit by hand.
`;

export const peers: readonly Suite[] = [trio, anyio];
