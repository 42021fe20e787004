/** Returns the names that a value refers to, at any depth: parameters, pseudo parameters and resources. */
export function namesIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (one: unknown): void => {
    if (typeof one !== 'object' || one === null) return;
    for (const [key, inner] of Object.entries(one)) {
      if (key === 'Ref' && typeof inner === 'string') found.add(inner);
      else if (key === 'Fn::GetAtt')
        found.add(String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? '');
      else if (key === 'Fn::Sub') for (const name of namesInText([inner].flat()[0])) found.add(name);
      visit(inner);
    }
  };
  visit(value);
  return found;
}

function namesInText(text: unknown): readonly string[] {
  if (typeof text !== 'string') return [];
  return [...text.matchAll(/\$\{([^!.}]+)[^}]*\}/g)].map(([, name = '']) => name.trim());
}
