// Counts the texts of a JSON array on standard input with two packages of npm; [parts, is UCS-2] each.
const { SegmentedMessage } = require("sms-segments-calculator");
const split = require("split-sms").split;
const versionOf = (name) => JSON.parse(require("fs").readFileSync(require.resolve(name).split(name)[0] + name + "/package.json")).version;

const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const counts = { "sms-segments-calculator": [], "split-sms": [] };
for (const text of texts) {
  const twilio = new SegmentedMessage(text);
  counts["sms-segments-calculator"].push([twilio.segmentsCount, twilio.encodingName === "UCS-2"]);
  const other = split(text);
  counts["split-sms"].push([other.parts.length, other.characterSet === "Unicode"]);
}
const named = Object.entries(counts).map(([name, each]) => [`${name} ${versionOf(name)} (npm)`, each]);
process.stdout.write(JSON.stringify(Object.fromEntries(named)));
