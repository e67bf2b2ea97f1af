// A site's origin, with what matters standing out: the host.

/**
 * Shows an origin whole, its scheme quieter than its host. Always left to right, as addresses are. A `short` one
 * leaves `https://` to screen readers, being what everybody expects.
 */
export function Origin({ origin, short }: { origin: string; short?: boolean }) {
  const scheme = origin.slice(0, origin.length - host(origin).length);
  return (
    <bdi class="origin" dir="ltr">
      <span class={short && scheme === "https://" ? "unseen" : "scheme"}>{scheme}</span>
      <span class="host">
        {/* Where it is too long for its line, between its parts. */}
        {host(origin)
          .split(/(?=[.:])/)
          .flatMap((part, index) => (index === 0 ? part : [<wbr />, part]))}
      </span>
    </bdi>
  );
}

/** The host and port of an origin. */
export const host = (origin: string): string => origin.replace(/^[a-z]+:\/\//, "");
