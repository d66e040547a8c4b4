// Reading the stack of a suspended strand. A generator's stack exists only while it runs, so the strand is resumed: its innermost
// iterator is one of ours, and does nothing then but take the stack and park again. No code of the program runs, and the strand
// stays where it is. It costs nothing until somebody asks.

import { PARKED, type Parked } from "./awaitable.ts";
import { isOwnFile, isUserFrame, parseStack, takeStack, type Frame, type StackHolder } from "./stack.ts";
import { current, type Leaf, type Strand } from "./strand.ts";

let taken: StackHolder | null = null;
let limit = Infinity;

/** What `next()` of a leaf that is being probed gives. */
export function probed(leaf: Leaf): IteratorYieldResult<Parked> {
  current.strand!.leaf = leaf;
  taken = takeStack(probed, limit);
  return PARKED;
}

/** Frames that are enough for most: making the text of a stack is what costs, and the caller's frames stand in it, too. */
const FEW = 24;

/** Frames of the runtime below those of the strand: `probe` of the leaf, what it calls, and `probe` here. */
const OWN_FRAMES = 3;

/**
 * Where a strand is suspended: the frames of its whole `yield*` chain that belong to the program, innermost first. Empty for one that
 * runs, has not begun, or waits in no generator of the program. A generator driven by hand, not by `yield*`, goes once around its
 * driver's loop.
 */
export function framesOf(strand: Strand): Frame[] {
  // A running strand has a leaf for a moment: from when it parks until its step is over.
  if (strand.gen === null || strand.leaf?.probe === undefined || strand === current.strand) return [];
  const few = parseStack(probe(strand, FEW));
  const end = few.findIndex(isOfThisFile);
  if (end >= 0) return few.slice(0, end).filter(isUserFrame);
  // A long chain, or one file with the program: then the caller's frames are counted.
  const all = parseStack(probe(strand, Infinity));
  const below = parseStack(takeStack(framesOf, Infinity).stack).length;
  return all.slice(0, Math.max(0, all.length - below - OWN_FRAMES)).filter(isUserFrame);
}

/** The text of the strand's stack, so many frames of it. */
function probe(strand: Strand, frames: number): unknown {
  const { gen, leaf } = strand;
  const outer = current.strand;
  current.strand = strand;
  limit = frames;
  try {
    leaf!.probe!(() => void gen!.next());
    return (taken as StackHolder | null)?.stack;
  } finally {
    current.strand = outer;
    strand.leaf = leaf;
    taken = null;
  }
}

function isOfThisFile({ file }: Frame): boolean {
  return isOwnFile(file, "kernel/probe");
}
