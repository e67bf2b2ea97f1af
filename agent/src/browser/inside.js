// What runs in the page for us, in a world of its own: it shares the document with the page's scripts and nothing
// else, so that they can neither see it nor answer in its place. Getters are taken from their prototypes, because an
// element named `title` would stand before `document.title` in every world.
(() => {
  const key = Symbol.for("alongside");
  if (globalThis[key]) return globalThis[key];

  const getter = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;
  const read = {
    title: getter(Document.prototype, "title"),
    root: getter(Document.prototype, "documentElement"),
    head: getter(Document.prototype, "head"),
    html: getter(Element.prototype, "outerHTML"),
  };
  const ours = (name) => Reflect.apply(read[name], document, []);

  // As they were when last looked at.
  let href;
  let title;
  let finish = () => {};

  const differs = () => ours("title") !== title || location.href !== href;

  function look(maxTitle) {
    href = location.href;
    title = ours("title");
    return {
      url: href,
      title: title.slice(0, maxTitle).toWellFormed(),
      width: innerWidth,
      height: innerHeight,
      x: scrollX,
      y: scrollY,
    };
  }

  // Resolves once the title or the address is another than when last looked at, at the latest after `patience`, so
  // that nothing is left running in the page when nobody asks again. One at a time. Units: milliseconds.
  function stirred(patience, poll) {
    finish();
    return new Promise((resolve) => {
      const until = performance.now() + patience;
      const observer = new MutationObserver(() => {
        observe();
        if (differs()) finish();
      });
      function observe() {
        observer.observe(document, { childList: true });
        const root = ours("root");
        if (root) observer.observe(root, { childList: true });
        const head = ours("head");
        if (head) observer.observe(head, { childList: true, subtree: true, characterData: true });
      }
      // A title may stand outside of the head.
      const timer = setInterval(() => {
        if (differs() || performance.now() > until) finish();
      }, poll);
      finish = () => {
        finish = () => {};
        clearInterval(timer);
        observer.disconnect();
        resolve();
      };
      observe();
      if (differs()) finish();
    });
  }

  function html(max) {
    const root = ours("root");
    return root ? Reflect.apply(read.html, root, []).slice(0, max).toWellFormed() : "";
  }

  function client(max) {
    return {
      userAgent: navigator.userAgent.slice(0, max).toWellFormed(),
      language: navigator.language.slice(0, max).toWellFormed(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "",
      width: screen.width,
      height: screen.height,
      scale: devicePixelRatio,
    };
  }

  return (globalThis[key] = { look, stirred, html, client });
})()
