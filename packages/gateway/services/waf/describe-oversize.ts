/**
 * Creates the sentences of `explain` about parts of a request that are larger than what AWS WAF inspects: their
 * OversizeHandling decides, whatever the statement looks for.
 */
import type { Field, WebAcl } from './rules/statement.ts';

/** @see https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html */
const LIMIT_OF_OTHERS = 'first 8 KB or 200 items';

/** Sizes of bodies that AWS WAF inspects, with the names in AssociationConfig. */
export const BODY_LIMITS: Readonly<Record<string, number>> = {
  KB_16: 16_384,
  KB_32: 32_768,
  KB_48: 49_152,
  KB_64: 65_536,
};

export function describeOversize(field: Field, { bodyLimitBytes }: WebAcl, bodyBytes?: number): string {
  const handling = 'oversize' in field ? field.oversize : 'MATCH';
  const inspected = isBody(field) ? `first ${bodyLimitBytes} bytes` : LIMIT_OF_OTHERS;
  const size = isBody(field) && bodyBytes !== undefined ? ` (this one has ${bodyBytes} bytes)` : '';
  return `the ${field.kind.replaceAll('-', ' ')} of the request exceeds the ${inspected} that AWS WAF inspects${size}, so OversizeHandling: ${handling} decides the result, whatever the statement compares`;
}

export function adviseOversize(field: Field, acl: WebAcl, bodyBytes = 0): readonly string[] {
  const limit =
    isBody(field) && bodyBytes > 0
      ? Object.entries(BODY_LIMITS).find(([, bytes]) => bytes >= bodyBytes)?.[0]
      : undefined;
  const association = acl.arn.includes(':global/') ? 'CLOUDFRONT' : 'API_GATEWAY';
  return [
    ...(limit === undefined
      ? []
      : [
          `Let the web ACL inspect larger bodies: AssociationConfig: { RequestBody: { ${association}: { DefaultSizeInspectionLimit: ${limit} } } }. The limit is at most 64 KB (KB_64), and AWS charges more above 16 KB.`,
        ]),
    `${limit === undefined ? 'Set' : 'For still larger bodies, set'} OversizeHandling: CONTINUE, so that the statement compares only the part that AWS WAF inspects${isBody(field) ? ', and check the size of the body in the function' : ''}.`,
  ];
}

function isBody({ kind }: Field): boolean {
  return kind === 'body' || kind === 'json-body';
}
