// Two who write without pause: numbered messages, each once the one before has been taken, whatever happens to the page.

/**
 * Puts a text into the message box of a page and sends it, in one go; says when, if it stands in the conversation. `again`:
 * it was tried before, and may stand there already.
 */
export function sendIn([root, text, again]) {
  const scope = root ? document.querySelector(root)?.shadowRoot : document;
  const all = () => [...(scope?.querySelectorAll("[role=log] p, [role=log] li") ?? [])];
  const has = (lines) => lines.map((line) => line.textContent).some((line) => line === text || line.includes(`${text} `) || line.endsWith(text));
  // Among the last of them: a page that has to read thousands each time does nothing else.
  const stands = () => has(all().slice(-400));
  // Whoever is found again says all at once what they could not say meanwhile: hundreds may come behind it.
  const standsSomewhere = () => has(all());
  if (again ? standsSomewhere() : stands()) return Date.now();
  const field = scope?.querySelector("textarea");
  const send = [...(scope?.querySelectorAll("button") ?? [])].find((button) => [button.ariaLabel, button.textContent.trim()].includes("Send"));
  if (!field || !send || !field.checkVisibility()) return false;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const soon = (ms) => new Promise((done) => setTimeout(done, ms));
  return (async () => {
    // A framework may take a moment to believe it, and a window that nobody looks at to draw it: whoever gave up sooner would
    // say it twice.
    await soon(20);
    const at = Date.now();
    send.click();
    while (!stands() && Date.now() < at + 5_000) await soon(10);
    return standsSomewhere() && at;
  })();
}

/** Somebody who writes: `name 001`, `name 002`, … into the page until told to stop; gives how many it were. */
export function talker(page, name, root = null, every = 30) {
  let count = 0;
  let isOn = true;
  let isBegun = false;
  const done = (async () => {
    // Whether one that was begun while the page was left was sent, only the next page can tell.
    while (isOn || isBegun) {
      const again = isBegun;
      isBegun = true;
      try {
        if (await page.evaluate(sendIn, [root, numbered(name, count + 1), again])) {
          count++;
          isBegun = false;
        }
      } catch {
        // The page was left meanwhile: what was sent stands in the next one, or is sent there; unless there is none.
        if (page.isClosed()) break;
      }
      await new Promise((next) => setTimeout(next, every));
    }
    return count;
  })();
  return { stop: () => ((isOn = false), done), count: () => count };
}

// How many messages somebody at a terminal writes ahead of what the other side has: an agent that is told more than it
// can hold says so, and drops it.
const AHEAD = 300;

/** Somebody who writes without pause at a terminal, as `talker`. */
export function nativeTalker(agent, session, name, every = 50) {
  let count = 0;
  const delivered = () => agent.events.filter(({ event }) => event === "delivered").length;
  const saying = setInterval(() => {
    if (count - delivered() < AHEAD) agent.tell({ command: "say", session, text: numbered(name, ++count) });
  }, every);
  return { stop: () => (clearInterval(saying), count), count: () => count };
}

/** A message of that number. */
export const numbered = (name, number) => `${name} ${String(number).padStart(4, "0")}`;

/** All that somebody has written, in order. */
export const all = (name, count) => Array.from({ length: count }, (_, at) => numbered(name, at + 1));

/** The messages of somebody that stand in a conversation, in order. */
export async function heard(log, name) {
  const text = await log.evaluate((element) => element.textContent);
  return text.match(new RegExp(`${name} \\d{4}`, "g")) ?? [];
}
