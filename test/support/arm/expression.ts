/** A template expression of Azure Resource Manager, `[concat(parameters('a'), 'b')]`, taken apart. */
export type Expression =
  | { readonly kind: 'value'; readonly value: string | number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'member'; readonly of: Expression; readonly key: Expression };

/** What stands between the brackets of an expression; undefined for plain text, of which `[[` is one form. */
export function expressionIn(text: string): string | undefined {
  return /^\[(?!\[)([\s\S]*)\]$/.exec(text)?.[1];
}

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(-?\d+)|([A-Za-z_]\w*)|([()[\],.]))/y;

/** Throws where the text is no expression. */
export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let next = 0;
  const is = (mark: string): boolean => tokens[next]?.mark === mark;
  const take = (mark: string): void => {
    if (!is(mark)) throw new Error(`${mark} is missing in ${text}`);
    next++;
  };

  function primary(): Expression {
    const token = tokens[next++];
    if (token?.value !== undefined) return { kind: 'value', value: token.value };
    if (token?.name === undefined) throw new Error(`cannot be read: ${text}`);
    const args: Expression[] = [];
    take('(');
    while (!is(')')) {
      if (args.length > 0) take(',');
      args.push(whole());
    }
    take(')');
    return { kind: 'call', name: token.name, args };
  }

  function whole(): Expression {
    let found = primary();
    for (;;) {
      if (is('.')) {
        take('.');
        const key = tokens[next++]?.name;
        if (key === undefined) throw new Error(`a name is missing after . in ${text}`);
        found = { kind: 'member', of: found, key: { kind: 'value', value: key } };
      } else if (is('[')) {
        take('[');
        found = { kind: 'member', of: found, key: whole() };
        take(']');
      } else return found;
    }
  }

  const found = whole();
  if (next < tokens.length) throw new Error(`more follows in ${text}`);
  return found;
}

interface Token {
  readonly value?: string | number;
  readonly name?: string;
  readonly mark?: string;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (found === null) throw new Error(`cannot be read: ${text}`);
    const [, string, number, name, mark] = found;
    if (string !== undefined) tokens.push({ value: string.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ value: Number(number) });
    else tokens.push(name !== undefined ? { name } : { mark });
  }
  return tokens;
}
