import assert from "node:assert/strict";
import { test } from "node:test";

import { proposable, startingFrom } from "./proposable";

const origin = "https://shop.example:8443";
const page = { url: `${origin}/lamps/arc?colour=red`, redacted: false };

test("an address of the site is taken as people write it", () => {
  for (const [typed, url] of [
    [`${origin}/cart`, `${origin}/cart`],
    [` ${origin} `, `${origin}/`],
    ["shop.example:8443/cart", `${origin}/cart`],
    ["shop.example:8443", `${origin}/`],
    ["/cart", `${origin}/cart`],
    ["?colour=blue", `${origin}/lamps/arc?colour=blue`],
    ["#size", `${origin}/lamps/arc?colour=red#size`],
    [`${origin}/größe`, `${origin}/gr%C3%B6%C3%9Fe`],
    ["tall", `${origin}/lamps/tall`],
    ["tall/red?size=2#top", `${origin}/lamps/tall/red?size=2#top`],
    ["../cart", `${origin}/cart`],
    ["./", `${origin}/lamps/`],
  ] as const) {
    assert.deepEqual(proposable(typed, page, origin), { url }, typed);
  }
});

test("a file beside the visitor's page is taken by its name", () => {
  const beside = { ...page, url: `${origin}/shop/index.html?a` };
  assert.deepEqual(proposable("order.html", beside, origin), { url: `${origin}/shop/order.html` });
  assert.deepEqual(proposable("order.html?size=2#top", beside, origin), { url: `${origin}/shop/order.html?size=2#top` });
  // What might as well be a host is not made into a file.
  for (const typed of ["evil.example", "evil.example/order.html", "order.htm"]) {
    assert.deepEqual(proposable(typed, beside, origin), { problem: "elsewhere" }, typed);
  }
});

test("any other is refused, and it is said why", () => {
  for (const [typed, problem] of [
    ["", "empty"],
    ["  ", "empty"],
    ["the cart", "unreadable"],
    ["evil.example", "elsewhere"],
    ["evil.example/cart", "elsewhere"],
    ["shop.example/cart", "elsewhere"],
    [`https://eve@shop.example:8443/`, "unreadable"],
    [`${origin}/${"a".repeat(5000)}`, "unreadable"],
    ["https://shop.example/", "elsewhere"],
    ["http://shop.example:8443/", "elsewhere"],
    ["https://shop.example:8443@evil.example/", "elsewhere"],
    ["//evil.example/", "elsewhere"],
    ["/\\evil.example/", "elsewhere"],
    ["javascript:alert(1)", "elsewhere"],
    ["data:text/html,hi", "elsewhere"],
  ] as const) {
    assert.deepEqual(proposable(typed, page, origin), { problem }, typed);
  }
});

test("it starts from the visitor's page where that can be opened", () => {
  assert.equal(startingFrom(page, origin), page.url);
  assert.equal(startingFrom({ ...page, redacted: true }, origin), `${origin}/`);
  assert.equal(startingFrom({ ...page, url: "https://evil.example/" }, origin), `${origin}/`);
  assert.equal(startingFrom(null, origin), `${origin}/`);
});
