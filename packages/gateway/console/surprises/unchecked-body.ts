/**
 * Finds bodies that API Gateway did not validate although the method has a model: no model is for the type of the body,
 * or the method has no validator that checks bodies.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
 */
import { asText, parseJson } from '@gatewright/aws/json-object';
import { DefinitionError } from '../../core/errors.ts';
import { bareType } from '../../core/events/media-types.ts';
import { toDeploy } from '../explain/reason.ts';
import { nameSetting } from '../explain/setting-text.ts';
import { findByPhysicalId } from '../records/find-places.ts';
import { isSelecting } from './selected-response.ts';
import type { RequestModel } from '../../core/deployment/model.ts';
import type { SchemaVerdict } from '../../core/deployment/models/json-schema.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind, Told } from './surprise.ts';

const notValidated: SurpriseKind = {
  code: 'BODY_NOT_VALIDATED',
  editsApi: true,
  mark: 'not validated',
  source: 'docs/aws §6',
  find(facts) {
    const { received } = facts.recorded;
    const { route, api, body } = received;
    // A body that was not checked often makes the function fail.
    if (facts.called === undefined || api.protocol !== 'rest' || body === undefined) return undefined;
    const bodies = route?.validation?.bodies;
    if (bodies === undefined || bodies.size === 0) return findUnchecked(facts, typeOf(received));
    const type = typeWithoutModel(received);
    return type === undefined ? undefined : tellOtherType(facts, type);
  },
};

type Sent = Pick<SurpriseFacts['recorded']['received'], 'headers' | 'route' | 'body'>;

function typeOf({ headers }: Sent): string {
  return bareType(headers.last('content-type') ?? 'application/json');
}

/** Returns the media type of a body that was not checked, because the method has models for other types only. */
export function typeWithoutModel(received: Sent): string | undefined {
  const bodies = received.route?.validation?.bodies;
  if (received.body === undefined || bodies === undefined || bodies.size === 0) return undefined;
  const type = typeOf(received);
  return bodies.has(type) || bodies.has('$default') ? undefined : type;
}

function tellOtherType(facts: SurpriseFacts, type: string): Told {
  const { called: integration, definition } = facts;
  const { received } = facts.recorded;
  const models = received.route?.requestModels ?? [];
  const types = [...(received.route?.validation?.bodies.keys() ?? [])];
  const fault = models.length === 1 ? describeFault(models[0], received.body) : undefined;
  return {
    values: { contentType: type, models: types },
    because: [
      `The body was not validated: the method has a model for ${types.join(', ')}, but none for ${type}, and API Gateway validates no other types.`,
      ...(fault === undefined ? [] : [fault]),
    ],
    changes: [
      // SAM writes a RequestModel for application/json only, and makes only proxy integrations.
      definition?.isMadeBySam === true && definition.isDocument !== true
        ? `RequestModel of SAM is for application/json only: make the function answer 415 for ${type}, or give the API a DefinitionBody with ${type} in content of the requestBody of the operation, with the same model.`
        : // PassthroughBehavior has no effect on a proxy integration.
          integration !== undefined && isSelecting(integration)
          ? `Add ${type} (or $default) to RequestModels of the method, with the same model. Or set PassthroughBehavior of the integration to NEVER: a type without a request template then gets 415.`
          : `Add ${type} (or $default) to RequestModels of the method, with the same model.`,
    ],
  };
}

/** A model without a validator only documents the body. That is intended as long as bodies match the model. */
function findUnchecked(facts: SurpriseFacts, type: string): Told | undefined {
  const { recorded, definition, isToolkit } = facts;
  const { route, body } = recorded.received;
  const { requestModels: models = [] } = route ?? {};
  const model =
    models.find(({ mediaType }) => mediaType === type) ??
    models.find(({ mediaType }) => mediaType === '$default');
  const fault = isToolkit ? undefined : describeFault(model, body);
  if (model === undefined || fault === undefined) return undefined;
  return {
    values: { contentType: type, models: [model.mediaType] },
    because: [
      `The body was not validated: the method has the model ${model.name} for ${model.mediaType}, but no validator that checks bodies, and without one a model only documents them.`,
      fault,
    ],
    changes: [
      `To refuse such bodies with 400, set ${nameValidator(facts) ?? nameSetting('bodyValidator', definition)}.${toDeploy('rest')}`,
    ],
  };
}

/** A validator that the method has already needs only one more setting. Formats other than templates write none. */
function nameValidator({
  recorded: { received },
  stacks = [],
  definition,
}: SurpriseFacts): string | undefined {
  if (definition !== undefined && definition.form !== 'cloudformation') return undefined;
  const stack = stacks.find(({ stackName }) => stackName === received.api.stackName);
  const { RequestValidatorId: id } = stack?.resources.get(received.route?.logicalId ?? '')?.properties ?? {};
  const validator = findByPhysicalId(stacks, 'AWS::ApiGateway::RequestValidator', asText(id) ?? '');
  return validator && `ValidateRequestBody: true on the validator ${validator.logicalId}`;
}

/** Says why the model would refuse the body; undefined if it would not. */
function describeFault(model: RequestModel | undefined, body: Buffer | undefined): string | undefined {
  const text = body?.toString() ?? '';
  const value = parseJson(text);
  const verdict = model === undefined || value === undefined ? undefined : judge(model, value, text.length);
  if (model === undefined || verdict?.isValid !== false) return undefined;
  const [, missing] = /missing required properties \(\[(.*?)\]\)/.exec(verdict.details) ?? [];
  const names = missing?.replaceAll('"', '').replaceAll(',', ', ');
  return names === undefined
    ? `The body does not match the model ${model.name}: ${verdict.details}.`
    : `The body lacks ${names}, which the model ${model.name} requires.`;
}

function judge({ check }: RequestModel, value: unknown, length: number): SchemaVerdict | undefined {
  try {
    return check(value, length);
  } catch (error) {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  }
}

export const UNCHECKED_BODY: readonly SurpriseKind[] = [notValidated];
