// Builds elements without markup, so that a page under Trusted Types and the strictest policy can hold them.

/** Makes an element with properties and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Makes a button that does one thing; with a sign on it, its name is for those who cannot see it. */
export function button(
  name: string,
  className: string,
  onclick: ((press: MouseEvent) => void) | null = null,
  sign?: string,
): HTMLButtonElement {
  return h("button", { type: "button", className, onclick, ariaLabel: sign ? name : null }, sign ?? name);
}

/** Puts a stylesheet into a shadow root, where no policy of the page can refuse it. */
export function dress(root: ShadowRoot, text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets.push(sheet);
}
