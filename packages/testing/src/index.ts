// What tests import.

export { simulate, type SimulateOptions } from "./simulate.ts";
export type { Program } from "./run-once.ts";
export type { Schedule } from "./schedules/schedule.ts";
export { explore, type Exploration, type ExploreOptions } from "./exploring/explore.ts";
export { exploreAll, type ExploreAllOptions } from "./exploring/explore-all.ts";
export {
  cancelEverywhere,
  type CancelEverywhereOptions,
  type CancelledEverywhere,
  type CancelMoments,
  type CancelScenario,
} from "./exploring/cancel-everywhere.ts";
export { model, type Ending, type Model } from "./exploring/model.ts";

export { advance, waitAllTasksBlocked, waitAllTasksStuck } from "./clock.ts";
export { checkLeaks } from "./check-leaks.ts";
export { random } from "./random.ts";
export { type EventRecord, recordEvents, type RecordedEvent } from "./record-events.ts";
export { Sequencer } from "./sequencer.ts";

export { BrokenSequenceError, LeakError, SimulationError, StreamCheckError } from "./errors.ts";
