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
/** Cancelled when its task was cleaning up from a cancellation further out: nobody was told of this one. */
export const UNTOLD: number = 1 << 19;
export const CLOSED = 32;
/** Its deadline passed. */
export const EXPIRED = 64;
/** A run: tasks made by `createTask` belong to it. */
export const RUN = 128;
/** A task that is begun by whoever spawns it, not by the ready queue. */
export const EAGER: number = 1 << 17;
/** Its body has ended: children are waited for and resources released. What is opened there is not told of cancellations around it. */
export const ENDING = 256;
/** The task's outcome is an error. */
export const FAILED = 512;
/** Somebody has asked for the task's outcome. */
export const OBSERVED = 1024;
/** Its failure came while somebody waited for it by `wait()`, and is about to be that caller's to look at. */
export const AWAITED: number = 1 << 20;
/** The task was spawned without arguments, or with one: kept without an array. */
export const NO_ARGUMENT = 2048;
export const ONE_ARGUMENT = 4096;

/** The task's body is a generator function, and its driver what that gave. */
export const NATIVE: number = 1 << 18;

/** Cancelled not long ago: its grace has no timer of its own yet. */
export const IN_GRACE: number = 1 << 16;

/** How far a task is, in three bits. */
export const STAGE: number = 7 << 13;
export const STARTING = 0;
export const RUNNING: number = 1 << 13;
export const CLOSING: number = 2 << 13;
export const DONE: number = 3 << 13;
export const CANCELLED: number = 4 << 13;
