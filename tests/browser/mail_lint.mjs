// Which features of an e-mail's HTML some mail reader does not show as meant: JSON, {feature: [readers]}.
// node mail_lint.mjs FILE
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";

const { issues } = caniemail({ clients: ["*"], html: readFileSync(process.argv[2], "utf8") });
const found = {};
for (const [reader, missing] of issues.errors) {
  for (const { title } of missing) (found[title] ??= new Set()).add(reader);
}
console.log(JSON.stringify(Object.fromEntries(Object.entries(found).map(([title, readers]) => [title, [...readers]]))));
