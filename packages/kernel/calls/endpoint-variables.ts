/**
 * Service ids of SDKs as their variables spell them, where they differ from the names in integration URIs.
 */
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

export function serviceOf(variable: string): string {
  const id = toServiceId(variable);
  return SERVICES.get(id) ?? id;
}

/** The variable that sends calls of a service elsewhere; its name has no hyphens. */
export function endpointVariableOf(service: string): string {
  return service.includes('-')
    ? 'AWS_ENDPOINT_URL'
    : `AWS_ENDPOINT_URL_${VARIABLES[service] ?? service.toUpperCase()}`;
}
