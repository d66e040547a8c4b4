import type { TestProject } from "vitest/node";
import type { ServerInfo } from "./server.ts";
declare module "vitest" {
  interface ProvidedContext {
    postgres: ServerInfo;
  }
}
export default function setup(project: TestProject): Promise<() => Promise<void>>;
