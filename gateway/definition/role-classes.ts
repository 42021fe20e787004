/** Roles and what is attached to them: they decide what functions may do, with `--roles on`. */
export const ROLE_CLASSES = {
  'AWS::IAM::Role': {
    enforced: [],
    whereKnown: ['RoleName', 'Path', 'Policies', 'ManagedPolicyArns', 'PermissionsBoundary', 'Tags'],
    noEffect: ['AssumeRolePolicyDocument', 'Description', 'MaxSessionDuration'],
  },
  'AWS::IAM::Policy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'Roles'],
    noEffect: ['PolicyName', 'Users', 'Groups'],
  },
  'AWS::IAM::ManagedPolicy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'Roles', 'ManagedPolicyName', 'Path'],
    noEffect: ['Description', 'Users', 'Groups'],
  },
  'AWS::IAM::RolePolicy': {
    enforced: [],
    whereKnown: ['PolicyDocument', 'RoleName'],
    noEffect: ['PolicyName'],
  },
};
