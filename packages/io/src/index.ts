// What users import.

// streams
export { memoryStreams } from "./memory/memory-streams.ts";
export { Connection, type ConnectionStatistics } from "./streams/connection.ts";
export type { ExtraInfo } from "./streams/extra-info.ts";
export {
  type ConnectionOptions,
  type ConnectionTarget,
  openConnection,
  openUnixConnection,
  type UnixConnectionOptions,
  type UnixConnectionTarget,
  withConnection,
} from "./streams/open-connection.ts";
export { Server, type ServerStatistics } from "./streams/server.ts";
export type {
  CommonServerOptions,
  ConnectionHandler,
  ServerOptions,
  UnixServerOptions,
  UnixServerTarget,
} from "./streams/server-options.ts";
export { startServer, startUnixServer, withServer } from "./streams/start-server.ts";
export type { TlsRole } from "./streams/start-tls.ts";
export type { StreamOptions } from "./streams/stream-options.ts";
export {
  type FlowSource,
  StreamReader,
  type StreamReaderOptions,
  type StreamReaderStatistics,
} from "./streams/stream-reader.ts";
export {
  StreamWriter,
  type StreamWriterStatistics,
  type Writable,
  type WriteBufferLimits,
} from "./streams/stream-writer.ts";
export type { SocketTuning } from "./streams/tuning.ts";
export {
  ConnectionClosedError,
  ConnectionResetError,
  IncompleteReadError,
  LimitOverrunError,
  SocketPathError,
} from "./errors.ts";

// TLS
export type { TlsInfo } from "./network/tls-info.ts";
export type { Pem, TlsIdentity } from "./network/tls-material.ts";
export type { SniAnswer, TlsHandshakeOptions, TlsOptions, TlsServerOptions } from "./network/tls-options.ts";
export {
  CertificateError,
  CertificateExpiredError,
  CertificateHostError,
  CertificateNotYetValidError,
  CertificateRefusedError,
  CertificateRequiredError,
  CertificateUntrustedError,
  TlsError,
  TlsHandshakeClosedError,
  TlsHandshakeTimeoutError,
  TlsNegotiationError,
  TlsOptionError,
  TlsProtocolError,
} from "./errors.ts";

// connecting
export type { HostTarget } from "./network/connect-to-host.ts";
export {
  AddressInUseError,
  AddressNotAvailableError,
  ConnectError,
  ConnectionRefusedError,
  ConnectTimeoutError,
  HostUnreachableError,
} from "./errors.ts";

// datagrams and names
export { getaddrinfo, type AddressInfo, type GetaddrinfoOptions } from "./network/getaddrinfo.ts";
export { getnameinfo, type NameInfo } from "./network/getnameinfo.ts";
export { type LookupJob, lookupThreads, type LookupThreads } from "./network/lookup-threads.ts";
export { Resolver, type ResolverOptions, type ResolverStatistics } from "./network/resolver.ts";
export { createDatagramEndpoint, withDatagramEndpoint } from "./datagrams/create-datagram-endpoint.ts";
export {
  type Datagram,
  type DatagramAddress,
  DatagramEndpoint,
  type DatagramStatistics,
  type GroupOptions,
} from "./datagrams/datagram-endpoint.ts";
export type { DatagramOptions } from "./datagrams/datagram-options.ts";
export {
  DatagramClosedError,
  DatagramUnsupportedError,
  HostLookupError,
  HostNotFoundError,
  MessageTooLongError,
  ResolverClosedError,
} from "./errors.ts";

// processes, signals, standard streams
export type { CommunicateOptions } from "./processes/communicate.ts";
export { createSubprocessExec, createSubprocessShell } from "./processes/create-subprocess.ts";
export type { ProcessOptions } from "./processes/process-options.ts";
export { Process, type ProcessStatistics } from "./processes/process.ts";
export {
  type DescriptorHolder,
  DEVNULL,
  PIPE,
  type RedirectError,
  type RedirectInput,
  type RedirectOutput,
  type RedirectToFile,
  STDOUT,
  type StreamName,
} from "./processes/redirect.ts";
export { type CompletedProcess, runProcess, type RunProcessOptions } from "./processes/run-process.ts";
export { addSignalHandler, removeSignalHandler } from "./signals/signal-handlers.ts";
export type { SignalName } from "./signals/signal-names.ts";
export { signals, SignalStream, type SignalStreamStatistics } from "./signals/signal-stream.ts";
export { connectReadPipe, connectWritePipe, type ReadPipeOptions } from "./stdio/connect-pipe.ts";
export type { FilePath } from "./stdio/file-path.ts";
export {
  standardError,
  standardInput,
  type StandardInputOptions,
  standardOutput,
  type StandardOutputOptions,
} from "./stdio/standard-streams.ts";
export {
  OutputLimitError,
  PipeError,
  ProcessFailedError,
  ProcessLeftError,
  ProcessSignalError,
  ProcessStartError,
  ProgramNotExecutableError,
  ProgramNotFoundError,
  UncatchableSignalError,
  WorkingFolderError,
} from "./errors.ts";

// threads
export {
  getDefaultExecutor,
  setDefaultExecutor,
  shutdownDefaultExecutor,
} from "./threads/default-executor.ts";
export type {
  Executor,
  ExecutorStatistics,
  OfferedFunctions,
  OnCancel,
  ProgressListener,
  SubmitOptions,
} from "./threads/executor.ts";
export { moduleFunction, threadFunction } from "./threads/function-reference.ts";
export { callFromThread, checkCancelled, reportProgress, threadSignal } from "./threads/inside/functions.ts";
export { copyToThreads } from "./threads/thread-context.ts";
export {
  ThreadExecutor,
  withThreadExecutor,
  type ThreadExecutorOptions,
  type ThreadResourceLimits,
} from "./threads/thread-executor.ts";
export { runInExecutor, toThread, type ToThreadOptions } from "./threads/to-thread.ts";
export { transfer } from "./threads/transfer.ts";
export { ExecutorClosedError, ThreadFunctionError, WorkerCrashedError } from "./errors.ts";
