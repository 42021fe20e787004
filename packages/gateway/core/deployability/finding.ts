/**
 * A finding of `gatewright check`: a part of a template that AWS refuses or handles differently, or that cannot be
 * decided without the account.
 */
import type { DefinitionError } from '../errors.ts';
import type { ResolvedResource, UnsupportedItem } from '../stack/model.ts';
import { remedyInWords } from './remedies-in-words.ts';
import { nameAt } from './remedy-row.ts';
import { ruleOf } from './rules.ts';
import type { RuleId, Severity } from './rules.ts';

export type DeployFinding = {
  /** The id of the rule, or of the property or type in CloudFormation's reference. It is the same in all versions. */
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  /** The behavior of the gateway in this case; absent if it is not known. */
  readonly consequence?: string | undefined;
  readonly remedy: string;
  readonly source: string;
  readonly stack: string;
  /** The logical id; empty for the template as a whole. */
  readonly resource: string;
  readonly type: string;
  readonly property: string;
  /** The resource and property as their author wrote them, if the logical id is generated. */
  readonly written?: string | undefined;
  readonly file: string;
  readonly line?: number | undefined;
};

export type Placed = Pick<DeployFinding, 'stack' | 'resource' | 'type' | 'property' | 'file' | 'line'>;

/** Returns the place of a resource, or of one of its properties. */
export function placedAt(resource: ResolvedResource, stack: string, property = ''): Placed {
  const { file, line } = resource.place(property === '' ? undefined : property);
  return { stack, resource: resource.logicalId, type: resource.type, property, file, line };
}

/**
 * Returns the rule of a refusal. A refusal without a rule is about a value of a resource, or about the template.
 */
export function ruleOfRefusal({ rule, place }: Pick<DefinitionError, 'rule' | 'place'>): RuleId {
  return rule ?? (place.logicalId === undefined ? 'template' : 'resource-value');
}

/** Returns whether AWS refuses the part that the item is about. */
export function isRefused({ severity }: Pick<UnsupportedItem, 'severity'>): boolean {
  return severity === 'refused';
}

const OF_ANY_PROPERTY: ReadonlySet<RuleId> = new Set(['resource-value', 'served-otherwise']);

/**
 * Creates a finding. It has the id and the source of its rule. A `resource-value` or `served-otherwise` finding has the
 * id and the source of its property in CloudFormation's reference instead. A source in `more` takes precedence.
 */
export function makeFinding(
  rule: RuleId,
  at: Placed,
  message: string,
  more: {
    readonly consequence?: string;
    readonly remedy?: string | undefined;
    readonly source?: string | undefined;
  } = {},
): DeployFinding {
  const { severity, remedy, source } = ruleOf(rule);
  const page = OF_ANY_PROPERTY.has(rule) ? pageOf(at) : undefined;
  return {
    id: page?.id ?? rule,
    severity,
    message: withSubject(message, at),
    ...(more.consequence !== undefined && { consequence: more.consequence }),
    remedy: more.remedy ?? saidRemedy(rule, message, at) ?? remedyFrom(rule, remedy, page?.url),
    source: more.source ?? page?.url ?? source,
    ...at,
  };
}

/**
 * Returns the message as a whole sentence. Code that reads a member omits the name of the member from its messages, as
 * in `must be a list`, so this function adds the name.
 */
function withSubject(message: string, { property }: Placed): string {
  const isPredicate =
    /^(?:and|or|must|is|are|has|have|can|cannot|needs?|requires?|returns?|refers?|return|refer) /.test(
      message,
    );
  return isPredicate && nameAt(property) !== '' ? `${nameAt(property)} ${message}` : message;
}

/**
 * Returns the remedy for the message of a refusal about a value or a template, or the remedy that the message itself
 * contains; undefined for other rules and for unknown messages.
 */
function saidRemedy(rule: RuleId, message: string, at: Placed): string | undefined {
  return rule === 'resource-value' || rule === 'template' ? remedyInWords(message, at) : undefined;
}

/** Returns the remedy of the rule. For `resource-value`, it ends with the address of the page. */
function remedyFrom(rule: RuleId, remedy: string, url: string | undefined): string {
  return rule === 'resource-value' && url !== undefined ? `${remedy}: ${url}` : remedy;
}

const SAM_REFERENCE = 'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide';

/** Returns the address of SAM's page about a resource type of SAM; undefined for other types. */
export function samPageOf(type: string): string | undefined {
  const [, name] = /^AWS::Serverless::(\w+)$/.exec(type) ?? [];
  return name === undefined ? undefined : `${SAM_REFERENCE}/sam-resource-${name.toLowerCase()}.html`;
}

const REFERENCE = 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference';

/**
 * Returns the anchor and the address of a property in CloudFormation's reference, or of its type if `property` does not
 * begin with a name; undefined if the type is not one of AWS's.
 */
function pageOf({ type, property }: Placed): { readonly id: string; readonly url: string } | undefined {
  const [vendor, service, name] = type.split('::');
  if (vendor !== 'AWS' || service === undefined || name === undefined) return undefined;
  const [top = ''] = property.split('.');
  const of = `${service}-${name}`.toLowerCase();
  const page = `${REFERENCE}/aws-resource-${of}.html`;
  if (!/^[A-Za-z0-9]+$/.test(top)) return { id: of, url: page };
  const id = `${of}-${top.toLowerCase()}`;
  return { id, url: `${page}#cfn-${id}` };
}
