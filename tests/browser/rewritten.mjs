// Pages that a browser is given otherwise than they were served.

/** Has other things stand in every page that this one loads: of each pair the second in the place of the first. */
export async function rewritten(page, ...pairs) {
  // A page that came from nowhere asks before it speaks to this machine, and all would go over plain HTTP instead. Where
  // one thing is granted, all else is refused.
  await page.context().grantPermissions(["local-network-access", "notifications"]);
  await page.route("**/*", async (route) => {
    if (route.request().resourceType() !== "document") return route.fallback();
    const answer = await route.fetch();
    const body = pairs.reduce((text, [from, to]) => text.replace(from, to), await answer.text());
    await route.fulfill({ response: answer, body });
  });
}
