export type Child = Node | string | number;

/** Attributes by name; `true` is one without a value, `false` and null are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An element of HTML. Texts become text nodes, whatever they hold. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.map((child) => (typeof child === 'number' ? String(child) : child)));
  return made;
}
