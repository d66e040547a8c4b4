// @corio/http: aiohttp for TypeScript. The client is in client/, the server in server/.

export * from "./errors.ts";
export { HeaderMap } from "./headers.ts";
export type { HeadersInit } from "./headers.ts";
export { StreamReader } from "./stream-reader.ts";
export { Session, withSession } from "./client/session.ts";
export { ClientResponse } from "./client/response.ts";
export type { ReadOptions } from "./client/response.ts";
export type { ClientTimeout, RequestOptions, SessionOptions } from "./client/session-options.ts";
export type { RequestData } from "./client/request-body.ts";
export type { Credentials, Params } from "./client/request-url.ts";
export type { ConnectorStatistics } from "./client/connector.ts";
export type { InflateLimit } from "./content-coding.ts";
export { Application } from "./server/application.ts";
export type {
  ApplicationOptions,
  Handler,
  Middleware,
  NextHandler,
  OnDisconnect,
  RouteOptions,
} from "./server/application.ts";
export type { BodyWriter } from "./server/body-writer.ts";
export { Request } from "./server/request.ts";
export type { BodyOptions } from "./server/request.ts";
export { html, json, redirect, Response, text } from "./server/response.ts";
export type { ResponseBody, ResponseInit } from "./server/response.ts";
export type { PathParams } from "./server/route-pattern.ts";
export { runApp, startServer, withServer } from "./server/serve.ts";
export type { RunAppOptions } from "./server/serve.ts";
export { Server } from "./server/server.ts";
export type { ServerStatistics } from "./server/server.ts";
export type { ServeOptions } from "./server/server-options.ts";
export type { StaticOptions } from "./server/static.ts";
