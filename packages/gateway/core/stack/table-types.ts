/** The resource types of tables of DynamoDB. CDK's TableV2 is a GlobalTable, even if it has only one region. */
export const TABLE_TYPES = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'] as const;

export function isTable({ type }: { readonly type: string }): boolean {
  return TABLE_TYPES.some((each) => each === type);
}
