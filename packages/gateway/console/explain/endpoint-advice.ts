/** Says what to do about an AWS client that calls a local emulator, such as DynamoDB Local, which does not run. */

/** The line of `lambda/worker/refused-endpoints.ts` and of `lambda/process/python/refused_endpoints.py`. */
const NOT_REACHED =
  /^calls (?<service>[a-z0-9-]+) at (?<address>https?:\/\/\S+)(?: \(the value of (?<setting>\w+)\))?, where nothing listens/m;
/**
 * The errors of a connection, or of the time that a function has. Node.js tries several addresses of a name, and the
 * error of all of them has no message.
 */
const OF_CONNECTION =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|Could not connect to the endpoint URL|EndpointConnectionError|Sandbox\.Timedout|Task timed out|^AggregateError: $/;

/** Returns undefined if no line names a call to an emulator that was not reached. */
export function adviseEmulator(lines: readonly string[]): string | undefined {
  const found = lines.map((line) => NOT_REACHED.exec(line)?.groups).find((groups) => groups !== undefined);
  const { service = '', address, setting } = found ?? {};
  if (address === undefined) return undefined;
  if (setting?.startsWith('AWS_ENDPOINT_URL') === true)
    return `Remove ${setting} from the environment of the function in the template: its value is ${address}, where nothing listens, and the SDK would call this address on AWS as well. The calls then go to this gateway, and to AWS after a deployment. Or start the emulator at this address.`;
  return `Create the client of ${service} without the endpoint ${address}, where nothing listens, and without a region and keys of its own: its calls then go to this gateway, which serves the tables, queues and topics of the stack, and to AWS after a deployment. If the code decides by a variable, such as IS_OFFLINE or STAGE, give the variable the value that it has on AWS. Or start the emulator at this address.`;
}

/** Advises on a call whose error the code caught, if the status says that the function or its call failed. */
export function adviseCaught(lines: readonly string[], status = 0): string | undefined {
  return status < 500 ? undefined : adviseEmulator(lines);
}

/** Whether a function failed because a connection failed, or ran out of time. */
export function isOfConnection(errorType: string, errorMessage: string): boolean {
  return OF_CONNECTION.test(`${errorType}: ${errorMessage}`);
}
