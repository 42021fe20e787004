/** Writes and deletes parameters as PutParameter and DeleteParameter do (Systems Manager API reference). */
import { PARAMETER_CHARACTERS, tooLong } from '../../core/deployability/call-words.ts';
import { ServiceRefusal } from '../../core/errors.ts';
import { asText, listOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import type { LocalValues } from './local-values.ts';
import { isParameterType } from './value-definitions.ts';
import { notServed, textField, textsField } from './value-call.ts';

const MAX_NAMES = 10;
/** Members that the gateway does not enforce, so a call with one of them is refused. */
const NOT_SERVED = ['Policies', 'AllowedPattern'];

/**
 * AWS's words (getmoto/moto#4283, hashicorp/terraform-provider-aws#13578, #18521). The words about the type are from
 * getmoto/moto itself.
 */
const TAGS_AND_OVERWRITE =
  "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.";
const THERE_ALREADY =
  'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
const MAX_PARAMETERS = 10_000;
const TOO_MANY = `You have reached the maximum number of standard parameters for this AWS account and Region (${MAX_PARAMETERS}). To add more parameters, either delete existing parameters or upgrade to the advanced-parameter tier (charges apply).`;
const NO_TYPE = 'A parameter type is required when you create a parameter.';

export function putParameter(fields: UnknownMembers, values: LocalValues): UnknownMembers {
  const name = textField(fields, 'Name');
  const value = textField(fields, 'Value');
  const isOverwritten = fields['Overwrite'] === true;
  if (isOverwritten && listOf(fields, 'Tags').length > 0) throw invalid(TAGS_AND_OVERWRITE);
  const known = values.findParameter(name);
  if (known !== undefined && !isOverwritten)
    throw new ServiceRefusal('ParameterAlreadyExists', THERE_ALREADY);
  if (known === undefined && values.parameterCount >= MAX_PARAMETERS)
    throw new ServiceRefusal('ParameterLimitExceeded', TOO_MANY);
  const type = asText(fields['Type']) ?? known?.type;
  if (type === undefined || !isParameterType(type)) throw invalid(NO_TYPE);
  const tier = tierOf(fields['Tier'], value);
  if (value.length > PARAMETER_CHARACTERS[tier]) throw invalid(tooLong(tier));
  const refused = NOT_SERVED.find((member) => (fields[member] ?? undefined) !== undefined);
  if (refused !== undefined) throw notServed(`${refused} of PutParameter`, 'ssm');
  return { Tier: tier, Version: values.putParameter(name, { type, value }) };
}

/**
 * With Intelligent-Tiering, a value that is too long for the standard tier is stored in the advanced tier [doc:
 * PutParameter].
 */
function tierOf(given: unknown, value: string): keyof typeof PARAMETER_CHARACTERS {
  const isLong = value.length > PARAMETER_CHARACTERS.Standard;
  return given === 'Advanced' || (given === 'Intelligent-Tiering' && isLong) ? 'Advanced' : 'Standard';
}

export function deleteParameter(fields: UnknownMembers, values: LocalValues): UnknownMembers {
  if (values.deleteParameter(textField(fields, 'Name'))) return {};
  throw new ServiceRefusal('ParameterNotFound', '');
}

export function deleteParameters(fields: UnknownMembers, values: LocalValues): UnknownMembers {
  const names = textsField(fields, 'Names', MAX_NAMES);
  const deleted = names.filter((name) => values.deleteParameter(name));
  return {
    DeletedParameters: deleted,
    InvalidParameters: names.filter((name) => !deleted.includes(name)),
  };
}

function invalid(message: string): ServiceRefusal {
  return new ServiceRefusal('ValidationException', message);
}
