/** Reads the error in the reply of an AWS service, in the JSON, CBOR or XML of the service's protocol. */
import { decodeCbor } from '@gatewright/aws/cbor';
import { asJsonObject, membersOf, parseJsonObject } from '@gatewright/aws/json-object';
import { readElement } from './xml-element.ts';

type ServiceError = { readonly code: string | undefined; readonly message: string | undefined };

type Reply = {
  /** A flat list of names and values. */
  readonly headers?: readonly string[];
  readonly body: string | Buffer;
};

/** Returns the code without its namespace. A member is undefined if the reply does not have it. */
export function readServiceError({ headers = [], body }: Reply): ServiceError {
  const valueOf = (wanted: string): string | undefined => {
    const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === wanted);
    return at === -1 ? undefined : headers[at + 1];
  };
  const text = body.toString();
  const isCbor = valueOf('content-type')?.startsWith('application/cbor') === true;
  const parsed = (isCbor ? asJsonObject(decodeCbor(Buffer.from(body))) : parseJsonObject(text)) ?? {};
  // Services with the query protocol respond to API Gateway, which accepts JSON, with {"Error": {"Code", "Message"}}.
  const { Code, Message: inner } = membersOf(parsed['Error']);
  const { __type: type, code, message, Message } = parsed;
  const inXml = (name: string): string | undefined => (isCbor ? undefined : readElement(text, name));
  const said = [message, Message, inner, inXml('Message')].find((each) => typeof each === 'string');
  const named = [valueOf('x-amzn-errortype'), type, code, Code, inXml('Code')].find(
    (each) => typeof each === 'string',
  );
  return { code: named === undefined ? undefined : bareCode(named), message: said };
}

/**
 * Removes the namespace, and the address that follows the code.
 * @see https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
 */
function bareCode(named: string): string {
  const [code = ''] = named.slice(named.indexOf('#') + 1).split(':');
  return code;
}
