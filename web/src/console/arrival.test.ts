import assert from "node:assert/strict";
import { test } from "node:test";

import { takeInvite } from "./arrival";

test("an invite is taken and the address bar is wiped", () => {
  const addresses: string[] = [];
  const history = { replaceState: (_state: unknown, _unused: string, url?: string | URL | null) => void addresses.push(String(url)) };
  const invite = takeInvite({ hash: "#invite=1.a.b", pathname: "/console/", search: "?x" }, history);
  assert.equal(invite, "#invite=1.a.b");
  assert.deepEqual(addresses, ["/console/?x"]);
});

test("any other fragment is left alone", () => {
  const history = { replaceState: () => assert.fail("the address was changed") };
  assert.equal(takeInvite({ hash: "#other", pathname: "/console/", search: "" }, history), null);
  assert.equal(takeInvite({ hash: "", pathname: "/console/", search: "" }, history), null);
});
