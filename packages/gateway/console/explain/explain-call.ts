/** Explains why a call of `@connections` was refused (docs/aws §11.5). */
import { explainSignature } from './explain-signature.ts';
import { sentence } from './reason.ts';
import type { Circumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

/** What to do about a refusal that has no code of API Gateway, by its status. */
const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'Use the connectionId that the event of $connect or of a message had, percent-encoded in a path, as an SDK does.',
  404: 'Call POST, GET or DELETE of /{stage}/@connections/{connectionId}, or use the Management API of an SDK with the endpoint https://{api}.execute-api.{region}.amazonaws.com/{stage}.',
  410: 'Forget the connection: it has ended, or belongs to another stage. A message to a client that is still connecting is refused as well, until its $connect route has responded.',
  413: 'Send at most 128 KB in a message, or split it.',
  429: 'Send again after a break: the message was not delivered.',
};

export function explainCall(about: Circumstances): Reason {
  const { defect, code, failure = '', status, apiId, stageName = '', method } = about;
  if (defect?.kind === 'signature') return explainSignature(about);
  const because = [sentence(failure)];
  if (code === 'ACCESS_DENIED')
    return {
      because,
      changes: [
        `Allow execute-api:ManageConnections on arn:aws:execute-api:*:*:${apiId}/${stageName}/${method}/@connections/* in the policies of the role or user that signs the call.`,
      ],
    };
  const change = code === undefined ? BY_STATUS[status] : undefined;
  if (code === 'STAGE_NOT_FOUND')
    return {
      because,
      changes: [
        'Begin the path with a stage that the API has. If DisableExecuteApiEndpoint is set, only a custom domain reaches the stages.',
      ],
    };
  return { because, changes: change === undefined ? [] : [change] };
}
