/** How the variables of AWS's SDKs, AWS_ENDPOINT_URL_<SERVICE>, call services. */

/** Service ids of SDKs, as their variables spell them, where those are not the names in integration URIs. */
const VARIABLES: Readonly<Record<string, string>> = {
  events: 'EVENTBRIDGE',
  states: 'SFN',
  monitoring: 'CLOUDWATCH',
  logs: 'CLOUDWATCH_LOGS',
};
const SERVICES: ReadonlyMap<string, string> = new Map(
  Object.entries(VARIABLES).map(([service, variable]) => [toServiceId(variable), service]),
);

function toServiceId(variable: string): string {
  return variable.toLowerCase().replaceAll('_', '');
}

/** The service that the end of a variable means. */
export function serviceOf(variable: string): string {
  const id = toServiceId(variable);
  return SERVICES.get(id) ?? id;
}

/** What leads calls of one service elsewhere; a name with a hyphen is no part of a variable's. */
export function endpointVariableOf(service: string): string {
  return service.includes('-')
    ? 'AWS_ENDPOINT_URL'
    : `AWS_ENDPOINT_URL_${VARIABLES[service] ?? service.toUpperCase()}`;
}
