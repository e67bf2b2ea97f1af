// Where the site can be reached when nobody is there, as the tag says it.

import { h, words } from "./toolkit";

/** Writes it down, as a link where it is one that a person can follow. */
export function drawContact(place: HTMLElement, contact: string): void {
  if (place.firstChild) return;
  const href = contactLink(contact);
  place.append(
    words.contact,
    " ",
    h("bdi", {}, href ? h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, contact.replace(/^(mailto|tel):/i, "")) : contact),
  );
}

/** Where it leads; `null` for what is only to be read. */
export function contactLink(contact: string): string | null {
  if (/^[^\s@:/?#]+@[^\s@:/?#]+$/.test(contact)) return `mailto:${contact}`;
  if (/^\+[\d\s()-]{5,}$/.test(contact)) return `tel:${contact.replace(/[^+\d]/g, "")}`;
  if (!URL.canParse(contact)) return null;
  const { protocol, href } = new URL(contact);
  return ["http:", "https:", "mailto:", "tel:"].includes(protocol) ? href : null;
}
