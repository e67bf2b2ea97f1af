import assert from "node:assert/strict";
import { test } from "node:test";
import { contactLink } from "./contact";

test("an address is a link where a person can follow it", () => {
  const cases: [contact: string, href: string | null][] = [
    ["help@nook.example", "mailto:help@nook.example"],
    ["mailto:help@nook.example", "mailto:help@nook.example"],
    ["https://nook.example/contact", "https://nook.example/contact"],
    ["+49 (30) 1234-567", "tel:+49301234567"],
    ["tel:+49301234567", "tel:+49301234567"],
    ["Room 12, second floor", null],
    ["help@", null],
    ["javascript:alert(1)", null],
    ["data:text/html,x", null],
    ["", null],
  ];
  for (const [contact, href] of cases) assert.equal(contactLink(contact), href, contact);
});
