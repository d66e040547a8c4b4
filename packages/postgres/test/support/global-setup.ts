// Starts one PostgreSQL for a whole vitest run; tests find it by `inject("postgres")`.

import type { TestProject } from "vitest/node";
import { startServer } from "./server.ts";
import type { ServerInfo } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: ServerInfo;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  // Ctrl-C ends the process without the teardown, in one of two ways.
  const stop = (): void => server.stopSync();
  const onSignal = (signal: NodeJS.Signals): void => {
    stop();
    process.removeListener(signal, onSignal);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  process.once("exit", stop);
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  project.provide("postgres", server.info);
  return async () => {
    process.off("exit", stop).off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await server.stop();
  };
}
