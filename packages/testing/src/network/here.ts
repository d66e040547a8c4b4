// On which simulated host the running code is.

import { ContextVar } from "corio";
import { DEFAULT_HOST } from "./world.ts";

/** The name of the host; tasks inherit it. */
export const hostHere: ContextVar<string> = new ContextVar("simulated host", { default: DEFAULT_HOST });
