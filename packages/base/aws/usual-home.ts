/**
 * The default region and account of stacks and tables. The account is AWS's own example account, so that no
 * real account is used.
 */
export const USUAL_HOME = { region: 'us-east-1', accountId: '123456789012' } as const;
