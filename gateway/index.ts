/** The package's entry: what programs and the command line may use of the gateway. */
export { createStreamSink } from './adapters/log-streams.ts';
export { parseDaemonAddress } from './adapters/xray.ts';
export { createGateway, inspectStacks, listRoutes } from './compose.ts';
export { DefinitionError, StartError } from './errors.ts';
export { printLogLine } from './lambda/log-line.ts';
export { chooseKeyPair } from './services/identity-file.ts';
export type { DaemonAddress } from './adapters/xray.ts';
export type { InspectedApi, InspectedRoute } from './control/inspect-apis.ts';
export type { ApiListing, ApiRoutes } from './control/list-apis.ts';
export type { ResolvedStack, UnsupportedItem } from './definition/model.ts';
export type { Gateway, GatewayOptions, InjectedRequest, Listening } from './gateway.ts';
export type { TokenWish } from './server/issuer.ts';
export type { SharedPorts } from './server/port-plan.ts';
export type { AwsEndpoints } from './services/service-client.ts';
export type { DynamoDbChoice } from './services/store.ts';
