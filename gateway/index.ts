/** The package's entry: what programs and the command line may use of the gateway. */
export { createStreamSink } from './adapters/log-streams.ts';
export { parseDaemonAddress } from './adapters/xray.ts';
export { createGateway, inspectStacks, listRoutes } from './compose.ts';
export { openDefinition } from './compose-definition.ts';
export { readHome } from './definition/home.ts';
export { NOTHING_SERVED, requireSources } from './definition/load.ts';
export { DefinitionError, StartError } from './errors.ts';
export { readHandlerSources } from './lambda/handler-sources.ts';
export { addressOf } from './routing/route-address.ts';
export { describeReload } from './reload-text.ts';
export { endMarked } from './lambda/process/process-group.ts';
export { printLogLine } from './lambda/log-line.ts';
export { readAwsEndpoints } from './services/aws-endpoints.ts';
export { explain } from './explain/explain.ts';
export { findNearMisses } from './records/near-misses.ts';
export { readDuration, readStore } from './settings.ts';
export { START_OPTIONS } from './start-options.ts';
export { optionNames, toFlagName, toSettings } from './start-settings.ts';
export { runningFolder } from './services/running-gateways.ts';
export { chooseKeyPair } from './services/identity-file.ts';
export type { DefinitionPlane } from './compose-definition.ts';
export type { DaemonAddress } from './adapters/xray.ts';
export type { InspectedApi, InspectedRoute } from './control/inspect-apis.ts';
export type { ApiListing, ApiRoutes } from './control/list-apis.ts';
export type { ResolvedResource, ResolvedStack, UnsupportedItem } from './definition/model.ts';
export type { Gateway, GatewayOptions, GivenOptions, InjectedRequest, Listening } from './gateway.ts';
export type { RecordState, RequestDetail, RequestRow } from './records/model.ts';
export type {
  Circumstances,
  GuardCircumstances,
  IntegrationCircumstances,
  MeterCircumstances,
} from './explain/circumstances.ts';
export type { Story } from './explain/explain.ts';
export type { ConsoleFiles } from './console-api/console-files.ts';
export type { InvoiceBook } from './console-api/show-invoices.ts';
export type { ShownInvoice, ShownInvoices } from './console-api/invoice-model.ts';
export type { AccessBook } from './console-api/show-access.ts';
export type { AccessQuestion, AccessReply, ShownAccess } from './console-api/access-model.ts';
export type { Isolation } from './lambda/model.ts';
export type { Flags, LoadFlags, Settings } from './start-settings.ts';
export type { TokenWish } from './issuer/issuer.ts';
export type { HandlerSource } from './lambda/handler-sources.ts';
export type { FunctionDefinition } from './lambda/model.ts';
export type { SharedPorts } from './server/port-plan.ts';
export type { AwsEndpoints } from './services/service-client.ts';
export type { DynamoDbChoice } from './services/model.ts';
