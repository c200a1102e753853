// @ts-check
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const read = (/** @type {string} */ path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const ROWS = [...read("vendor/VENDOR.md").matchAll(/^\| `(.+)@(.+)` \| (\S+) \| (.+) \| \S+ \|$/gm)];

/** The files of a row: where they lie in the package, and what they are called here. */
const FILES = ROWS.flatMap(([, folder, version, name, files]) =>
  [...files.matchAll(/`([^`]+)`(?: \(here `([^`]+)`\))?/g)].map(([, path, here]) => [
    `node_modules/${name}/${path}`,
    `vendor/${folder}@${version}/${here ?? path.split("/").at(-1)}`,
  ]),
);

it.each(FILES)("%s is what lies in %s", (theirs, ours) => {
  expect(read(ours)).toBe(read(theirs));
});

it.each(ROWS.map(([, , version, name]) => [name, version]))("%s is pinned to %s", (name, version) => {
  expect(JSON.parse(read("package.json")).devDependencies[name]).toBe(version);
});

it("has all that the import map names", () => {
  const map = JSON.parse(/<script type="importmap">([^<]+)/.exec(read("index.html"))?.[1] ?? "{}");
  const places = Object.values(map.imports).map((place) => String(place).replace("./", ""));
  const vendored = places.filter((place) => place.startsWith("vendor/"));

  expect(FILES.map(([, ours]) => ours).sort()).toEqual(vendored.sort());
});
