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
  // Ctrl-C ends the process without the teardown.
  const stop = (): void => server.stopSync();
  process.once("exit", stop);
  project.provide("postgres", server.info);
  return async () => {
    process.removeListener("exit", stop);
    await server.stop();
  };
}
