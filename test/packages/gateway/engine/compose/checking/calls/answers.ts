/** Answers to the question why, or by which definition, a template is refused like a call. */
const REASONS = {
  ONLY_CALLS:
    'the operation, or the member, exists only in calls: reads, deletions, queries and options of an import',
  PATCH: 'a patch; the value that it would set is refused where the resource is created',
  LIVE: 'depends on what the account has when the call is made',
  OURS: 'a refusal of this gateway, and not of AWS',
  FORM: 'the form of a call, which CloudFormation writes; the schema of the type judges what the template has',
  SCHEMA: "CloudFormation's schema of the type refuses the same",
  CODE: 'the archive of a call; packages are judged by package-findings.ts',
  EMPTY:
    'recorded for an update only, or not known of an empty value in a template, which CloudFormation may leave out',
  UPDATE: 'a change of an existing resource, which --against judges',
  TABLE:
    'the rows of constraints.ts, which judge-constraints.ts asks of every resource; see the other test of this file',
  SILENT: 'CloudFormation creates such a method without an error (aws/aws-cdk#23758)',
  UNSURE: 'not known of CloudFormation: each part is refused by itself, but no public deployment shows it',
  READER: 'the reader of the call also reads the template, and refuses both',
  LIMIT: 'the limit is read by the same store that a template fills',
} as const;

/** The name of a definition that is refused for the same reason. */
export type Answer = By | keyof typeof REASONS;
type By = { readonly by: string };
export const by = (name: string): By => ({ by: name });
