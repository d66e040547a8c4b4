// The bits of a scope's state.

/** Cancellation from outside stops here. */
export const SHIELD = 1;
/** The scope is a task. */
export const TASK = 2;
/** Its task was told of a cancellation and is unwinding through it. */
export const CLEANUP = 4;
/** The grace is over: every await throws. */
export const HARD = 8;
/** It is this scope's own grace that is over: its block closes the body. */
export const HARD_ROOT = 16;
export const CLOSED = 32;
/** Its deadline passed. */
export const EXPIRED = 64;
/** A run: tasks made by `createTask` belong to it. */
export const RUN = 128;
/** Its body has ended: children are waited for and resources released. What is opened there is not told of cancellations around it. */
export const ENDING = 256;
