// What users import.

export { connect } from "./connection/connect.ts";
export { Connection } from "./connection/connection.ts";
export type { CopyRecordsOptions } from "./connection/copy-records.ts";
export type { Rows } from "./connection/execute-many.ts";
export type { LogListener, NotificationListener, TerminationListener } from "./connection/listeners.ts";
export type { ConnectOptions } from "./connection/options.ts";
export type { Isolation, TransactionOptions } from "./connection/transaction.ts";
export { Pool, createPool } from "./pool/pool.ts";
export type { AcquireOptions } from "./pool/pool.ts";
export type { PoolStatistics } from "./pool/lending.ts";
export type { PoolOptions } from "./pool/options.ts";
export { valuesOf } from "./rows/row.ts";
export type { Row } from "./rows/row.ts";
export type { SslMode } from "./transport/socket-connector.ts";
export type { Int8Mode } from "./types/builtin.ts";
export { Interval } from "./types/interval.ts";
export type { IntervalParts } from "./types/interval.ts";
export { Range } from "./types/range.ts";
export type { RangeOptions } from "./types/range.ts";
export { JsonText, jsonText } from "./types/texts.ts";
export { Timestamp } from "./types/timestamp.ts";
export * from "./errors.ts";
