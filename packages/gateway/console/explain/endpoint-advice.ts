/** Says what to do about an AWS client that calls a local emulator, such as DynamoDB Local, which does not run. */

/** The line of `lambda/worker/refused-endpoints.ts`, and the error of boto3. */
const NOT_REACHED = [
  /^calls (?<service>[a-z0-9-]+) at (?<address>https?:\/\/\S+)(?: \(the value of \w+\))?, where nothing listens/m,
  /Could not connect to the endpoint URL: "(?<address>https?:\/\/(?![^/"]+\.amazonaws\.com)[^/"]+)/,
];

/** Returns undefined if no text names a call to an emulator that was not reached. */
export function adviseEmulator(texts: readonly string[]): string | undefined {
  const found = NOT_REACHED.flatMap((pattern) => texts.map((text) => pattern.exec(text)?.groups));
  const { service, address } = found.find((groups) => groups !== undefined) ?? {};
  if (address === undefined) return undefined;
  const client = service === undefined ? 'the AWS client' : `the client of ${service}`;
  return `Create ${client} without the endpoint ${address}, where nothing listens, and without a region and keys of its own: its calls then go to this gateway, which serves the tables, queues and topics of the stack, and to AWS after a deployment. If the code decides by a variable, such as IS_OFFLINE or STAGE, give the variable the value that it has on AWS. Or start the emulator at this address.`;
}
