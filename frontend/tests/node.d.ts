/** As much of Node.js as tests use. */
declare module "node:fs" {
  export function readFileSync(path: URL, encoding: "utf8"): string;
  export function readdirSync(path: URL, options?: { recursive: true; encoding: "utf8" }): string[];
}
