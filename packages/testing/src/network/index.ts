// The simulated network: `import { SimulatedNetwork } from "@corio/testing/network"`.

export {
  type HostOptions,
  type Hosts,
  type LinkDirection,
  type NetworkStatistics,
  SimulatedNetwork,
  simulatedNetwork,
} from "./simulated-network.ts";
export type { SimulatedHost } from "./simulated-host.ts";
export type { ConnectionEnd, Direction, SimulatedConnection } from "./connection.ts";
export type { NetworkEvent, NetworkEventType } from "./event-log.ts";
export type { LookupErrorCode } from "./node-errors.ts";
export type { Chunking, Latency, LinkOptions, SimulatedNetworkOptions, Transit } from "./options.ts";
export type { AddressFault, AddressOptions, NameOptions } from "./world.ts";
export {
  type CertificateAuthority,
  certificateAuthority,
  type CertificateOptions,
  type IssuedCertificate,
} from "./tls/certificates.ts";
export type { SimulatedTls } from "./tls/tls-end.ts";
