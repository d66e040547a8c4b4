// How those who wait for something long are told how far it is.

/**
 * Called now and then with how much is done and how much there is in all; undefined where that is not known beforehand. In bytes, unless the
 * operation says what it counts. What it throws fails the operation.
 */
export type Progress = (done: number, total: number | undefined) => void;
