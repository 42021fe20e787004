/**
 * Computes the capacity units (WCUs) of rules (developer guide, "WCUs" of each statement). The transformation NONE
 * costs nothing.
 */
import { findManagedGroup } from './managed-groups.ts';
import type { Constraint, Detector, Inspection, Rule, Statement } from './statement.ts';

export const MAX_WEB_ACL_CAPACITY = 5000;

const OF_CONSTRAINT: Readonly<Record<Constraint, number>> = {
  EXACTLY: 2,
  STARTS_WITH: 2,
  ENDS_WITH: 2,
  CONTAINS: 10,
  CONTAINS_WORD: 10,
};
const OF_DETECTOR: Readonly<Record<Detector, number>> = {
  sqli: 20,
  'sqli-high': 30,
  xss: 40,
  asn: 1,
  managed: 0,
};
const OF_CUSTOM_KEY = 30;
const OF_TRANSFORMATION = 10;
const LABELS_PER_UNIT = 5;

/**
 * Returns the capacity of rules.
 * @param groupCapacity returns the capacity of the user's rule group; undefined for an unknown ARN, whose capacity then
 * counts as 0
 */
export function capacityOf(
  rules: readonly Rule[],
  groupCapacity: (arn: string) => number | undefined,
): number {
  let labels = 0;
  let units = 0;
  for (const { does } of rules) {
    if (does.kind === 'statement') {
      units += ofStatement(does.statement);
      labels += does.labels.length;
    } else {
      units += does.scopeDown === undefined ? 0 : ofStatement(does.scopeDown);
      const { group } = does;
      units +=
        (group.kind === 'own'
          ? groupCapacity(group.arn)
          : findManagedGroup(group.vendor, group.name)?.capacity) ?? 0;
    }
  }
  return units + Math.ceil(labels / LABELS_PER_UNIT);
}

function ofStatement(statement: Statement): number {
  switch (statement.kind) {
    case 'and':
    case 'or':
      return statement.statements.reduce((sum, one) => sum + ofStatement(one), 0);
    case 'not':
      return ofStatement(statement.statement);
    case 'ip-set':
      return statement.forwarded?.position === 'ANY' ? 5 : 1;
    case 'geo':
    case 'label':
      return 1;
    case 'bytes':
      return ofInspection(statement.inspection, OF_CONSTRAINT[statement.constraint]);
    case 'regex':
      return ofInspection(statement.inspection, 3);
    case 'regex-set':
      return ofInspection(statement.inspection, 25);
    case 'size':
      return ofInspection(statement.inspection, 1);
    case 'rate': {
      const scope = statement.scopeDown === undefined ? 0 : ofStatement(statement.scopeDown);
      return 2 + OF_CUSTOM_KEY * statement.keys.length + scope;
    }
    case 'unjudged': {
      const base = OF_DETECTOR[statement.detector];
      return statement.inspection === undefined ? base : ofInspection(statement.inspection, base);
    }
  }
}

function ofInspection({ field, transformations }: Inspection, base: number): number {
  const ofField = field.kind === 'json-body' ? base * 2 : base;
  const ofArguments = field.kind === 'all-query-arguments' ? 10 : 0;
  return ofField + ofArguments + OF_TRANSFORMATION * transformations.length;
}
