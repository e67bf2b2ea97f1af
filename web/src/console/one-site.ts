// Whether a page can be of the same site as the console, in the sense in which browsers share a process among the pages
// of one: the same registrable domain, whatever the port.

/** Whether two hosts can be of one site. No list of public suffixes is looked at: some are taken for one that are two. */
export function mayBeOneSite(one: string, other: string): boolean {
  return one === other || (domain(one) !== null && domain(one) === domain(other));
}

/** The shortest name that a site can have; an address has none, nor has a name without a dot. */
function domain(host: string): string | null {
  const [top, second] = host.split(".").reverse();
  return second === undefined || /^\d*$/.test(top!) ? null : `${second}.${top}`;
}
