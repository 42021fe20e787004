/** The package's entry point, for programs and the command line. */
export { createStreamSink } from '../server/adapters/log-streams.ts';
export { parseDaemonAddress } from '../kernel/calls/daemon-address.ts';
export { createGateway } from './compose/start.ts';
export { placeOwnFolder } from './place-own-folder.ts';
export { inspectStacks, listRoutes } from './compose/loading/read-stacks.ts';
export { openDefinition } from './compose/loading/definition.ts';
export { checkRecords, findUnjudged } from './compose/loading/review-screens.ts';
export { readHome } from '../core/stack/home.ts';
export { hasDefinition, NOTHING_SERVED, requireSources } from '../templates/load.ts';
export { DefinitionError, StartError } from '../core/errors.ts';
export { bundleHandler } from '../lambda/code/bundle-handler.ts';
export { readHandlerSources } from '../lambda/code/handler-sources.ts';
export { INTEGRATION_TIMEOUTS } from '../core/integration-timeouts.ts';
export { addressOf, fillPath, templateAddressOf } from '../core/routing/route-address.ts';
export { describeReload } from './gateway.ts';
export { endMarked } from '../lambda/process/process-group.ts';
export { isMetricLine, printLogLine } from '../lambda/function-log-line.ts';
export { readAwsEndpoints } from '../kernel/calls/aws-endpoints.ts';
export { openCustomerConsole } from './compose/control-port/customer-console.ts';
export { explain } from '../console/explain/explain.ts';
export { findNearMisses } from '../console/records/near-misses.ts';
export { readStore } from './settings.ts';
export { START_OPTIONS } from './start-options.ts';
export { groupOf, optionNames, toFlagName, toSettings } from './start-settings.ts';
export { pageKeyFolder } from '../console/endpoints/page-key.ts';
export { runningFolder } from '../kernel/files/running-gateways.ts';
export { chooseKeyPair } from '../kernel/files/identity-file.ts';
export type { CheckedScreen, Service, ServiceEntry, ServicePorts } from '../kernel/service.ts';
export type { DefinitionPlane } from './compose/loading/definition.ts';
export type { DaemonAddress } from '../kernel/calls/daemon-address.ts';
export type { InspectedApi, InspectedRoute } from '../control/loading/inspect-apis.ts';
export type { ApiListing, ApiRoutes } from '../control/loading/list-apis.ts';
export type { ResolvedResource, ResolvedStack, UnsupportedItem } from '../core/stack/model.ts';
export type { Gateway, GatewayOptions, ProgramOptions, InjectedRequest, Listening } from './gateway.ts';
export type { RecordState, RequestDetail, RequestRow } from '../console/records/model.ts';
export type {
  Circumstances,
  GuardCircumstances,
  IntegrationCircumstances,
  MeterCircumstances,
} from '../console/explain/circumstances.ts';
export type { Defect } from '../core/defect.ts';
export type { Story } from '../console/explain/explain.ts';
export { findRefusedCall } from '../console/explain/refused-call.ts';
export type { ConsoleFiles } from '../console/endpoints/console-files.ts';
export type { CustomerBook } from '../console/endpoints/show-customers.ts';
export type { PortalBook } from '../console/endpoints/show-portal.ts';
export type { ShownOrganisation } from '../console/endpoints/portal-model.ts';
export type { ShownCustomer, ShownCustomerRow, ShownCustomers } from '../console/endpoints/customer-model.ts';
export { findToolkit } from '../core/stack/own-first.ts';
export type { InvoiceBook } from '../console/endpoints/show-invoices.ts';
export type { ShownInvoice, ShownInvoices } from '../console/endpoints/invoice-model.ts';
export type { AccessBook, AskedLimit } from '../console/endpoints/show-access.ts';
export type {
  AccessQuestion,
  AccessReply,
  AccessVerdict,
  AskedOfServer,
  ShownAccess,
} from '../console/endpoints/access-model.ts';
export type { Isolation } from '../core/stack/function.ts';
export type { Flags, LoadFlags, Settings } from './start-settings.ts';
export type { TokenOptions } from '../cognito/issuer.ts';
export type { HandlerSource } from '../lambda/code/package-sources.ts';
export type { FunctionDefinition } from '../core/stack/function.ts';
export type { SharedPorts } from '../server/port-plan.ts';
export type { AwsEndpoints } from '../kernel/calls/service-client.ts';
export type { DynamoDbChoice } from '../kernel/files/model.ts';
