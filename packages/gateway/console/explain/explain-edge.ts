/** The story of a request that CloudFront answered itself. */
import { listed, sentence, withStop } from './reason.ts';
import type { Circumstances, EdgeCircumstances } from './circumstances.ts';
import type { EdgeAnswer } from '../../kernel/edge-record.ts';
import type { Reason } from './reason.ts';

export function explainEdge(
  edge: EdgeCircumstances,
  about: Pick<Circumstances, 'method' | 'status'>,
): Reason {
  const { domainName, pattern } = edge;
  const begin =
    pattern === undefined
      ? `No cache behavior of the distribution ${domainName} matches the path.`
      : `The ${pattern === '*' ? 'default cache behavior' : `cache behavior ${pattern}`} of the distribution ${domainName} applies.`;
  const own = explainAnswer(edge.answer, edge, about);
  return { because: [begin, ...own.because], changes: own.changes };
}

function explainAnswer(
  answer: EdgeAnswer,
  edge: EdgeCircumstances,
  about: Pick<Circumstances, 'method' | 'status'>,
): Reason {
  const { method } = about;
  const { domainName } = edge;
  const at = edge.place === undefined ? '' : ` (${edge.place})`;
  switch (answer.kind) {
    case 'method':
      return {
        because: [
          `Its AllowedMethods${at} are ${listed(answer.allowed)}, and not ${method}. CloudFront refuses other methods before it asks the origin.`,
        ],
        changes: [
          `Add ${method} to AllowedMethods${at}: CloudFront knows three lists, [GET, HEAD], [GET, HEAD, OPTIONS], and all seven methods.`,
        ],
      };
    case 'get-body':
      return {
        because: [
          'The GET request has a body, and CloudFront answers such a request with 403 without asking the origin.',
        ],
        changes: ['Send the values in the query, or send a POST request.'],
      };
    case 'https-only':
      return {
        because: [`ViewerProtocolPolicy${at} is https-only, and the request came by HTTP.`],
        changes: [
          `Call the distribution by https://, or set ViewerProtocolPolicy${at} to redirect-to-https.`,
        ],
      };
    case 'redirect':
      return {
        because: [
          `ViewerProtocolPolicy${at} is redirect-to-https, and the request came by HTTP. CloudFront redirects to ${answer.location}; the API was not called.`,
        ],
        changes: [
          `Call ${answer.location} itself: a client that follows the redirect may send the request without its body or its Authorization header. Or set ViewerProtocolPolicy${at} to allow-all.`,
        ],
      };
    case 'too-long':
      return {
        because: [
          'The URL has more than 8,192 bytes, or the request without its body more than 32,768, which are quotas of CloudFront.',
        ],
        changes: ['Send less in the URL, the headers and the cookies, and long values in the body.'],
      };
    case 'web-acl':
      return { because: answer.because, changes: answer.changes };
    case 'closed':
      return {
        because: [withStop(`The gateway serves nothing here, because ${answer.reason}. AWS would serve it`)],
        changes: [
          `Remove what is not supported from the distribution${at} for this machine, or call the API at its own address.`,
        ],
      };
    case 'cached':
      return {
        because: [
          `The response came from CloudFront's cache (${answer.reason} ${answer.ageSeconds} s ago, cache policy ${answer.policy}); the API was not called.`,
          ...(about.status >= 400
            ? [
                'CloudFront also caches errors, for 10 s unless ErrorCachingMinTTL or Cache-Control says otherwise.',
              ]
            : []),
        ],
        changes: [
          `If the response differs by a header, a cookie or a query parameter, add that one to the cache key of the cache policy ${answer.policy}${at}; if it must be current, answer with Cache-Control: no-store, or invalidate the path (aws cloudfront create-invalidation).`,
        ],
      };
    case 'origin-failed':
      return {
        because: [sentence(`the origin ${answer.origin} did not answer: ${answer.message}`)],
        changes: [`Check DomainName, the port and OriginProtocolPolicy of the origin ${answer.origin}${at}.`],
      };
    case 'host':
      return {
        because: [
          `${answer.isLegacy ? 'The cache behavior' : `The origin request policy ${answer.policy}${at}`} forwards the viewer's Host header, ${domainName}, to ${answer.origin}. API Gateway chooses the API by Host, and no API has this one, so it refuses the request before any route is looked at.`,
        ],
        changes: [
          answer.isLegacy
            ? `Do not forward Host${at}: remove it from the forwarded headers.`
            : `Set OriginRequestPolicyId${at} to b689b0a8-53d0-40ab-baf2-68738e2966ac (AllViewerExceptHostHeader).`,
        ],
      };
    case 'error-page': {
      const before = answer.before === undefined ? undefined : explainAnswer(answer.before, edge, about);
      return {
        because: [
          `${before === undefined ? 'The origin' : 'CloudFront'} answered ${answer.own}, and CustomErrorResponses${at} replace ${answer.own} by ${answer.page} with ${about.status}.`,
          ...(before?.because ?? []),
        ],
        changes: [
          `Remove the entry for ${answer.own} from CustomErrorResponses${at}, to see the error itself: it applies to the responses of all origins, an API included.`,
          ...(before?.changes ?? []),
        ],
      };
    }
  }
}
