// Making the schedule of a failure small: fewer choices that are not the first one, and smaller ones.

/** Whether a schedule still fails. */
export type StillFails = (choices: readonly number[]) => Promise<boolean>;

/**
 * The smallest schedule found in so many runs that still fails. Choices are set to zero, first many at a time, then one by one,
 * and what cannot be zero is lowered.
 */
export async function shrink(
  failing: readonly number[],
  stillFails: StillFails,
  mostRuns: number,
): Promise<readonly number[]> {
  let best = trimmed(failing);
  let runs = 0;
  const attempt = async (candidate: readonly number[]): Promise<boolean> => {
    if (runs >= mostRuns) return false;
    runs++;
    if (!(await stillFails(candidate))) return false;
    best = trimmed(candidate);
    return true;
  };
  let improved = true;
  while (improved && runs < mostRuns) {
    improved = await zeroOut(() => best, attempt);
    if (await lower(() => best, attempt)) improved = true;
  }
  return best;
}

/** Blocks of choices become zero, from half of them down to one. */
async function zeroOut(best: () => readonly number[], attempt: StillFails): Promise<boolean> {
  let improved = false;
  for (let size = best().length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best().length; at += size) {
      const choices = best();
      if (choices.slice(at, at + size).every((choice) => choice === 0)) continue;
      const candidate = choices.map((choice, i) => (i >= at && i < at + size ? 0 : choice));
      if (await attempt(candidate)) improved = true;
    }
  }
  return improved;
}

/** Each choice becomes the smallest one that still fails. */
async function lower(best: () => readonly number[], attempt: StillFails): Promise<boolean> {
  let improved = false;
  for (let at = 0; at < best().length; at++) {
    for (let choice = 1; choice < best()[at]!; choice++) {
      if (!(await attempt(best().with(at, choice)))) continue;
      improved = true;
      break;
    }
  }
  return improved;
}

/** Past the end everything goes in order anyway. */
function trimmed(choices: readonly number[]): readonly number[] {
  let end = choices.length;
  while (end > 0 && choices[end - 1] === 0) end--;
  return choices.slice(0, end);
}
