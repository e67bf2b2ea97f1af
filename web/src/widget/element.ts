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

/** Makes a button that does one thing; a drawing on it takes its name for those who cannot see it. */
export function button(name: string, className: string, onclick: () => void, ...drawn: (Node | string)[]): HTMLButtonElement {
  return h("button", { type: "button", className, onclick, ariaLabel: drawn[0] ? name : null }, ...(drawn[0] ? drawn : [name]));
}

/** Draws a line icon of 24 by 24 units, which screen readers pass over. */
export function icon(path: string): SVGElement {
  const draw = (name: string) => document.createElementNS("http://www.w3.org/2000/svg", name) as SVGElement;
  const svg = draw("svg");
  const line = draw("path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.ariaHidden = "true";
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Puts a stylesheet into a shadow root, where no policy of the page can refuse it. */
export function dress(root: ShadowRoot, text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets.push(sheet);
}
