// Every error class of the package. Server errors are PostgresError and carry `sqlstate`; faults of the caller are
// InterfaceError; faults of the link to the server are ConnectionError. Only what callers branch on has its own class.

/** What the server sends with an error or a notice, by the protocol's field names. All are optional but the first three. */
export interface ServerMessage {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Character position in the query text, from 1. */
  readonly position?: number;
  readonly internalPosition?: number;
  readonly internalQuery?: string;
  readonly where?: string;
  readonly schemaName?: string;
  readonly tableName?: string;
  readonly columnName?: string;
  readonly dataTypeName?: string;
  readonly constraintName?: string;
  readonly serverSourceFilename?: string;
  readonly serverSourceLine?: string;
  readonly serverSourceFunction?: string;
}

/** The server refused or failed a statement. Not for faults found by the client: those are InterfaceError. */
export class PostgresError extends Error {
  readonly code: string = "POSTGRES_ERROR";
  readonly sqlstate: string;
  readonly severity: string;
  /** All fields as the server sent them. */
  readonly fields: ServerMessage;
  /** The statement that failed, when one statement was running. */
  query?: string;

  constructor(fields: ServerMessage) {
    super(fields.message);
    this.name = new.target.name;
    this.sqlstate = fields.sqlstate;
    this.severity = fields.severity;
    this.fields = fields;
  }

  get detail(): string | undefined {
    return this.fields.detail;
  }

  get hint(): string | undefined {
    return this.fields.hint;
  }

  get position(): number | undefined {
    return this.fields.position;
  }

  get schemaName(): string | undefined {
    return this.fields.schemaName;
  }

  get tableName(): string | undefined {
    return this.fields.tableName;
  }

  get columnName(): string | undefined {
    return this.fields.columnName;
  }

  get constraintName(): string | undefined {
    return this.fields.constraintName;
  }
}

/** Class 23: a constraint refused the row. Its subclasses say which kind. */
export class IntegrityConstraintViolation extends PostgresError {
  override readonly code: string = "INTEGRITY_CONSTRAINT_VIOLATION";
}
/** 23502. */
export class NotNullViolation extends IntegrityConstraintViolation {
  override readonly code = "NOT_NULL_VIOLATION";
}
/** 23503. */
export class ForeignKeyViolation extends IntegrityConstraintViolation {
  override readonly code = "FOREIGN_KEY_VIOLATION";
}
/** 23505. */
export class UniqueViolation extends IntegrityConstraintViolation {
  override readonly code = "UNIQUE_VIOLATION";
}
/** 23514. */
export class CheckViolation extends IntegrityConstraintViolation {
  override readonly code = "CHECK_VIOLATION";
}
/** 23P01. */
export class ExclusionViolation extends IntegrityConstraintViolation {
  override readonly code = "EXCLUSION_VIOLATION";
}

/** Class 40: the transaction was rolled back by the server and may be run again from its start. */
export class TransactionRollback extends PostgresError {
  override readonly code: string = "TRANSACTION_ROLLBACK";
}
/** 40001. */
export class SerializationFailure extends TransactionRollback {
  override readonly code = "SERIALIZATION_FAILURE";
}
/** 40P01. */
export class DeadlockDetected extends TransactionRollback {
  override readonly code = "DEADLOCK_DETECTED";
}

/** 25P02: a statement was sent into a transaction that had already failed. The first error is the one to look at. */
export class InFailedTransaction extends PostgresError {
  override readonly code = "IN_FAILED_TRANSACTION";
}
/** 25006: a write in a read-only transaction. */
export class ReadOnlyTransaction extends PostgresError {
  override readonly code = "READ_ONLY_TRANSACTION";
}
/** 55P03: a lock asked for with NOWAIT or under `lock_timeout` was not to be had. */
export class LockNotAvailable extends PostgresError {
  override readonly code = "LOCK_NOT_AVAILABLE";
}
/**
 * 57014: the server gave the statement up: `statement_timeout`, or a cancel sent by somebody else. A cancelled task
 * does not see it: it sees its CancelledError.
 */
export class QueryCanceled extends PostgresError {
  override readonly code = "QUERY_CANCELED";
}
/** 57P01, 57P02, 57P05: the server ended this session. */
export class AdminShutdown extends PostgresError {
  override readonly code = "ADMIN_SHUTDOWN";
}
/** 57P03: the server is starting up or shutting down. */
export class CannotConnectNow extends PostgresError {
  override readonly code = "CANNOT_CONNECT_NOW";
}
/** 53300: the server has no free connection slot. */
export class TooManyConnections extends PostgresError {
  override readonly code = "TOO_MANY_CONNECTIONS";
}

