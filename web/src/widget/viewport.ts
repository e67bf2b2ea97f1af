// The part of a phone's screen that its keyboard leaves.

/** Tells the style sheet how high that is, and where it begins. */
export function fit(panel: HTMLElement): void {
  const view = visualViewport;
  if (!view) return;
  view.onresize = view.onscroll = () => {
    // Who zooms in looks at a part, and the panel stays as it is.
    if (view.scale > 1.05) return;
    panel.style.setProperty("--_h", `${view.height}px`);
    panel.style.setProperty("--_y", `${view.offsetTop}px`);
  };
}
