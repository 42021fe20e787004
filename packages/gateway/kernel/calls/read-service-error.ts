/** Reads the error in the reply of an AWS service, in the JSON or XML of the service's protocol. */
import { membersOf, parseJsonObject } from '@gatewright/aws/json-object';

type ServiceError = { readonly code: string | undefined; readonly message: string | undefined };

/** Returns the code without its namespace. A member is undefined if the body does not have it. */
export function readServiceError(body: string): ServiceError {
  const parsed = parseJsonObject(body) ?? {};
  // Services with the query protocol respond to API Gateway, which accepts JSON, with {"Error": {"Code", "Message"}}.
  const { Code, Message: inner } = membersOf(parsed['Error']);
  const { __type: type, code, message, Message } = parsed;
  const inXml = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]*)</${name}>`)
      .exec(body)?.[1]
      ?.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  const said = [message, Message, inner, inXml('Message')].find((each) => typeof each === 'string');
  const named = [type, code, Code, inXml('Code')].find((each) => typeof each === 'string');
  return { code: named?.slice(named.indexOf('#') + 1), message: said };
}
