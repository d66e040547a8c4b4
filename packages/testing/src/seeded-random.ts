// Seeded random numbers: the same for the same seed, on every machine.

/** Numbers in [0, 1). Two streams of one seed are independent of each other. (mulberry32) */
export function seededRandom(seed: number, stream = 0): () => number {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b)) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The streams of a simulation's seed: how many numbers the schedule takes must not change what the program draws. */
export const PROGRAM_STREAM = 0;
export const SCHEDULE_STREAM = 1;
export const NETWORK_STREAM = 2;
