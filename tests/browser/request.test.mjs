// The way in without an invite: a console makes its keys, the team's owner signs for them with the real command, and the
// helper is at work.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { promisify } from "node:util";

import { LEFT } from "./browser-words.mjs";
import { endAll, HelperHand, startBrowsers, VisitorHand } from "./people.mjs";
import { program, startServer } from "./server.mjs";

const run = promisify(execFile);

let server, theirs, ours;
before(async () => {
  server = await startServer();
  [theirs, ours] = await startBrowsers();
});
afterEach(() => Promise.all([theirs.leave(), ours.leave()]));
const left = [LEFT];
after(() => endAll(theirs.close(left), ours.close(left), server.stop()));

const sign = async (line, name, ...more) => {
  const team = join(server.folder, "team.pem");
  const { stdout } = await run(program("alongside-agent"), ["team", "sign", "--team", team, "--name", name, ...more, line]);
  return stdout;
};

async function door() {
  const page = await ours.window();
  await page.goto(new URL("/console/", server.console).href);
  const invite = page.getByRole("textbox", { name: "Invite", exact: true });
  await invite.waitFor();
  return {
    page,
    request: page.getByRole("textbox", { name: "Your request", exact: true }),
    button: (name) => page.getByRole("button", { name, exact: true }),
    async imports(text) {
      await invite.fill(text);
      await page.getByRole("button", { name: "Import", exact: true }).click();
    },
    /** What was copied, as a person finds out. */
    async pasted() {
      await invite.press("ControlOrMeta+v");
      const text = await invite.inputValue();
      await invite.fill("");
      return text;
    },
    problem: (text) => page.getByRole("alert").getByText(text).waitFor(),
  };
}

test("a request is made, signed and imported, and the helper is who the owner said", async () => {
  const { page, request, button, imports, pasted } = await door();
  await button("Make a request").click();
  await request.waitFor();
  const line = await request.inputValue();
  assert.match(line, /^alongside-request\.1\.[\w-]{43}\.[\w-]{43}$/);
  await button("Copy").click();
  await page.getByRole("status").getByText("Copied.").waitFor();
  assert.equal(await pasted(), line);
  await page.getByText("alongside-agent team sign --team FILE --name NAME REQUEST").waitFor();
  // The answer may take a day: the keys wait, and nothing can read them.
  await page.reload();
  await request.waitFor();
  assert.equal(await request.inputValue(), line);
  const kept = await page.evaluate(async () => {
    const database = await new Promise((done) => (indexedDB.open("alongside").onsuccess = ({ target }) => done(target.result)));
    const store = database.transaction("identity").objectStore("identity");
    const { signKey, noiseKey } = await new Promise((done) => (store.get("request").onsuccess = ({ target }) => done(target.result)));
    database.close();
    return [signKey.extractable, noiseKey.privateKey.extractable, signKey.type];
  });
  assert.deepEqual(kept, [false, false, "private"]);

  await imports(await sign(line, "Dana from Nook"));
  await page.getByRole("switch", { name: "Available" }).waitFor();
  await page.getByText("Connected", { exact: true }).waitFor();
  const helper = new HelperHand(page);
  const theirPage = await theirs.window();
  await theirPage.goto(server.demo);
  const visitor = new VisitorHand(theirPage);
  await visitor.button("Help").click();
  await helper.accept();
  await visitor.is("connected");
  await visitor.status.getByText("Dana from Nook").waitFor();
  await visitor.say("Hello");
  await helper.reads("Hello");
  await visitor.hasWayBack();
  // Also after the console was loaded again; and the request is done with.
  await page.reload();
  await visitor.say("Still there?");
  await helper.reads("Still there?");
  await helper.button("End session").click();
  await page.getByRole("button", { name: /^You are/ }).click();
  await helper.button("Forget me on this browser").click();
  await helper.button("Forget me").click();
  await helper.button("Make a request").waitFor();
});

test("what is no answer to this request is refused in words that say what to do", async () => {
  const { request, button, imports, problem, page } = await door();
  await button("Make a request").click();
  await request.waitFor();
  const first = await request.inputValue();
  const answer = await sign(first, "Dana");
  await imports(first);
  await problem("That is your own request.");
  await imports(answer.slice(0, -30));
  await problem("Part of this is missing.");
  await button("Make a new request").click();
  // It is made when it has the focus: that moves the page, and what is pressed just then would slip away.
  await page.waitForFunction((first) => {
    const { activeElement } = document;
    return activeElement.id === "request" && activeElement.value !== first;
  }, first);
  await imports(answer);
  await problem("This was signed for another request");
  await imports(answer.replace("certificate.1.", "certificate.7."));
  await problem("This is of a newer kind");
  // As a mail program leaves it.
  const second = await sign(await request.inputValue(), "Dana");
  await imports(`Here you are:\n\n${second.match(/.{1,70}/g).join("\n")}\n\nBye, Sam`);
  await page.getByRole("switch", { name: "Available" }).waitFor();
});

test("an answer for another team asks before it takes the place of the present one", async () => {
  const other = await startServer();
  try {
    const { page, request, button, imports } = await door();
    await button("Make a request").click();
    await request.waitFor();
    const line = await request.inputValue();
    await imports(server.console);
    await page.getByRole("switch", { name: "Available" }).waitFor();
    await page.evaluate(() => (location.hash = "#invite=nothing"));
    const { stdout } = await run(program("alongside-agent"), ["team", "sign", "--team", join(other.folder, "team.pem"), "--name", "Robin", line]);
    await imports(stdout);
    await page.getByRole("heading", { name: "Use another invite?" }).waitFor();
    await button("Keep the old invite").click();
    await page.getByText("Connected", { exact: true }).waitFor();
  } finally {
    await other.stop();
  }
});
