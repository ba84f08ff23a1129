// Reads exchanges as JSON lines and says, a line each, what Microsoft's validator finds in them.
// Arguments: the folder with node_modules, the folder with the published description.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { join } from "node:path";

const [tools, description] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const { LiveValidator } = require("oav/dist/lib/liveValidation/liveValidator.js");

const validator = new LiveValidator({
  directory: description,
  swaggerPathsPattern: ["specification/compute/resource-manager/Microsoft.Compute/**/*.json"],
  excludedSwaggerPathsPattern: ["**/examples/**"],
  git: { shouldClone: false },
  isPathCaseSensitive: false,
  loadValidatorInBackground: false,
  loadValidatorInInitialize: true,
  isArmCall: true,
  enableRoundTripValidator: false,
});

await validator.initialize();

for await (const line of createInterface({ input: process.stdin })) {
  const exchange = JSON.parse(line);
  const found = await validator.validateLiveRequestResponse(exchange);
  const said = [];
  for (const [side, result] of [
    ["request", found.requestValidationResult],
    ["response", found.responseValidationResult],
  ]) {
    for (const error of result.errors) {
      const where = (error.pathsInPayload || []).join(",");
      said.push(`${side}: ${error.code} ${(error.message || "").slice(0, 200)} ${where}`);
    }
    if (result.runtimeException) {
      said.push(`${side}: ${result.runtimeException.code} ${result.runtimeException.message}`);
    }
  }
  process.stdout.write(`FOUND ${JSON.stringify(said)}\n`);
}
