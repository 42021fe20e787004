/** Explains why a call to `@connections` was refused (docs/aws §11.5). */
import { adviseEndpoint } from './call-advice.ts';
import { findMissingRights } from './missing-right.ts';
import { explainSignature } from './explain-signature.ts';
import { sentence } from './reason.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** Advice on refusals without an error code of API Gateway, by status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'Use the connectionId from the event of $connect or of a message. In a path, percent-encode it, as an SDK does.',
  404: 'Call POST, GET or DELETE of /{stage}/@connections/{connectionId}, or use the Management API of an SDK with the endpoint https://{api}.execute-api.{region}.amazonaws.com/{stage}.',
  410: 'Catch GoneException (410) in the sender, and delete the stored connection id: the connection has ended, or belongs to another stage. A client that connects again gets a new connection id. A message to a client that is still connecting is refused as well, until its $connect route has responded.',
  413: 'Send at most 128 KB in a message, or split it.',
  429: 'Wait a moment and send the message again: it was not delivered.',
};

export function explainCall(about: Circumstances): Reason {
  const { defect, code, failure = '', status, stages, statements } = about;
  if (defect?.kind === 'signature') {
    const { because: signed, changes } = explainSignature(about);
    if (defect.faults.length > 0) return { because: signed, changes };
    return {
      because: [...signed, 'Calls to @connections are always signed, even if $connect is open to everyone.'],
      changes: [
        ...changes,
        'A Management API client of an SDK and `aws apigatewaymanagementapi post-to-connection` sign the call; their identity needs execute-api:ManageConnections.',
      ],
    };
  }
  const because = [sentence(failure)];
  if (code === 'ACCESS_DENIED') return { because, changes: findMissingRights([failure], statements).changes };
  const change =
    code === undefined
      ? ((status === 404 ? adviseEndpoint(failure, about) : undefined) ?? BY_STATUS[status])
      : undefined;
  if (code === 'STAGE_NOT_FOUND')
    return {
      because: [
        ...because,
        `The endpoint of a Management API client (@connections) ends with the stage${stages.length === 0 ? '' : `; the API has ${stages.map((name) => `/${name}`).join(', ')}`}.`,
      ],
      changes: [
        'Create the Management API client with the endpoint https://{domainName}/{stage}, both from requestContext of the event: `https://${event.requestContext.domainName}/${event.requestContext.stage}`. At a custom domain, the base path of its mapping takes the place of the stage.',
      ],
    };
  return { because, changes: change === undefined ? [] : [change] };
}
