/** Checks the inputs of operations, in addition to the checks that dynalite makes. Each check names its AWS page. */
import { violationsOf } from '@gatewright/aws/call-input';
import type { MemberRule } from '@gatewright/aws/call-input';
import { asText, isJsonObject, membersOf } from '@gatewright/aws/json-object';
import type { UnknownMembers } from '@gatewright/aws/json-object';
import { validationMessage } from '@gatewright/aws/violations';
import { isViewType, VIEW_TYPES } from './stream-record.ts';

type Rule = (input: UnknownMembers) => string | undefined;

const INVALID = 'One or more parameter values were invalid: ';
const TABLE_CLASSES = ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'];
/** The maximum number of tags of one resource (API reference, "TagResource"). */
const MAX_TAGS = 50;

const RULES: Readonly<Record<string, readonly Rule[]>> = {
  CreateTable: [settingsWrong, indexesWrong],
  UpdateTable: [settingsWrong],
  TagResource: [tagsWrong],
  DeleteItem: [returnValuesWrong],
  Query: [selectWrong],
  Scan: [selectWrong, segmentsWrong],
  UpdateItem: [actionsWrong],
};

/**
 * Returns the error message for a wrong input.
 * @param input the input as dynalite's rules accepted it
 * @returns the error message in DynamoDB's words; undefined if the input is correct
 */
