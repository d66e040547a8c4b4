// Loaded before a fence (`node --import`): reports every console.log with the line it was called from, on the channel to the
// parent process, so that the values can be compared with the fence's `// =>` comments.
import { format } from "node:util";

const file = process.argv[1] ?? "";
const log = console.log.bind(console);

console.log = (...values: unknown[]): void => {
  const frames = new Error("where").stack?.split("\n") ?? [];
  const frame = frames.find((text) => text.includes(file));
  const line = Number(/:(\d+):\d+\)?$/.exec(frame ?? "")?.[1] ?? 0);
  process.send?.({ line, text: format(...values) });
  log(...values);
};
// The channel alone must not keep the program alive.
process.channel?.unref();
