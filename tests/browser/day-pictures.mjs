// Pictures of a helper's day at the console: many at once, the sheets and dialogs, search, a request.

import { endAgents, nativeVisitor } from "./native.mjs";
import { HelperHand } from "./people.mjs";
import { queue } from "./queue.mjs";
import { startServer } from "./server.mjs";

/** Takes them all, by the ways of the caller to open a window in its look, to press what is in it, and to shoot. */
export async function shootDay({ name, ours, theirs, open, VisitorHand, shoot }) {
  const server = await startServer();
  const shot = (page, state) => shoot("console", page, state);
  try {
    const door = await open(ours, new URL("/console/", server.console).href);
    const button = (name) => door.getByRole("button", { name, exact: true });
    await button("Make a request").click();
    await door.getByRole("textbox", { name: "Your request" }).waitFor();
    await button("Copy").click();
    await door.getByRole("textbox", { name: "Invite", exact: true }).fill(await door.getByRole("textbox", { name: "Your request" }).inputValue());
    await button("Import").click();
    await door.getByRole("alert").getByText("That is your own request.").waitFor();
    await shot(door, "request");
    await door.close();

    const desk = await open(ours, server.console);
    const helper = new HelperHand(desk);
    await helper.button("Alerts").waitFor();
    await shot(desk, "quiet");
    await helper.button("Alerts").click();
    await desk.getByRole("switch", { name: "Sound", exact: true }).click();
    await shot(desk, "alerts");
    await desk.keyboard.press("Escape");
    await desk.keyboard.press("?");
    await shot(desk, "shortcuts");
    await desk.keyboard.press("Escape");

    const lists = () => (name === "phone" ? helper.button("All sessions").click() : undefined);
    const agents = [];
    for (let at = 0; at < 8; at++) {
      const agent = nativeVisitor(server.demo);
      await agent.until("waiting", ({ helpers }) => helpers > 0);
      await helper.accept();
      agents.push({ agent, session: (await agent.until("connected")).session });
      await lists();
    }
    const hosts = ["nook.example", "www.a-rather-long-name-of-a-shop.example", "localhost:8080"];
    const waiting = await queue(server, 30, (at) => `https://${hosts[at % 3]}`);
    await helper.sessions.getByRole("button").nth(1).click();
    await lists();
    for (const { agent, session } of [agents[4], agents[6]]) agent.tell({ command: "say", session, text: "Are you there?" });
    await helper.sessions.getByText("1 unread message").nth(1).waitFor();
    await shot(desk, "many");
    await helper.waiting.getByRole("button", { name: "Accept" }).nth(2).hover();
    await waiting[1].leave();
    await desk.waitForTimeout(300);
    await shot(desk, "many-one-has-left");
    await Promise.all([...waiting.slice(0, 1), ...waiting.slice(2)].map((one) => one.leave()));
    await endAgents();

    const page = await open(theirs, `${server.demo}?q=lamp`);
    const visitor = new VisitorHand(page);
    await visitor.button("Help").click();
    await helper.accept();
    await visitor.is("connected");
    await visitor.say("Hello! I look for a lamp that can stand on a narrow shelf. Is the arc lamp too wide for that?");
    await helper.log.getByText(/narrow shelf/).waitFor();
    await helper.say("The arc lamp needs a foot's width. The clip lamp needs none: https://nook.example/lamps/clip");
    await visitor.say("A clip lamp, wonderful.");
    await helper.reads("A clip lamp, wonderful.");
    await helper.button("Canned replies").click();
    await shot(desk, "replies-none");
    for (const [reply, text] of [
      ["hello", "Hello, I am Dana. How can I help you?"],
      ["hours", "We are here from nine to six, Monday to Friday, and on Saturdays until one. On holidays somebody answers by e-mail, mostly within the hour, and always before the evening."],
      ["returns", "You can send anything back within thirty days."],
    ]) {
      await helper.button("New reply").click();
      await desk.getByRole("textbox", { name: "Name", exact: true }).fill(reply);
      await desk.getByRole("textbox", { name: "Text", exact: true }).fill(text);
      if (reply === "returns") await shot(desk, "replies-new");
      await helper.button("Save").click();
    }
    await helper.button("Delete returns").click();
    await shot(desk, "replies");
    await desk.keyboard.press("Escape");
    await helper.box.pressSequentially("/h");
    await shot(desk, "reply-called-up");
    await helper.box.fill("");
    await helper.button("Search").click();
    await desk.keyboard.type("lamp");
    await desk.keyboard.press("Enter");
    await shot(desk, "search");
    await desk.keyboard.press("Escape");
    await helper.button("Block").click();
    await shot(desk, "block");
    await helper.button("Block for an hour").click();
    await visitor.is("ended");
    await shot(desk, "block-not-possible");
  } finally {
    await endAgents();
    await server.stop();
  }
}
