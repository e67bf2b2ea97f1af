// What a page of ours shows, told as it comes: where the session stands, and each message of the other side at the
// moment in which it appears.

/** Where things are found: in the widget, which has its own root, and in the console. */
export const widget = { host: "alongside-help", state: null, heard: "[role=log] .other p" };
export const console = {
  host: null,
  state: ".session",
  heard: "[role=log] .theirs .text",
  connection: ".connection",
  accept: ".waiter button",
};

/**
 * Runs in every page before its own scripts, and calls `tellLab` with what is new: a state, a connection to the server,
 * somebody who was taken, or from which place on the messages of the other side are others than before.
 */
export function watch({ host: hostName, state, heard, connection, accept }) {
  if (top !== window) return;
  let shown = [];
  const told = {};
  const known = new WeakSet();
  const observer = new MutationObserver(look);
  const follow = (root) => {
    if (!known.has(root)) observer.observe(root, { subtree: true, childList: true, attributeFilter: ["data-state", "data-connection"] });
    known.add(root);
  };
  const tell = (news) => window.tellLab({ at: Date.now(), ...news });

  function look() {
    const host = hostName && document.querySelector(hostName);
    if (hostName && !host) return;
    const root = host?.shadowRoot ?? document;
    follow(root);
    const facts = {
      state: (host || root.querySelector(state))?.dataset.state,
      connection: connection && root.querySelector(connection)?.dataset.connection,
    };
    for (const [name, value] of Object.entries(facts)) {
      if (value && told[name] !== value) tell({ [name]: (told[name] = value) });
    }
    for (const button of accept ? root.querySelectorAll(accept) : []) {
      if (known.has(button)) continue;
      known.add(button);
      tell({ asked: true });
      button.click();
    }
    const texts = [...root.querySelectorAll(heard)].map((line) => line.textContent);
    let from = 0;
    while (from < shown.length && shown[from] === texts[from]) from++;
    if (from < texts.length) tell({ from, texts: texts.slice(from) });
    shown = texts;
  }

  follow(document);
  look();

  // What became of each peer connection, by its number in this page: for the story of what went wrong.
  let connections = 0;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    #tell;
    constructor(...configuration) {
      super(...configuration);
      const number = ++connections;
      this.#tell = (what) => tell({ path: `path ${number} ${what}` });
      this.addEventListener("connectionstatechange", () => this.#tell(this.connectionState));
    }
    close() {
      if (!["new", "closed"].includes(this.connectionState)) this.#tell("closed");
      super.close();
    }
  };
}
