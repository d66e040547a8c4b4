// What is there for whoever looks in from outside: a debugger, a command line, a test runner. Loaded with the package, not asked for.

import { hooks } from "../kernel/hooks.ts";
import { openChannels } from "./channels.ts";
import { debugSwitch } from "./debug/debug-mode.ts";
import { describeRun } from "./describe-run.ts";
import { dumpTasks } from "./dump.ts";
import type { TasksDump } from "./dump-types.ts";
import { formatTasks } from "./format-dump.ts";

/** `globalThis[Symbol.for("corio.inspect")]` */
export interface Inspector {
  /** The version of this object. */
  readonly version: 1;
  /** Every task of the process, as data that JSON can carry. */
  dump(): TasksDump;
  /** The same as text. */
  format(): string;
}

const place = globalThis as { [key: symbol]: unknown };

place[Symbol.for("corio.inspect")] ??= {
  version: 1,
  dump: () => dumpTasks(),
  format: () => formatTasks(),
} satisfies Inspector;

hooks.switch = debugSwitch;
hooks.describe = describeRun;
openChannels();
