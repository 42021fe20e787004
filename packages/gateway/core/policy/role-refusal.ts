/**
 * A call that API Gateway cannot make with a role. With `trust`, the role's trust policy does not let API Gateway
 * assume it. With `right`, the role may not invoke the function.
 */
export type RoleRefusal = { readonly roleArn: string; readonly lacks: 'trust' | 'right' };
