// Which class of error a SQLSTATE becomes.

import {
  AdminShutdown,
  CannotConnectNow,
  CheckViolation,
  DeadlockDetected,
  DuplicateTable,
  ExclusionViolation,
  ForeignKeyViolation,
  InFailedTransaction,
  InsufficientPrivilege,
  IntegrityConstraintViolation,
  InvalidAuthorization,
  InvalidCatalogName,
  InvalidPassword,
  LockNotAvailable,
  NotNullViolation,
  PostgresError,
  QueryCanceled,
  ReadOnlyTransaction,
  SerializationFailure,
  SqlSyntaxError,
  SyntaxOrAccessError,
  TooManyConnections,
  TransactionRollback,
  UndefinedColumn,
  UndefinedFunction,
  UndefinedTable,
  UniqueViolation,
} from "../errors.ts";
import type { ServerMessage } from "../errors.ts";

const bySqlstate: Readonly<Record<string, new (fields: ServerMessage) => PostgresError>> = {
  "23502": NotNullViolation,
  "23503": ForeignKeyViolation,
  "23505": UniqueViolation,
  "23514": CheckViolation,
  "23P01": ExclusionViolation,
  "25006": ReadOnlyTransaction,
  "25P02": InFailedTransaction,
  "28000": InvalidAuthorization,
  "28P01": InvalidPassword,
  "3D000": InvalidCatalogName,
  "40001": SerializationFailure,
  "40P01": DeadlockDetected,
  "42501": InsufficientPrivilege,
  "42601": SqlSyntaxError,
  "42703": UndefinedColumn,
  "42883": UndefinedFunction,
  "42P01": UndefinedTable,
  "42P07": DuplicateTable,
  "53300": TooManyConnections,
  "55P03": LockNotAvailable,
  "57014": QueryCanceled,
  "57P01": AdminShutdown,
  "57P02": AdminShutdown,
  "57P03": CannotConnectNow,
  "57P05": AdminShutdown,
};
const byClass: Readonly<Record<string, new (fields: ServerMessage) => PostgresError>> = {
  "23": IntegrityConstraintViolation,
  "40": TransactionRollback,
  "42": SyntaxOrAccessError,
};

/** The error of the right class for what the server sent. */
export function postgresError(fields: ServerMessage): PostgresError {
  const Class = bySqlstate[fields.sqlstate] ?? byClass[fields.sqlstate.slice(0, 2)] ?? PostgresError;
  return new Class(fields);
}