export function wrongInput(operation: string, input: UnknownMembers): string | undefined {
  for (const rule of RULES[operation] ?? []) {
    const wrong = rule(input);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Declarations of input members, in dynalite's form. Without them, dynalite would drop these members. */
export const MORE_TYPES: Readonly<Record<string, object>> = {
  CreateTable: {
    TableClass: 'String',
    DeletionProtectionEnabled: 'Boolean',
    SSESpecification: {
      type: 'FieldStruct<SSESpecification>',
      children: { Enabled: 'Boolean', SSEType: 'String', KMSMasterKeyId: 'String' },
    },
    OnDemandThroughput: {
      type: 'FieldStruct<OnDemandThroughput>',
      children: { MaxReadRequestUnits: 'Long', MaxWriteRequestUnits: 'Long' },
    },
    WarmThroughput: {
      type: 'FieldStruct<WarmThroughput>',
      children: { ReadUnitsPerSecond: 'Long', WriteUnitsPerSecond: 'Long' },
    },
    StreamSpecification: {
      type: 'FieldStruct<StreamSpecification>',
      children: { StreamEnabled: 'Boolean', StreamViewType: 'String' },
    },
    Tags: {
      type: 'List',
      children: { type: 'ValueStruct<Tag>', children: { Key: 'String', Value: 'String' } },
    },
  },
};

/** The maximum value of TotalSegments (API reference, "Scan"). */
const MAX_SEGMENTS = 1_000_000;

function segmentsWrong({ TotalSegments: segments }: UnknownMembers): string | undefined {
  return wrongMember(segments, 'totalSegments', { most: MAX_SEGMENTS });
}

/** Checks TableClass, StreamSpecification and Tags (API reference, "CreateTable"). */
function settingsWrong(input: UnknownMembers): string | undefined {
  const { TableClass: tableClass } = input;
  return (
    wrongMember(tableClass, 'tableClass', { values: TABLE_CLASSES }) ?? streamWrong(input) ?? tagsWrong(input)
  );
}

/** Checks the members of StreamSpecification (API reference, "StreamSpecification"). */
function streamWrong({ StreamSpecification: specification }: UnknownMembers): string | undefined {
  if (specification === undefined || specification === null) return undefined;
  const { StreamEnabled: isEnabled, StreamViewType: viewType } = membersOf(specification);
  if (typeof isEnabled !== 'boolean')
    return wrongMember(undefined, 'streamSpecification.streamEnabled', { isRequired: true });
  if (viewType !== undefined && !isViewType(viewType))
    return wrongMember(asText(viewType) ?? typeof viewType, 'streamSpecification.streamViewType', {
      values: VIEW_TYPES,
    });
  return isEnabled && viewType === undefined
    ? `${INVALID}StreamViewType must be specified when StreamEnabled is true`
    : undefined;
}

/** Checks the tags (API reference, "Tag"). */
function tagsWrong({ Tags: tags }: UnknownMembers): string | undefined {
  if (!Array.isArray(tags)) return undefined;
  if (tags.length > MAX_TAGS) return `Too many tags: ${tags.length}, at most ${MAX_TAGS}`;
  const keys = tags.map((tag) => membersOf(tag)['Key']);
  for (const [index, tag] of tags.entries()) {
    const { Key: key, Value: value } = membersOf(tag);
    const at = `tags.${index + 1}.member`;
    const wrong =
      wrongMember(asText(key), `${at}.key`, { isRequired: true, least: 1, most: 128 }) ??
      wrongMember(asText(value), `${at}.value`, { isRequired: true, most: 256 });
    if (wrong !== undefined) return wrong;
  }
  return new Set(keys).size === keys.length ? undefined : 'Duplicate Keys are not allowed in tag list';
}

function wrongMember(value: unknown, at: string, rule: MemberRule): string | undefined {
  const violations = violationsOf(value, at, rule);
  return violations.length === 0 ? undefined : validationMessage(...violations);
}

/** Checks that an INCLUDE projection has attributes (API reference, "Projection"). */
function indexesWrong(input: UnknownMembers): string | undefined {
  const indexes = [input['GlobalSecondaryIndexes'], input['LocalSecondaryIndexes']].flatMap(
    (list): readonly unknown[] => (Array.isArray(list) ? list : []),
  );
  const isBare = indexes.some((index) => {
    const { ProjectionType: type, NonKeyAttributes: names } = membersOf(membersOf(index)['Projection']);
    return type === 'INCLUDE' && names === undefined;
  });
  return isBare ? `${INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified` : undefined;
}

/** Checks that ReturnValues is NONE or ALL_OLD (API reference, "DeleteItem"). */
function returnValuesWrong({ ReturnValues: values = 'NONE' }: UnknownMembers): string | undefined {
  return values === 'NONE' || values === 'ALL_OLD' ? undefined : 'ReturnValues can only be ALL_OLD or NONE';
}

/** Checks Select (API reference, "Query", "Scan"). */
function selectWrong(input: UnknownMembers): string | undefined {
  const {
    Select: select,
    IndexName: index,
    AttributesToGet: toGet,
    ProjectionExpression: projection,
  } = input;
  const given =
    projection === undefined ? (toGet === undefined ? undefined : 'AttributesToGet') : 'ProjectionExpression';
  if (select === 'SPECIFIC_ATTRIBUTES')
    return given === undefined
      ? 'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES'
      : undefined;
  if (typeof select === 'string' && given !== undefined)
    return `Cannot specify the ${given} when choosing to get ${select === 'COUNT' ? 'only the Count' : select}`;
  return select === 'ALL_PROJECTED_ATTRIBUTES' && index === undefined
    ? 'ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName'
    : undefined;
}

/** Checks Action (API reference, "AttributeValueUpdate"). */
function actionsWrong({ AttributeUpdates: updates }: UnknownMembers): string | undefined {
  for (const [name, update] of Object.entries(membersOf(updates))) {
    const { Action: action = 'PUT' } = membersOf(update);
    if (action !== 'PUT' && action !== 'ADD' && action !== 'DELETE')
      return wrongMember(String(action), `attributeUpdates.${name}.member.action`, {
        values: ['ADD', 'PUT', 'DELETE'],
      });
  }
  return undefined;
}

/**
 * Removes plus signs from numbers, because `+1E6` is a valid number but dynalite's reader does not accept it. The
 * function changes `value`, which must be the reader's own copy.
 */
export function dropPlusSigns(value: unknown): void {
  if (Array.isArray(value)) {
    for (const member of value) dropPlusSigns(member);
    return;
  }
  if (!isJsonObject(value)) return;
  const members: Record<string, unknown> = value;
  for (const [name, member] of Object.entries(members)) {
    if (name === 'N' && typeof member === 'string') members[name] = withoutPlus(member);
    else if (name === 'NS' && Array.isArray(member))
      members[name] = member.map((one: unknown) => (typeof one === 'string' ? withoutPlus(one) : one));
    else dropPlusSigns(member);
  }
}

function withoutPlus(number: string): string {
  return /^\+[\d.]/.test(number) ? number.slice(1) : number;
}

const TABLE_ARN =
  /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:(?<account>\d{12}):table\/(?<name>[a-zA-Z0-9_.-]{3,255})$/;

/**
 * Replaces table ARNs with table names, because calls may name a table by its ARN (API reference, "GetItem":
 * TableName). The embedded DynamoDB has no tables of other accounts.
 */
export function withTableNames(input: UnknownMembers, accountId: string): UnknownMembers {
  const nameOf = (text: unknown): unknown => {
    const { account, name } = (typeof text === 'string' && TABLE_ARN.exec(text)?.groups) || {};
    return account === accountId ? name : text;
  };
  const named = (one: UnknownMembers): UnknownMembers =>
    typeof one['TableName'] === 'string' ? { ...one, TableName: nameOf(one['TableName']) } : one;
  const { RequestItems: requests, TransactItems: members } = input;
  return {
    ...named(input),
    ...(isJsonObject(requests)
      ? {
          RequestItems: Object.fromEntries(
            Object.entries(requests).map(([name, value]) => [String(nameOf(name)), value]),
          ),
        }
      : {}),
    ...(Array.isArray(members)
      ? {
          TransactItems: members.map((member: unknown) =>
            isJsonObject(member)
              ? Object.fromEntries(
                  Object.entries(member).map(([kind, one]) => [kind, isJsonObject(one) ? named(one) : one]),
                )
              : member,
          ),
        }
      : {}),
  };
}
