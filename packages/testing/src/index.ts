// What tests import.

export { simulate, type SimulateOptions } from "./simulate.ts";
