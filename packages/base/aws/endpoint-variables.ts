/** `AWS_ENDPOINT_URL_<SERVICE>`: sends calls to one service, or to all, to an address different from AWS's. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Service ids of SDKs as their variables spell them, where they differ from the name that calls are signed for. */
const VARIABLES: Readonly<Record<string, string>> = {
  apigateway: 'API_GATEWAY',
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

/** The variable with the address for calls to a service; its name has no hyphens. */
export function endpointVariableOf(service: string): string {
  return service.includes('-')
    ? 'AWS_ENDPOINT_URL'
    : `AWS_ENDPOINT_URL_${VARIABLES[service] ?? service.toUpperCase()}`;
}

/** Without a trailing slash; undefined means AWS's own address. */
export function givenEndpoint(service: string, environment: Environment): string | undefined {
  const all = [environment[endpointVariableOf(service)], environment['AWS_ENDPOINT_URL']];
  // An empty value counts as unset.
  return all.find((given) => given !== undefined && given !== '')?.replace(/\/$/, '');
}