/** Class 42: the text of the statement is wrong, or names what is not there. */
export class SyntaxOrAccessError extends PostgresError {
  override readonly code: string = "SYNTAX_OR_ACCESS_ERROR";
}
/** 42601. */
export class SqlSyntaxError extends SyntaxOrAccessError {
  override readonly code = "SYNTAX_ERROR";
}
/** 42P01. */
export class UndefinedTable extends SyntaxOrAccessError {
  override readonly code = "UNDEFINED_TABLE";
}
/** 42703. */
export class UndefinedColumn extends SyntaxOrAccessError {
  override readonly code = "UNDEFINED_COLUMN";
}
/** 42883. */
export class UndefinedFunction extends SyntaxOrAccessError {
  override readonly code = "UNDEFINED_FUNCTION";
}
/** 42P07. */
export class DuplicateTable extends SyntaxOrAccessError {
  override readonly code = "DUPLICATE_TABLE";
}
/** 42501. */
export class InsufficientPrivilege extends SyntaxOrAccessError {
  override readonly code = "INSUFFICIENT_PRIVILEGE";
}

/** 28000: the server does not let this user in (pg_hba.conf, no such role). The password was not the point. */
export class InvalidAuthorization extends PostgresError {
  override readonly code: string = "INVALID_AUTHORIZATION";
}
/** 28P01. */
export class InvalidPassword extends InvalidAuthorization {
  override readonly code = "INVALID_PASSWORD";
}
/** 3D000: there is no such database. */
export class InvalidCatalogName extends PostgresError {
  override readonly code = "INVALID_CATALOG_NAME";
}

/**
 * A cached statement no longer fits the schema, and a transaction is open, so the driver cannot prepare it anew and
 * try again. The transaction has failed; run it again from its start.
 */
export class InvalidCachedStatement extends PostgresError {
  override readonly code = "INVALID_CACHED_STATEMENT";
}

/** The caller used the library wrongly; nothing was sent, or nothing that counts. Compare DataError: a wrong value. */
export class InterfaceError extends Error {
  readonly code: string = "INTERFACE_ERROR";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
/** A value cannot be sent as the type the server expects (or cannot be read). The message names the argument. */
export class DataError extends InterfaceError {
  override readonly code: string = "DATA_ERROR";
}
/** The DSN or an option cannot be understood. */
export class InvalidDsn extends InterfaceError {
  override readonly code = "INVALID_DSN";
}
/** This server or transport cannot do it (for example COPY options on PGlite). Compare InterfaceError: nobody could. */
export class UnsupportedFeature extends InterfaceError {
  override readonly code = "UNSUPPORTED_FEATURE";
}
/** A composite type was altered after the driver learned its layout. The layouts are forgotten: try again. */
export class OutdatedSchemaCache extends InterfaceError {
  override readonly code = "OUTDATED_SCHEMA_CACHE";
}
/** COMMIT was answered by ROLLBACK: a statement inside had failed and its error was swallowed by the body. */
export class TransactionNotCommitted extends InterfaceError {
  override readonly code = "TRANSACTION_NOT_COMMITTED";
}

/** The link to the server could not be made or broke. The server's own refusals are PostgresError. */
export class ConnectionError extends Error {
  readonly code: string = "CONNECTION_ERROR";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
/** Nothing listens there. */
export class ConnectionRefused extends ConnectionError {
  override readonly code = "CONNECTION_REFUSED";
}
/** The name of the host does not resolve. */
export class HostNotFound extends ConnectionError {
  override readonly code = "HOST_NOT_FOUND";
}
/** The connection is gone: closed here, or lost in the middle of an operation, whose outcome is then unknown. */
export class ConnectionDoesNotExist extends ConnectionError {
  override readonly code = "CONNECTION_DOES_NOT_EXIST";
}
/** TLS was required and the server offers none, or its certificate is not acceptable. */
export class TlsError extends ConnectionError {
  override readonly code = "TLS_ERROR";
}
/** The server (or what answers in its place) does not speak the protocol, or failed its own proof of the password. */
export class ProtocolError extends ConnectionError {
  override readonly code = "PROTOCOL_ERROR";
}
