/** Writes replies to sockets that Node's HTTP server does not handle any more. */
import { STATUS_CODES } from '@gatewright/aws/node-http';
import { wordRefusal } from '../core/deployment/wordings/refusal-wordings.ts';
import type { Refusal } from '../core/deployment/wordings/refusal-wordings.ts';
import type { Reply } from '../core/exchange.ts';

export type RawReply = Pick<Readonly<Reply>, 'status' | 'body'> & { readonly headers: readonly string[] };

/** Formats the status line and the headers. They tell the client that the connection ends after the body. */
export function printHead({ status, headers, body }: RawReply): string {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let index = 0; index + 1 < headers.length; index += 2)
    lines.push(`${headers[index] ?? ''}: ${headers[index + 1] ?? ''}`);
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', '');
  return lines.join('\r\n');
}

export function printRefusal(refusal: Refusal): string {
  const reply = wordRefusal(refusal);
  return printHead(reply) + reply.body;
}
