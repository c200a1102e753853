// @ts-check
/**
 * Which workflow a job has run: it is written into the key that the job was handed in with, since titles are
 * not of one workflow alone.
 */

const END = "~";
/** The server takes keys of 200 characters. */
const MOST = 150;

/** @param {string} identity */
const word = (identity) => identity.replaceAll(END, "-").slice(-MOST);

/** Return a key that nothing else has. @param {string} identity  of a tab */
export function keyFor(identity) {
  const chance = [...crypto.getRandomValues(new Uint32Array(4))].map((each) => each.toString(16)).join("-");
  return `${word(identity)}${END}${chance}`;
}

/**
 * Say whether a job has run a tab's workflow; one that came in another way is known by its title alone.
 * @param {{ title: string, key?: string | null }} job @param {import("./tab.js").Tab} tab
 */
export function isOf({ title, key }, tab) {
  if (!key?.includes(END)) return title === tab.title.peek();
  const [identity] = key.split(END);
  return tab.identities.some((each) => word(each) === identity);
}
