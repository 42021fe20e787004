/**
 * Defines the `quota` section of an access document. It determines what the authorizer charges for each allowed
 * request.
 */
import { ID_PATTERN } from '@gatewright/handlers/quota/plan/plan-fields';
import { CLAIM_PATH } from './document-conditions.ts';
import { described, either, list, mapped, object, oneOf, text } from './shape.ts';
import type { Shape } from './shape.ts';

const ID = text(ID_PATTERN, 'a name of letters, digits, dots, _ and -, such as partner');

/** A name, which is either the same for all callers or the value of a claim in a verified token. */
const NAMED = either(
  mapped(ID, (name) => ({ name })),
  object({ claim: CLAIM_PATH }, {}),
  (value) => typeof value !== 'object',
);

export type PlanText = { readonly id: string };

/** The schema checks only part of a plan. The quota library, which the compiler provides, checks the rest. */
const PLAN: Shape<PlanText> = {
  schema: { type: 'object', properties: { id: ID.schema }, required: ['id'] },
  expected:
    'a customer plan, such as {id: gold, version: 1, limits: [{id: daily, level: key, quota: 100, period: DAY}]}',
  read(value, path, report) {
    const { id } = (typeof value === 'object' && value !== null ? value : {}) as { readonly id?: unknown };
    if (id === undefined) report(path, '"id" is missing: write id: and the name of the plan');
    else if (ID.read(id, [...path, 'id'], report) !== undefined) return value as PlanText;
    return undefined;
  },
};

export const QUOTA = object(
  {
    plan: described(
      NAMED,
      'Id of the customer plan, or the claim that contains the id. A caller without the claim is denied.',
    ),
    tenant: described(
      NAMED,
      'Tenant that is charged: a name that no other API with the same usage table uses, or the claim that contains the tenant.',
    ),
  },
  {
    key: described(
      object({ claim: CLAIM_PATH }, {}),
      'The claim that contains the key to charge. Default: the principal, which consists of issuer and subject.',
    ),
    count: described(
      oneOf('request', 'access-log'),
      'request: the authorizer charges each request. access-log: usage-tracker charges each logged request some seconds later. The authorizer only denies callers who are over quota; it charges nothing, so API Gateway may cache its results. Default: request.',
    ),
    when: described(
      object(
        { issuers: list(text(/^[a-z0-9][a-z0-9-]*$/, 'the id of an issuer of the document'), 1, 20) },
        {},
      ),
      'Charges only callers with a credential of one of these issuers. All other callers are not charged, only checked by the rules, so that users and partners can share a route. Default: all callers.',
    ),
    routes: described(
      list(text(/^([A-Z]+ \/\S*|[A-Z]+ \$default)$/, 'a route of the API, such as GET /orders/{id}')),
      'The charged routes. Default: all. The plan defines the cost of a request.',
    ),
    plans: described(
      list(PLAN, 1, 20),
      'Customer plans, saved in the usage table if the table lacks them or has older versions.',
    ),
    admissionKey: described(
      text(
        /^[A-Za-z0-9_-]{20,100}(\$\{stage\})?$/,
        'the value of an API key: 20 to 100 letters, digits, _ and -, and then ${stage} for the stage of the API, such as shop-admitted-requests-${stage}; the characters of ${stage} do not count',
      ),
      'REST APIs with ApiKeySourceType AUTHORIZER: the value of the API key that the authorizer returns for admitted requests. A request over quota then gets the gateway response INVALID_API_KEY, which can be mapped to 429; without admissionKey, it gets 403. API Gateway allows each value only once per account and region, so end the value with ${stage}.',
    ),
  },
);
