/** Plans of Terraform that AWS refuses, and their resources. */
import type { Planned } from '../../../../../../support/a-terraform-plan.ts';

export type RefusedPlan = {
  readonly name: string;
  readonly text: string;
  readonly resources: readonly Planned[];
  readonly id: string;
  readonly source: string;
};

export function constants(values: object): Record<string, object> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { constant_value: value }]));
}

export function plain(type: string, name: string, values: object): Planned {
  return { type, name, values, expressions: constants(values) };
}
